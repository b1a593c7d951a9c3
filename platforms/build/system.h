// SPDX-License-Identifier: Apache-2.0
// The platform as SystemC modules, built and wired from a resolved experiment. One a process (SystemC elaborates once).
#ifndef SIOV_PLATFORMS_BUILD_SYSTEM_H_
#define SIOV_PLATFORMS_BUILD_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/atc/atc.h"
#include "models/device_port/device_port.h"
#include "models/engine/engine.h"
#include "models/fault_recording/fault_recording.h"
#include "models/host/fault_service.h"
#include "models/host/host.h"
#include "models/host/process_exits.h"
#include "models/ims/ims.h"
#include "models/interrupt_remapper/interrupt_remapper.h"
#include "models/invalidation_queue/invalidation_queue.h"
#include "models/iotlb/iotlb.h"
#include "models/link/link.h"
#include "models/memory/memory.h"
#include "models/page_tables/address_spaces.h"
#include "models/page_walker/page_walker.h"
#include "models/pri_queue/pri_queue.h"
#include "models/root_port/root_port.h"
#include "models/swq_arbiter/swq_arbiter.h"
#include "models/tlm/block.h"
#include "models/traffic/traffic.h"
#include "platforms/build/unused_peers.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class System {
 public:
  // `open_trace` feeds a replay; empty when the experiment has none. The experiment must outlive the system.
  System(const ResolvedExperiment& experiment, const TraceOpener& open_trace);
  ~System();  // leaves a note for the table of requirements (system_note.h)
  System(const System&) = delete;
  System& operator=(const System&) = delete;

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
  };

  void Construct(const TraceOpener& open_trace);
  void ConstructHost();
  void ConstructIommu(std::size_t index);
  void EndTenantsOf(std::size_t endpoint, Pasid pasid);
  InvalidationQueue::Devices DevicesBelow(const Iommu& iommu) const;
  void ConstructEndpoint(std::size_t index);
  void ConstructExits();
  void Wire();
  void WireIommu(std::size_t index);
  void WireRootPort(std::size_t index);
  void WireEndpoint(std::size_t index);
  TargetSocket<Memory>& NextMemorySocket();
  std::vector<Block*> AllBlocks() const;

  const ResolvedExperiment& experiment_;
  Simulation simulation_;
  AddressSpaces address_spaces_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<FaultService> fault_service_;
  std::unique_ptr<ProcessExits> process_exits_;  // null: none exits
  std::unique_ptr<Traffic> traffic_;
  std::vector<Iommu> iommus_;
  std::vector<std::unique_ptr<RootPort>> root_ports_;
  std::vector<Endpoint> endpoints_;
  UnusedPeers unused_;
  std::size_t next_memory_socket_ = 0;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_SYSTEM_H_
