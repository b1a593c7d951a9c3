// SPDX-License-Identifier: Apache-2.0
// The platform as SystemC modules, built and wired from a resolved experiment. One a process (SystemC elaborates once).
#ifndef SIOV_PLATFORMS_BUILD_SYSTEM_H_
#define SIOV_PLATFORMS_BUILD_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/bridge/device_bridge.h"
#include "models/bridge/host_bridge.h"
#include "models/bridge/memory_bridge.h"
#include "models/device/atc/atc.h"
#include "models/device/engine/engine.h"
#include "models/device/ims/ims.h"
#include "models/device/swq_arbiter/swq_arbiter.h"
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/host/cpus/host.h"
#include "models/host/cpus/process_exits.h"
#include "models/host/fault_service/fault_service.h"
#include "models/iommu/fault_recording/fault_recording.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper.h"
#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "models/iommu/pri_queue/pri_queue.h"
#include "models/kernel/block.h"
#include "models/memory/memory.h"
#include "models/translation/address_spaces.h"
#include "models/workload/tenants/traffic.h"
#include "platforms/build/unused_peers.h"
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
  MemoryBridge* memory_bridge() { return memory_bridge_.get(); }
  // By the node's name; null: there is no such model from outside.
  DeviceBridge* device_bridge(const std::string& node);
  // Null: no class's jobs arrive from outside.
  HostBridge* host_bridge() { return host_bridge_.get(); }

  Simulation& simulation() { return simulation_; }
  Traffic& traffic() { return *traffic_; }
  const FaultService& fault_service() const { return *fault_service_; }
  std::uint64_t exits_unfinished() const { return process_exits_ ? process_exits_->unfinished() : 0; }
  const ResolvedExperiment& experiment() const { return experiment_; }
  std::vector<const Block*> blocks() const;
  // Every block's statistics, ordered by path.
  std::vector<StatGroup*> statistics() const;

 private:
  struct Iommu {
    std::unique_ptr<Iotlb> iotlb;
    std::unique_ptr<PageWalker> page_walker;
    std::unique_ptr<PriQueue> pri_queue;
    std::unique_ptr<FaultRecording> fault_recording;
    std::unique_ptr<InterruptRemapper> interrupt_remapper;
    std::unique_ptr<InvalidationQueue> invalidation_queue;
    std::vector<std::size_t> root_ports;  // below it, in order
  };
  struct Endpoint {
    std::unique_ptr<Link> link;
    std::unique_ptr<DevicePort> port;
    std::unique_ptr<Atc> atc;  // null: a device without ATS
    std::unique_ptr<SwqArbiter> arbiter;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<Ims> ims;
    std::unique_ptr<DeviceBridge> bridge;  // a model from outside, behind the port: then none of those above
  };

  void Construct(const TraceOpener& open_trace);
  void ConstructHost();
  void ConstructIommu(std::size_t index);
  void EndTenantsOf(std::size_t endpoint, Pasid pasid);
  InvalidationQueue::Devices DevicesBelow(const Iommu& iommu) const;
  InvalidationQueue::Devices QueueDepths() const;
  void ConstructEndpoint(std::size_t index);
  void ConstructOutsideEndpoint(std::size_t index);
  void CheckBound() const;
  void ConstructHostBridge();
  void ConstructExits();
  void Wire();
  void WireIommu(std::size_t index);
  void WireRootPort(std::size_t index);
  void WireEndpoint(std::size_t index);
  using MemorySocket = tlm::tlm_target_socket<kBusWidth, PcieProtocol>;
  void ConstructMemory();
  MemorySocket& NextMemorySocket();
  std::vector<Block*> AllBlocks() const;

  const ResolvedExperiment& experiment_;
  Simulation simulation_;
  AddressSpaces address_spaces_;
  std::unique_ptr<Memory> memory_;               // or
  std::unique_ptr<MemoryBridge> memory_bridge_;  // a model from outside
  std::unique_ptr<Host> host_;
  std::unique_ptr<FaultService> fault_service_;
  std::unique_ptr<ProcessExits> process_exits_;  // null: none exits
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<HostBridge> host_bridge_;  // null: nobody outside submits
  std::vector<Iommu> iommus_;
  std::vector<std::unique_ptr<RootPort>> root_ports_;
  std::vector<Endpoint> endpoints_;
  UnusedPeers unused_;
  std::size_t next_memory_socket_ = 0;
  bool elaborated_ = false;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_SYSTEM_H_
