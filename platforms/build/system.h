// SPDX-License-Identifier: Apache-2.0
// The platform as SystemC modules, built and wired from a resolved experiment as the registry of block kinds and the
// topology say (docs/registry.md). One a process (SystemC elaborates once).
#ifndef SIOV_PLATFORMS_BUILD_SYSTEM_H_
#define SIOV_PLATFORMS_BUILD_SYSTEM_H_

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/bridge/device_bridge.h"
#include "models/bridge/host_bridge.h"
#include "models/bridge/memory_bridge.h"
#include "models/host/cpus/process_exits.h"
#include "models/host/fault_service/fault_service.h"
#include "models/host/registers/register_accesses.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"
#include "models/workload/tenants/traffic.h"
#include "platforms/build/construction.h"
#include "platforms/build/unused_peers.h"
#include "platforms/kinds/topology.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// A node is a model from outside, and nobody has brought it.
class UnboundNode : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class System {
 public:
  // `open_trace` feeds a replay; empty when the experiment has none. The experiment must outlive the system. Where
  // nodes are models from outside, those are bound before Elaborate(); a whole system is elaborated already, unless
  // told not to.
  enum class Elaboration : std::uint8_t { kIfWhole, kLater };
  System(const ResolvedExperiment& experiment, const TraceOpener& open_trace,
         Elaboration elaboration = Elaboration::kIfWhole);
  ~System();  // leaves a note for the table of requirements (system_note.h)
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  // Throws UnboundNode if a node's model is missing. Does nothing the second time.
  void Elaborate();
  // Null: the memory is the platform's own.
  MemoryBridge* memory_bridge() { return Only<MemoryBridge>(); }
  // By the node's name; null: there is no such model from outside.
  DeviceBridge* device_bridge(const std::string& node) {
    return dynamic_cast<DeviceBridge*>(construction_.FindBlock(node));
  }
  // Null: no class's jobs arrive from outside.
  HostBridge* host_bridge() { return Only<HostBridge>(); }

  Simulation& simulation() { return simulation_; }
  Traffic& traffic() { return *traffic_; }
  const FaultService& fault_service() const { return *Only<FaultService>(); }
  std::uint64_t exits_unfinished() const {
    const ProcessExits* const exits = Only<ProcessExits>();  // null: none exits
    return exits != nullptr ? exits->unfinished() : 0;
  }
  // Of each register access of the experiment.
  std::vector<RegisterOutcome> register_outcomes() const {
    const RegisterAccesses* const accesses = Only<RegisterAccesses>();
    return accesses != nullptr ? accesses->outcomes() : std::vector<RegisterOutcome>();
  }
  const ResolvedExperiment& experiment() const { return experiment_; }
  const Topology& topology() const { return topology_; }
  std::vector<const Block*> blocks() const;  // ordered by path
  // Every block's statistics, ordered by path.
  std::vector<StatGroup*> statistics() const;

 private:
  // Of a kind of which a platform has at most one; null: it has none.
  template <class Kind>
  Kind* Only() const {
    const std::vector<Kind*> all = construction_.All<Kind>();
    return all.empty() ? nullptr : all.front();
  }
  void PlaceStructures();
  void ConstructAll(const TraceOpener& open_trace);
  void CheckBound() const;

  const ResolvedExperiment& experiment_;
  Simulation simulation_;
  AddressSpaces address_spaces_;
  Topology topology_;
  Construction construction_;
  UnusedPeers unused_;
  Traffic* traffic_ = nullptr;
  bool elaborated_ = false;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_SYSTEM_H_
