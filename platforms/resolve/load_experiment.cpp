// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/load_experiment.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "configs/schema/sweep.pb.h"
#include "platforms/collect/metric_names.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/config/set_override.h"
#include "platforms/config/text_layer.h"
#include "platforms/resolve/fingerprint.h"
#include "platforms/resolve/folder_name.h"
#include "platforms/resolve/resolve_paging.h"
#include "platforms/resolve/resolve_platform.h"
#include "platforms/resolve/resolve_workload.h"
#include "platforms/resolve/resolved_text.h"
#include "platforms/resolve/seed_caches.h"
#include "siovsim_version.h"

namespace siov {
namespace {

using google::protobuf::Message;

constexpr double kPsPerMicrosecond = static_cast<double>(kPsPerUs);

Picoseconds FromUs(double us) { return static_cast<Picoseconds>(us * kPsPerMicrosecond + 0.5); }

RunConfig ResolveRun(const siovsim::Run& run) {
  RunConfig config;
  config.seed = run.seed();
  config.warmup_ps = FromUs(run.warmup_us());
  config.duration_ps = run.has_duration_us() ? FromUs(run.duration_us()) : kNever;
  config.slice_ps = FromUs(run.slice_us());
  config.stall_limit_ps = FromUs(run.stall_limit_us());
  config.in_step_with_kernel = run.in_step_with_kernel();
  config.shuffle_elaboration = run.shuffle_elaboration();
  config.time_series_interval_ps = FromUs(run.time_series_interval_us());
  return config;
}

// A replay is one class, after the others.
std::vector<std::string> NamesOfClasses(const siovsim::Workload& workload) {
  std::vector<std::string> names;
  for (const siovsim::TenantClass& tenants : workload.tenant_classes()) names.push_back(tenants.name());
  if (workload.has_replay()) names.emplace_back("replay");
  return names;
}

std::vector<Target> ResolveTargets(const siovsim::Experiment& experiment, const ResolveContext& context) {
  std::vector<Target> targets;
  const std::vector<std::string> known =
      experiment.targets_size() > 0 ? MetricNames(NamesOfClasses(experiment.workload())) : std::vector<std::string>{};
  for (int i = 0; i < experiment.targets_size(); ++i) {
    const siovsim::Target& target = experiment.targets(i);
    Target resolved{target.metric(), std::nullopt, std::nullopt};
    if (target.has_min()) {
      resolved.minimum = target.min();
    }
    if (target.has_max()) {
      resolved.maximum = target.max();
    }
    const std::string path = "targets[" + std::to_string(i) + "]";
    if (std::find(known.begin(), known.end(), target.metric()) == known.end()) {
      const std::string nearest = NearestName(target.metric(), known);
      context.Add(path + ".metric", "\"" + target.metric() + "\"",
                  "no such metric" + (nearest.empty() ? std::string() : "; did you mean " + nearest + "?"),
                  "one of the metrics of docs/results.md, or class.NAME. and one of a job's or of tenants' for a class "
                  "of the workload");
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
    for (int i = 0; i < workload.tenant_classes_size(); ++i) {
      const std::string index = "classes[" + std::to_string(i) + "]";
      if (fault.field.compare(0, index.size(), index) == 0) {
        fault.field =
            "tenant_classes[name=" + workload.tenant_classes(i).name() + "]" + fault.field.substr(index.size());
      }
    }
    context.AddBlockFaults("", {fault});
  }
}

// A run that nothing ends would run for ever.
void CheckEnd(const siovsim::Experiment& experiment, const ResolveContext& context) {
  const bool ends = experiment.run().has_duration_us() || experiment.run().job_limit() > 0;
  if (!ends && !experiment.workload().has_replay()) {
    context.Add("run", "", "synthetic tenants never stop by themselves: give duration_us or job_limit");
  }
}

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
  resolved.run = ResolveRun(experiment.run());
  resolved.targets = ResolveTargets(experiment, context);
  resolved.platform = ResolvePlatform(experiment.platform(), places, faults);
  SeedCaches(resolved.run.seed, &resolved.platform);
  resolved.traffic.job_limit = experiment.run().job_limit();
  resolved.traffic.per_tenant_histograms = experiment.run().per_tenant_histograms();
  CheckEnd(experiment, context);
  ResolveWorkload(context, experiment.workload(), resolved.platform, &resolved.traffic, &resolved.address_spaces);
  resolved.memory_at_start = MemoryHeldAtStart(experiment.workload(), resolved.traffic, resolved.address_spaces);
  ReportTrafficFaults(experiment.workload(), resolved.traffic, context);
  ResolvePaging(context, experiment, &resolved);

  for (const UnverifiedDefault& one : UnverifiedDefaults(experiment)) {
    resolved.unverified.push_back({one.path, one.value, one.note});
  }
  resolved.text = ToText(experiment);

  Fingerprint fingerprint;
  fingerprint.Add(std::string(kVersion) + "+" + kSourceRevision);
  AddMessage(experiment, &fingerprint);
  std::string why_not;
  const std::string& trace = resolved.traffic.replay.trace_file;
  if (!trace.empty() && !AddFile(trace, &fingerprint, &why_not)) {
    context.Add("replay.trace_file", "\"" + trace + "\"", "cannot read the trace: " + why_not);
  }
  resolved.run_id = fingerprint.Hex();
  return resolved;
}

struct Prepared {
  LoadedConfig config;
  bool sound = false;  // nothing was found wrong so far
};

// Load, override, default, check.
Prepared Prepare(const std::string& file, const Message& prototype, const std::vector<std::string>& overrides,
                 const ReadFile& read, Faults* faults) {
  Prepared prepared{LoadConfig(file, prototype, faults, read), false};
  // A preset is a piece of a node, a link or a tenant class: it need not be complete, and its references lie elsewhere.
  const bool is_piece = KeyField(prototype.GetDescriptor()) != nullptr;
  const bool complete = faults->empty() && !is_piece;
  ApplyOverrides(overrides, prepared.config.message.get(), &prepared.config.places, faults);
  ApplyDefaults(prepared.config.message.get());
  CheckRules(*prepared.config.message, prepared.config.places, complete ? Extent::kComplete : Extent::kPart, faults);
  prepared.sound = faults->empty();
  return prepared;
}

// Kinds of file, most complete first: a text without a stated kind is the first of which it only uses known fields.
std::vector<std::unique_ptr<Message>> Kinds() {
  std::vector<std::unique_ptr<Message>> kinds;
  kinds.push_back(std::make_unique<siovsim::Experiment>());
  kinds.push_back(std::make_unique<siovsim::Sweep>());
  kinds.push_back(std::make_unique<siovsim::Platform>());
  kinds.push_back(std::make_unique<siovsim::Workload>());
  kinds.push_back(std::make_unique<siovsim::Node>());
  kinds.push_back(std::make_unique<siovsim::Link>());
  kinds.push_back(std::make_unique<siovsim::TenantClass>());
  return kinds;
}

std::string StatedKind(const std::string& text) {
  constexpr char kMark[] = "# proto-message:";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, sizeof kMark - 1, kMark) == 0) {
      const std::size_t dot = line.find_last_of(". :");
      const std::string kind = line.substr(dot + 1);
      return kind.substr(0, kind.find_last_not_of(" \r\t") + 1);
    }
  }
  return {};
}

std::unique_ptr<Message> KindOfFile(const std::string& file, const ReadFile& read) {
  std::vector<std::unique_ptr<Message>> kinds = Kinds();
  std::string text;
  std::string why_not;
  if (!read(file, &text, &why_not)) {
    return std::move(kinds.front());  // loading will say why it cannot be read
  }
  const std::string stated = StatedKind(text);
  for (std::unique_ptr<Message>& kind : kinds) {
    LocationMap places;
    Faults faults;
    const std::unique_ptr<Message> scratch(kind->New());
    const bool fits = stated.empty() ? ParseTextLayer(text, file, scratch.get(), &places, &faults)
                                     : kind->GetDescriptor()->name() == stated;
    if (fits) {
      return std::move(kind);
    }
  }
  return std::move(kinds.front());
}

// Values of every axis are tried on the experiment one by one, so that a sweep cannot fail after hours.
void CheckAxes(const siovsim::Sweep& sweep, const LocationMap& places, Faults* faults) {
  for (int i = 0; i < sweep.axes_size(); ++i) {
    const siovsim::Axis& axis = sweep.axes(i);
    const Location place = places.Find("axes[" + std::to_string(i) + "]");
    std::vector<std::string> values(axis.values().begin(), axis.values().end());
    if (values.empty() == (axis.points_case() == siovsim::Axis::POINTS_NOT_SET)) {
      faults->push_back(MakeFault(place, "axes[" + std::to_string(i) + "]", "", "axis needs values or one range"));
      continue;
    }
    if (values.empty()) {
      std::ostringstream first;
      first << (axis.has_range() ? axis.range().from() : axis.log_range().from());
      values.push_back(first.str());
    }
    for (const std::string& value : values) {
      siovsim::Experiment experiment = sweep.experiment();
      LocationMap scratch_places = places;
      Faults found;
      ApplyOverrides({axis.path() + "=" + value}, &experiment, &scratch_places, &found);
      if (found.empty()) {
        ApplyDefaults(&experiment);
        CheckRules(experiment, scratch_places, Extent::kComplete, &found);
      }
      for (Fault& fault : found) {
        fault.file = place.file;
        fault.line = place.line;
        fault.column = place.column;
        faults->push_back(fault);
      }
    }
  }
}

}  // namespace

LoadedExperiment LoadExperiment(const std::string& file, const std::vector<std::string>& overrides,
                                const ReadFile& read) {
  LoadedExperiment loaded;
  const Prepared prepared = Prepare(file, siovsim::Experiment(), overrides, read, &loaded.faults);
  if (prepared.sound) {
    const auto& experiment = static_cast<const siovsim::Experiment&>(*prepared.config.message);
    loaded.experiment = Resolve(experiment, prepared.config.places, &loaded.faults);
  }
  return loaded;
}

CheckedFile CheckFile(const std::string& file, const std::vector<std::string>& overrides, const ReadFile& read) {
  const std::unique_ptr<Message> kind = KindOfFile(file, read);
  CheckedFile checked;
  checked.kind = kind->GetDescriptor()->name();
  const Prepared prepared = Prepare(file, *kind, overrides, read, &checked.faults);
  const Message& message = *prepared.config.message;
  const LocationMap& places = prepared.config.places;
  const auto* sweep = dynamic_cast<const siovsim::Sweep*>(&message);
  if (sweep != nullptr) {
    CheckFolderName(*sweep, "sweep_name", places, &checked.faults);
    CheckAxes(*sweep, places, &checked.faults);
  }
  if (!prepared.sound) {
    return checked;
  }
  if (const auto* platform = dynamic_cast<const siovsim::Platform*>(&message)) {
    checked.platform = ResolvePlatform(*platform, places, &checked.faults);
  } else if (sweep != nullptr) {
    checked.experiment = Resolve(sweep->experiment(), places, &checked.faults);
  } else if (const auto* experiment = dynamic_cast<const siovsim::Experiment*>(&message)) {
    checked.experiment = Resolve(*experiment, places, &checked.faults);
  }
  if (checked.experiment.has_value()) {
    checked.platform = checked.experiment->platform;
  }
  return checked;
}

std::string FileNameIn(const std::string& name, const std::string& directory) {
  const std::filesystem::path from = std::filesystem::absolute(directory).lexically_normal();
  return std::filesystem::absolute(name).lexically_normal().lexically_relative(from).string();
}

std::string ResolvedTextIn(const std::string& text, const std::string& directory) {
  siovsim::Experiment experiment;
  if (!google::protobuf::TextFormat::ParseFromString(text, &experiment)) {
    return text;
  }
  RewriteFileNames(&experiment, [&directory](const std::string& name) { return FileNameIn(name, directory); });
  return ToText(experiment);
}

}  // namespace siov
