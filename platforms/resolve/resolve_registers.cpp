// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_registers.h"

#include <algorithm>
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

  void Add(const std::string& path, const Access& access) {
    ResolvedRegisterAccess one;
    RegisterAccess& resolved = one.access;
    resolved.at_ps = FromUs(access.at_us());
    resolved.configuration = access.space() == Access::CONFIGURATION;
    resolved.write = access.operation() == Access::WRITE;
    resolved.size_bytes = access.size_bytes();
    resolved.value = access.value();
    CheckNumbers(path, access);
    if (resolved.at_ps >= end_ps_) {
      context_.Add(path + ".at_us", Text(access, "at_us"), "the run has ended then",
                   "below run.warmup_us and run.duration_us together");
    }
    if (!Locate(path, access, &one)) return;
    Try(path, resolved);
    resolved_.register_accesses.push_back(one);
  }

 private:
  static std::string Text(const Access& access, const char* field) {
    return ScalarText(access, access.GetDescriptor()->FindFieldByName(field));
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
    if (access.space() == Access::CONFIGURATION) return access.offset() < kConfigSpaceBytes;
    one->bar = access.bar();
    return LocateInBar(path, access, *device, &one->access);
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

  void Try(const std::string& path, const RegisterAccess& access) {
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

void ResolveRegisterAccesses(const ResolveContext& context, const siovsim::Experiment& experiment,
                             ResolvedExperiment* resolved) {
  const auto& accesses = experiment.workload().register_accesses();
  if (accesses.empty()) return;
  Resolver resolver(context, resolved);
  for (int i = 0; i < accesses.size(); ++i) {
    resolver.Add("register_accesses[" + std::to_string(i) + "]", accesses.Get(i));
  }
}

}  // namespace siov
