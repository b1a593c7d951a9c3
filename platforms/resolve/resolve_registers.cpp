// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_registers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/resolve/register_trial.h"

namespace siov {
namespace {

using Access = siovsim::RegisterAccess;

// What jobs build on, of the function that they use.
struct JobGround {
  explicit JobGround(const FunctionCore& core)
      : enables(core.memory_space(), core.bus_master(), core.pasid_enabled(), core.ats_enabled(),
                core.page_requests_enabled(), core.halted(), core.mode()) {
    for (const BarConfig& bar : core.config().bars) words.push_back(core.BarAddress(bar));
    const CapabilityPlaces& places = core.places();
    words.push_back(core.Read(Plus(places.express, express::kDeviceControl)));
    if (places.ats != 0) words.push_back(core.Read(Plus(places.ats, ats::kRegister)));
    if (places.pri != 0) words.push_back(core.Read(Plus(places.pri, pri::kAllocation)));
  }
  bool operator==(const JobGround& other) const { return enables == other.enables && words == other.words; }

  std::tuple<bool, bool, bool, bool, bool, bool, FunctionMode> enables;
  std::vector<std::uint64_t> words;
};

class Resolver {
 public:
  Resolver(const ResolveContext& context, ResolvedExperiment* resolved)
      : context_(context), resolved_(*resolved), trial_(resolved->platform) {
    const RunConfig& run = resolved->run;
    if (run.duration_ps != kNever) end_ps_ = run.warmup_ps + run.duration_ps;
  }

  void AddSetUp(const std::string& path, const siovsim::SetUp& set_up) {
    const Picoseconds at_ps = FromUs(set_up.at_us());
    CheckTime(path, at_ps, ScalarText(set_up, siovsim::SetUp::GetDescriptor()->FindFieldByName("at_us")));
    const auto& endpoints = resolved_.platform.endpoints;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      if (endpoints[i].name != set_up.device()) continue;
      for (const ResolvedFunction& one : endpoints[i].functions) {
        if (one.config.number == set_up.function() && one.set_up_in_time)
          return AddSteps(path, at_ps, endpoints[i], one);
      }
    }
  }

  void Add(const std::string& path, const Access& access) {
    ResolvedRegisterAccess one;
    RegisterAccess& resolved = one.access;
    resolved.at_ps = FromUs(access.at_us());
    resolved.configuration = access.space() == Access::CONFIGURATION;
    resolved.write = access.operation() == Access::WRITE;
    resolved.size_bytes = access.size_bytes();
    resolved.value = access.value();
    CheckNumbers(path, access);
    CheckTime(path, resolved.at_ps, Text(access, "at_us"));
    if (!Locate(path, access, &one)) return;
    Try(path, resolved);
    resolved_.register_accesses.push_back(one);
  }

 private:
  static std::string Text(const Access& access, const char* field) {
    return ScalarText(access, Access::GetDescriptor()->FindFieldByName(field));
  }

  void CheckTime(const std::string& path, Picoseconds at_ps, const std::string& value) {
    if (at_ps < end_ps_) return;
    context_.Add(path + ".at_us", value, "the run has ended then", "below run.warmup_us and run.duration_us together");
  }

  // As enumeration went, with the request at the end that enables ADIs.
  void AddSteps(const std::string& path, Picoseconds at_ps, const ResolvedEndpoint& device,
                const ResolvedFunction& function) {
    const auto index = static_cast<std::uint32_t>(resolved_.set_ups.size());
    ResolvedSetUp set_up{device.name + "." + std::to_string(function.config.number), resolved_.register_accesses.size(),
                         0};
    ResolvedRegisterAccess one;
    one.function = set_up.function;
    one.set_up = index;
    one.access.function = device.Requester(function);
    one.access.at_ps = at_ps;
    for (const ConfigStep& step : function.set_up_steps) {
      one.access.configuration = true;
      one.access.write = step.write;
      one.access.size_bytes = step.bytes;
      one.access.value = step.write ? step.value : 0;
      one.access.address = one.offset = step.offset;
      AddStep(path, one, step.write ? std::nullopt : std::optional<std::uint64_t>(step.value));
    }
    if (function.adis_enabled) EnableAdis(path, device, function, &one);
    set_up.count = resolved_.register_accesses.size() - set_up.first;
    resolved_.set_ups.push_back(set_up);
  }

  void EnableAdis(const std::string& path, const ResolvedEndpoint& device, const ResolvedFunction& function,
                  ResolvedRegisterAccess* one) {
    const std::optional<std::uint32_t> bar = FirstOwnBar(function.config);
    if (!bar) {
      context_.Add(path + ".function", std::to_string(function.config.number),
                   "it has no register by which software enables ADIs: no BAR has function_bytes",
                   "a function with such a BAR, or with siov.enable false");
      return;
    }
    const std::unique_ptr<FunctionGroup> group = FunctionsOf(device);
    const FunctionCore& core = *group->Find(function.config.number);
    for (const BarConfig& base : core.config().bars) {
      if (base.index == *bar) one->access.address = core.BarAddress(base) + own_registers::kAdiEnable;
    }
    one->bar = bar;
    one->offset = own_registers::kAdiEnable;
    one->access.configuration = false;
    one->access.size_bytes = 4;
    for (const bool write : {true, false}) {  // the read tells that the posted write has arrived
      one->access.write = write;
      one->access.value = write ? 1 : 0;
      AddStep(path, *one, write ? std::nullopt : std::optional<std::uint64_t>(1));
    }
  }

  void AddStep(const std::string& path, const ResolvedRegisterAccess& one, std::optional<std::uint64_t> expected) {
    const RegisterTrial::Result result = Try(path, one.access);
    if (expected && result.answer.value != *expected) {
      context_.Add(path, "",
                   "software reads " + std::to_string(result.answer.value) + " at " + std::to_string(one.offset) +
                       " where enumeration before the run reads " + std::to_string(*expected));
    }
    resolved_.register_accesses.push_back(one);
  }

  void CheckNumbers(const std::string& path, const Access& access) {
    const bool by_address = access.space() == Access::ADDRESS;
    const std::uint64_t at = by_address ? access.address() : access.offset();
    if (access.space() == Access::CONFIGURATION && access.size_bytes() > 4) {
      context_.Add(path + ".size_bytes", Text(access, "size_bytes"), "a configuration request has one double word",
                   "1, 2 or 4");
    }
    if (access.space() == Access::CONFIGURATION && access.offset() >= kConfigSpaceBytes) {
      context_.Add(path + ".offset", Text(access, "offset"), "a configuration space has 4096 bytes", "at most 4095");
    }
    if (at % std::max(access.size_bytes(), 1u) != 0) {
      context_.Add(path + (by_address ? ".address" : ".offset"), Text(access, by_address ? "address" : "offset"), "",
                   "a multiple of size_bytes, " + std::to_string(access.size_bytes()));
    }
    if (access.value() > AllOnes(access.size_bytes())) {
      context_.Add(path + ".value", Text(access, "value"), "",
                   "at most " + std::to_string(AllOnes(access.size_bytes())) + ", which size_bytes hold");
    }
  }

  // False: nothing can be said of what it does.
  bool Locate(const std::string& path, const Access& access, ResolvedRegisterAccess* one) const {
    one->offset = access.space() == Access::ADDRESS ? access.address() : access.offset();
    one->access.address = one->offset;
    if (access.space() == Access::ADDRESS) return true;
    const auto& endpoints = resolved_.platform.endpoints;
    const auto device = std::find_if(endpoints.begin(), endpoints.end(), [&access](const ResolvedEndpoint& endpoint) {
      return endpoint.name == access.device();
    });
    if (device == endpoints.end()) return false;  // the checker of names has said so
    one->function = device->name + "." + std::to_string(access.function());
    one->access.function = static_cast<RequesterId>((device->port.requester & ~7u) | access.function());
    if (!CheckEvents(path, access, *device)) return false;
    if (access.space() == Access::CONFIGURATION) return access.offset() < kConfigSpaceBytes;
    one->bar = access.bar();
    return LocateInBar(path, access, *device, &one->access);
  }

  // Events that switch translation of the function that jobs use do not come by its registers, which would not know.
  bool CheckEvents(const std::string& path, const Access& access, const ResolvedEndpoint& device) const {
    const ResolvedFunction* const jobs = device.JobFunction();
    if (!device.atc || jobs == nullptr || jobs->config.number != access.function()) return true;
    const std::vector<AtcEvent>& events = device.atc->events;
    if (std::all_of(events.begin(), events.end(), [](const AtcEvent& one) { return one.stops_pasid(); })) return true;
    context_.Add(path + ".function", Text(access, "function"),
                 "events of the ATC of " + device.name +
                     " reset it or switch its ATS or PASID, and do not change what its "
                     "registers say",
                 "another function, or none of those events");
    return false;
  }

  bool LocateInBar(const std::string& path, const Access& access, const ResolvedEndpoint& device,
                   RegisterAccess* resolved) const {
    const std::unique_ptr<FunctionGroup> group = FunctionsOf(device);
    const FunctionCore* const core = group->Find(access.function());
    if (core == nullptr) {
      context_.Add(path + ".function", Text(access, "function"), "device " + device.name + " has no such function");
      return false;
    }
    std::string known;
    for (const BarConfig& bar : core->config().bars) {
      known += (known.empty() ? "" : ", ") + std::to_string(bar.index);
      if (bar.index != access.bar()) continue;
      resolved->address = core->BarAddress(bar) + access.offset();
      if (access.offset() < bar.size_bytes) return true;
      context_.Add(path + ".offset", Text(access, "offset"), "the BAR ends before",
                   "below " + std::to_string(bar.size_bytes));
      return false;
    }
    context_.Add(path + ".bar", Text(access, "bar"), "function " + Text(access, "function") + " has no such BAR",
                 known);
    return false;
  }

  // The function of jobs, where tenants have some.
  const FunctionCore* OfJobs(std::size_t endpoint) {
    const ResolvedFunction* const function = resolved_.platform.endpoints[endpoint].JobFunction();
    if (function == nullptr || TenantsOf(resolved_.traffic, endpoint).empty()) return nullptr;
    return trial_.Of(endpoint).group().Find(function->config.number);
  }

  RegisterTrial::Result Try(const std::string& path, const RegisterAccess& access) {
    std::vector<std::pair<const FunctionCore*, JobGround>> before;
    for (std::size_t i = 0; access.write && i < resolved_.platform.endpoints.size(); ++i) {
      if (const FunctionCore* const core = OfJobs(i)) before.emplace_back(core, JobGround(*core));
    }
    const RegisterTrial::Result result = trial_.Try(access);
    for (const auto& [core, ground] : before) {
      if (ground == JobGround(*core)) continue;
      context_.Add(path, "", "jobs use this function, and what they do when it changes under them is not modelled",
                   "what leaves its command register, BARs, device control, PASID, ATS, page requests and mode as they "
                   "are");
    }
    if (result.endpoint) Report(path, access, *result.endpoint, result.answer);
    return result;
  }

  void Report(const std::string& path, const RegisterAccess& access, std::size_t endpoint,
              const RegisterAnswer& answer) {
    const ResolvedEndpoint& device = resolved_.platform.endpoints[endpoint];
    if (device.outside) {
      context_.Add(path, "", "device " + device.name + " is a model from outside, and its registers are not modelled");
      return;
    }
    if (answer.outcome.status == ConfigOutcome::Status::kError) {
      context_.Add(path, "",
                   std::string(Describe(answer.outcome.undefined)) + ", which is undefined, and strict is set");
    }
    if (!access.write || answer.status != CompletionStatus::kSuccess) return;
    CheckPasid(path, endpoint, answer.function);
    for (const ConfigFault& fault : trial_.Of(endpoint).MapFaults(answer.function)) {
      context_.Add(path + ".value", std::to_string(access.value), "with system pages of this size", fault.allowed);
    }
  }

  // Software must not (PLAT-01); no hardware stops it.
  void CheckPasid(const std::string& path, std::size_t endpoint, std::uint32_t number) {
    const ResolvedLink& link = resolved_.platform.LinkAbove({NodeKind::kEndpoint, endpoint});
    if (link.config.pasid_prefix || !trial_.Of(endpoint).group().Find(number)->pasid_enabled()) return;
    context_.Add(path, "", "it enables PASIDs, and the links on the way do not carry them (pasid_prefix)");
  }

  const ResolveContext& context_;
  ResolvedExperiment& resolved_;
  RegisterTrial trial_;
  Picoseconds end_ps_ = kNever;
};

}  // namespace

namespace {

// Until software comes to it the function is as after a reset.
void MarkSetUp(const ResolveContext& context, const std::string& path, const siovsim::SetUp& set_up,
               ResolvedExperiment* resolved) {
  std::vector<ResolvedEndpoint>& endpoints = resolved->platform.endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (endpoints[i].name != set_up.device()) continue;
    const std::string number = std::to_string(set_up.function());
    for (ResolvedFunction& one : endpoints[i].functions) {
      if (one.config.number != set_up.function()) continue;
      const bool of_jobs = &one == endpoints[i].JobFunction() && !TenantsOf(resolved->traffic, i).empty();
      if (of_jobs) {
        context.Add(path + ".function", number, "jobs use it from the start of the run", "a function without jobs");
      } else if (one.set_up_in_time) {
        context.Add(path + ".function", number, "a function is set up only once");
      }
      one.set_up_in_time = !of_jobs;
      return;
    }
    context.Add(path + ".function", number, "device " + set_up.device() + " has no such function");
  }
}

}  // namespace

void ResolveRegisterAccesses(const ResolveContext& context, const siovsim::Experiment& experiment,
                             ResolvedExperiment* resolved) {
  const auto& accesses = experiment.workload().register_accesses();
  const auto& set_ups = experiment.workload().set_ups();
  if (accesses.empty() && set_ups.empty()) return;
  const auto path = [](int i) { return "set_ups[" + std::to_string(i) + "]"; };
  for (int i = 0; i < set_ups.size(); ++i) MarkSetUp(context, path(i), set_ups.Get(i), resolved);
  Resolver resolver(context, resolved);
  for (int i = 0; i < set_ups.size(); ++i) resolver.AddSetUp(path(i), set_ups.Get(i));
  for (int i = 0; i < accesses.size(); ++i) {
    resolver.Add("register_accesses[" + std::to_string(i) + "]", accesses.Get(i));
  }
}

}  // namespace siov
