// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/load_experiment.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <tuple>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/fingerprint.h"
#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/config/set_override.h"
#include "platforms/resolve/assign_identities.h"
#include "platforms/resolve/folder_name.h"
#include "platforms/resolve/memory_at_start.h"
#include "platforms/resolve/metric_names.h"
#include "platforms/resolve/number_text.h"
#include "platforms/resolve/prepare.h"
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_events.h"
#include "platforms/resolve/resolve_paging.h"
#include "platforms/resolve/resolve_platform.h"
#include "platforms/resolve/resolve_registers.h"
#include "platforms/resolve/resolve_workload.h"
#include "platforms/resolve/resolved_text.h"
#include "platforms/resolve/schema_names.h"
#include "platforms/resolve/seed_caches.h"
#include "platforms/trace/recording.h"
#include "siovsim_version.h"

namespace siov {
namespace {

using google::protobuf::Message;

// A replay is one class, after the others.
std::vector<std::string> NamesOfClasses(const siovsim::Workload& workload) {
  std::vector<std::string> names;
  for (const siovsim::TenantClass& tenants : workload.tenant_classes()) names.push_back(tenants.name());
  if (workload.has_replay()) names.emplace_back("replay");
  return names;
}

// Targets that ask the same of a metric are one, and a report would count them as several.
class TargetBounds {
 public:
  explicit TargetBounds(const ResolveContext& context) : context_(context) {}
  void Add(const std::string& path, const siovsim::Target& target, const char* bound, double value) {
    if (!target.has_metric() || seen_.emplace(target.metric(), bound, value).second) return;
    const auto* field = siovsim::Target::descriptor()->FindFieldByName(bound);
    context_.Add(path + "." + bound, ScalarText(target, field),
                 "another target has the same bound on " + target.metric());
  }

 private:
  const ResolveContext& context_;
  std::set<std::tuple<std::string, std::string, double>> seen_;
};

std::vector<Target> ResolveTargets(const siovsim::Experiment& experiment, const ResolveContext& context) {
  std::vector<Target> targets;
  TargetBounds bounds(context);
  if (experiment.targets_size() == 0) return targets;
  const std::vector<std::string> known = MetricNames(NamesOfClasses(experiment.workload()));
  for (int i = 0; i < experiment.targets_size(); ++i) {
    const siovsim::Target& target = experiment.targets(i);
    Target resolved{target.metric(), std::nullopt, std::nullopt};
    const std::string path = "targets[" + std::to_string(i) + "]";
    if (target.has_min()) {
      resolved.minimum = target.min();
      bounds.Add(path, target, "min", target.min());
    }
    if (target.has_max()) {
      resolved.maximum = target.max();
      bounds.Add(path, target, "max", target.max());
    }
    if (target.has_metric() && std::find(known.begin(), known.end(), target.metric()) == known.end()) {
      context.Add(path + ".metric", "\"" + target.metric() + "\"", "no such metric",
                  "one of the metrics of docs/results.md, or class.NAME. and one of a job's or of tenants' for a class "
                  "of the workload",
                  NearestName(target.metric(), known));
    }
    if (!target.has_min() && !target.has_max()) {
      context.Add(path, "", "target needs a min or a max");
    } else if (target.has_min() && target.has_max() && target.min() > target.max()) {
      context.Add(path + ".max", ScalarText(target, siovsim::Target::descriptor()->FindFieldByName("max")), "",
                  "at least min");
    }
    targets.push_back(resolved);
  }
  return targets;
}

// Paths of the traffic block's own faults, in the words of the schema: classes[0] is tenant_classes[name=...].
void ReportTrafficFaults(const siovsim::Workload& workload, const TrafficConfig& traffic,
                         const ResolveContext& context) {
  for (ConfigFault fault : traffic.Validate()) {
    constexpr char kClass[] = "classes[";
    if (fault.field.compare(0, sizeof kClass - 1, kClass) == 0) {
      const siovsim::TenantClass& tenants = workload.tenant_classes(std::stoi(fault.field.substr(sizeof kClass - 1)));
      fault.field = fault.field.substr(fault.field.find(']') + 2);
      fault = InSchemaNames(fault, tenants);
      fault.field = "tenant_classes[name=" + tenants.name() + "]." + fault.field;
    }
    // Those of all classes together.
    if (fault.field == "tenants" || fault.field == "queue_depth" || fault.field == "classes") {
      fault = {"tenant_classes", fault.value + (fault.field == "tenants" ? " tenants" : ""), fault.allowed};
    }
    context.AddBlockFaults("", {fault});
  }
}

// What there is too little of, in the words of the file.
void HandOutIdentities(const siovsim::Workload& workload, const ResolveContext& context, ResolvedExperiment* resolved) {
  for (const Shortage& shortage : AssignIdentities(&resolved->platform, &resolved->traffic)) {
    std::string path = shortage.field;
    if (shortage.group) {
      const auto index = static_cast<int>(*shortage.group);
      const bool in_class = index < workload.tenant_classes_size();
      path = (in_class ? "tenant_classes[name=" + workload.tenant_classes(index).name() + "]" : "replay") + "." + path;
    }
    context.Add(path, shortage.value, shortage.message, shortage.allowed);
  }
}

// A run that nothing ends would run for ever; a recording beside synthetic tenants ends its own part only.
void CheckEnd(const siovsim::Experiment& experiment, const ResolveContext& context) {
  const bool ends = experiment.run().has_duration_us() || experiment.run().job_limit() > 0;
  if (!ends && (experiment.workload().tenant_classes_size() > 0 || !experiment.workload().has_replay())) {
    context.Add("run", "", "synthetic tenants never stop by themselves: give duration_us or job_limit");
  }
}

// A model outside lives in the kernel's time.
void CheckStep(const ResolvedExperiment& resolved, const ResolveContext& context) {
  const std::vector<std::string> outside = OutsideParts(resolved);
  if (outside.empty() || resolved.run.in_step_with_kernel) return;
  context.Add("run.in_step_with_kernel", "false",
              outside.front() + ": a model from outside, which lives in the SystemC kernel's time", "true");
}

// Nor would one whose jobs come too rarely for their number. REQUIRES a resolved workload.
void CheckPace(const siovsim::Experiment& experiment, const TrafficConfig& traffic, const ResolveContext& context) {
  constexpr double kLongestRunSeconds = 1e6;
  if (experiment.run().has_duration_us() || experiment.workload().has_replay()) return;
  double jobs_per_second = 0;
  for (const TenantClassConfig& tenants : traffic.classes) {
    if (tenants.arrivals == ArrivalProcess::kClosedLoop || tenants.arrivals == ArrivalProcess::kOutside) return;
    jobs_per_second += tenants.jobs_per_second * tenants.tenants;
  }
  if (static_cast<double>(traffic.job_limit) <= jobs_per_second * kLongestRunSeconds) return;
  context.Add("run.job_limit", std::to_string(traffic.job_limit),
              "at " + NumberText(jobs_per_second) + " jobs a second over all classes it is reached after more than " +
                  "10^6 s of simulated time; give duration_us or a smaller limit");
}

}  // namespace

void CheckFolderName(const Message& message, const char* field, const LocationMap& places, Faults* faults) {
  const auto* name = message.GetDescriptor()->FindFieldByName(field);
  if (!IsFolderName(message.GetReflection()->GetString(message, name))) {
    faults->push_back(MakeFault(places.Find(field), field, ScalarText(message, name), "", kFolderNameRule));
  }
}

ResolvedExperiment Resolve(const siovsim::Experiment& experiment, const LocationMap& places, Faults* faults) {
  const ResolveContext context(experiment.platform(), places, faults);
  ResolvedExperiment resolved;
  CheckFolderName(experiment, "experiment_name", places, faults);
  resolved.name = experiment.experiment_name();
  Read(experiment.run(), &resolved.run);
  resolved.targets = ResolveTargets(experiment, context);
  resolved.platform = ResolvePlatform(experiment.platform(), places, faults);
  SeedCaches(resolved.run.seed, &resolved.platform);
  if (!resolved.platform.wired) return resolved;  // nothing can be said of a workload without its way
  resolved.traffic.job_limit = experiment.run().job_limit();
  resolved.traffic.per_tenant_histograms = experiment.run().per_tenant_histograms();
  if (experiment.workload().tenant_classes_size() == 0 && !experiment.workload().has_replay()) {
    context.Add("", "", "workload needs tenant_classes or a replay");
    return resolved;
  }
  CheckEnd(experiment, context);
  ResolveWorkload(context, experiment.workload(), resolved.platform, &resolved.traffic, &resolved.address_spaces);
  HandOutIdentities(experiment.workload(), context, &resolved);
  resolved.memory_at_start = MemoryHeldAtStart(experiment.workload(), resolved.traffic, resolved.address_spaces);
  ReportTrafficFaults(experiment.workload(), resolved.traffic, context);
  CheckStep(resolved, context);
  CheckPace(experiment, resolved.traffic, context);
  ResolvePaging(context, experiment, &resolved);
  CheckEvents(context, experiment, resolved);
  if (faults->empty()) ResolveRegisterAccesses(context, experiment, &resolved);

  for (const UnverifiedDefault& one : UnverifiedDefaults(experiment)) {
    resolved.unverified.push_back({one.path, one.value, one.note});
  }
  resolved.text = ToText(experiment);

  Fingerprint fingerprint;
  fingerprint.Add(std::string(kVersion) + "+" + kSourceRevision);
  AddMessage(experiment, &fingerprint);
  std::string why_not;
  const std::string& trace = resolved.traffic.replay.trace_file;
  if (!trace.empty()) {
    resolved.recording = Recording::Of(trace, &why_not);
    if (resolved.recording) {
      fingerprint.Add(resolved.recording->fingerprint());
    } else {
      context.Add("replay.trace_file", "\"" + trace + "\"", "cannot read the trace: " + why_not);
    }
  }
  resolved.run_id = fingerprint.Hex();
  return resolved;
}

Prepared Prepare(const std::string& file, const Message& prototype, const std::vector<std::string>& overrides,
                 const ReadFile& read, Faults* faults) {
  Prepared prepared{LoadConfig(file, prototype, faults, read), nullptr, false, false};
  // A preset is a piece of a node, a link or a tenant class: it need not be complete, and its references lie elsewhere.
  const bool is_piece = KeyField(prototype.GetDescriptor()) != nullptr;
  const bool whole = faults->empty();
  prepared.complete = whole && !is_piece;
  Faults of_overrides;
  ApplyOverrides(overrides, prepared.config.message.get(), &prepared.config.places, &of_overrides);
  std::copy_if(of_overrides.begin(), of_overrides.end(), std::back_inserter(*faults),
               [whole](const Fault& fault) { return whole || !fault.absent; });
  prepared.as_written.reset(prepared.config.message->New());
  prepared.as_written->CopyFrom(*prepared.config.message);
  ApplyDefaults(prepared.config.message.get());
  CheckRules(*prepared.config.message, prepared.config.places, prepared.complete ? Extent::kComplete : Extent::kPart,
             faults);
  prepared.sound = faults->empty();
  return prepared;
}

void ResolveSoundParts(const siovsim::Experiment& experiment, const LocationMap& places, Faults* faults) {
  const auto only_in = [faults](const std::set<std::string>& parts) {
    return std::all_of(faults->begin(), faults->end(), [&parts](const Fault& fault) {
      return parts.count(fault.path.substr(0, fault.path.find_first_of(".["))) == 1;
    });
  };
  if (only_in({"experiment_name", "targets"})) {
    Resolve(experiment, places, faults);
    return;
  }
  const bool platform_is_sound = only_in(
      {"experiment_name", "targets", "run", "workload", "tenant_classes", "replay", "register_accesses", "set_ups"});
  CheckFolderName(experiment, "experiment_name", places, faults);
  ResolveTargets(experiment, ResolveContext(experiment.platform(), places, faults));
  if (platform_is_sound) ResolvePlatform(experiment.platform(), places, faults);
}

LoadedExperiment LoadExperiment(const std::string& file, const std::vector<std::string>& overrides,
                                const ReadFile& read) {
  LoadedExperiment loaded;
  const Prepared prepared = Prepare(file, siovsim::Experiment(), overrides, read, &loaded.faults);
  const auto& experiment = static_cast<const siovsim::Experiment&>(*prepared.config.message);
  if (prepared.sound) {
    loaded.experiment = Resolve(experiment, prepared.config.places, &loaded.faults);
  } else if (prepared.complete) {
    ResolveSoundParts(experiment, prepared.config.places, &loaded.faults);
  }
  return loaded;
}

std::string FileNameIn(const std::string& name, const std::string& directory) {
  const std::filesystem::path from = std::filesystem::absolute(directory).lexically_normal();
  return std::filesystem::absolute(name).lexically_normal().lexically_relative(from).string();
}

namespace {

std::string WithFileNames(const std::string& text, const std::function<std::string(const std::string&)>& name_of) {
  siovsim::Experiment experiment;
  if (!google::protobuf::TextFormat::ParseFromString(text, &experiment)) return text;
  RewriteFileNames(&experiment, name_of);
  return ToText(experiment);
}

}  // namespace

std::string ResolvedTextAnywhere(const std::string& text) {
  return WithFileNames(
      text, [](const std::string& name) { return std::filesystem::absolute(name).lexically_normal().string(); });
}

std::string ResolvedTextIn(const std::string& text, const std::string& directory) {
  return WithFileNames(text, [&directory](const std::string& name) { return FileNameIn(name, directory); });
}

}  // namespace siov
