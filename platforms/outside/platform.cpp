// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "platforms/build/system.h"
#include "platforms/collect/output_error.h"
#include "platforms/outside/siovsim.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace siov {
namespace {

ResolvedExperiment Load(const std::string& file, const std::vector<std::string>& overrides) {
  LoadedExperiment loaded = LoadExperiment(file, overrides);
  if (!loaded.faults.empty()) {
    std::ostringstream text;
    PrintFaults(loaded.faults, text);
    throw ConfigurationError(text.str());
  }
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS)) {
    throw ConfigurationError("the kernel's time resolution is " + sc_core::sc_get_time_resolution().to_string() +
                             "; siovsim counts in picoseconds: leave it at 1 ps");
  }
  return std::move(loaded.experiment);
}

std::string Listing(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

}  // namespace

namespace {

// Made only of sound configurations: SystemC complains of modules whose construction fails.
struct Top : sc_core::sc_module {
  Top(const sc_core::sc_module_name& name, const ResolvedExperiment& experiment)
      : sc_module(name), system(experiment, OpenerOf(experiment), System::Elaboration::kLater) {}
  System system;
};

}  // namespace

struct Platform::Parts {
  Parts(const std::string& name, ResolvedExperiment loaded)
      : experiment(std::move(loaded)), top(name.c_str(), experiment), system(top.system) {}
  ResolvedExperiment experiment;
  Top top;
  System& system;
};

double Outcome::Metric(const std::string& name) const {
  for (const auto& [known, value] : metrics) {
    if (known == name) return value;
  }
  throw std::out_of_range("siovsim: there is no metric " + name + "; docs/results.md lists them");
}

Platform::Platform(const std::string& name, const std::string& experiment, const std::vector<std::string>& overrides)
    : parts_(std::make_unique<Parts>(name, Load(experiment, overrides))) {}

Platform::~Platform() = default;

OutsidePort& Platform::memory(const std::string& node) {
  MemoryBridge* const bridge = parts_->system.memory_bridge();
  if (bridge != nullptr && bridge->path() == node) return bridge->outside.port;
  throw ConfigurationError("there is no memory \"" + node +
                           "\" outside; outside are: " + Listing(OutsideNodes(parts_->experiment.platform)));
}

OutsideEntry& Platform::software() {
  if (HostBridge* const bridge = parts_->system.host_bridge()) return bridge->software.entry;
  throw ConfigurationError("no class of tenants has arrivals: OUTSIDE, so no software outside submits anything");
}

OutsideDevice Platform::device(const std::string& node) {
  if (DeviceBridge* const bridge = parts_->system.device_bridge(node)) return {bridge->dma.entry, bridge->mmio.port};
  throw ConfigurationError("there is no device \"" + node + "\" outside; of this platform's nodes outside are: " +
                           Listing(OutsideNodes(parts_->experiment.platform)));
}

Outcome Platform::Run(const RunSettings& settings) {
  if (sc_core::sc_time_stamp() != sc_core::SC_ZERO_TIME) {
    throw std::logic_error("siovsim: simulated time has begun already; Platform::Run() runs the kernel, and once");
  }
  RunOptions options;
  options.out = settings.out;
  options.write_requests = settings.requests;
  options.timeline_jobs = settings.timeline_jobs;
  ParseProgressStyle(settings.progress ? "auto" : "none", &options.progress);
  Outcome outcome;
  try {
    const Results results = RunSystem(parts_->system, options);
    outcome.folder = results.folder;
    outcome.metrics = results.metrics;
    outcome.violations = results.conservation.violations;
    for (const TargetResult& target : results.targets) {
      if (!target.met) outcome.missed.push_back(target.target.metric);
    }
  } catch (const UnboundNode& error) {
    throw ConfigurationError(error.what());
  } catch (const FolderRefused& error) {
    throw ConfigurationError(error.what());
  }
  return outcome;
}

}  // namespace siov
