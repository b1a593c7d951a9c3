// SPDX-License-Identifier: Apache-2.0
// Host memory that is a model from outside: takes the place of models/memory and hands every request of root ports and
// every access of IOMMUs to that model as generic payloads. How long they take, and whether they succeed, is the
// model's; what PCIe promises of posted writes (their order, records that are seen when they are visible) is kept here.
//
// It does not know on arrival when a request will be done. Who has to know is constructed to ask by
// a flush (IsFlush). See models/bridge/README.md.
#ifndef SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_H_
#define SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_H_

#include <memory>
#include <string>
#include <vector>

#include "models/base/pool.h"
#include "models/bridge/memory_bridge_core.h"
#include "models/bridge/outside_initiator.h"
#include "models/kernel/block.h"
#include "models/kernel/write_visibility.h"

namespace siov {

class MemoryBridge final : public Block, private OutsideInitiator::Client, private WriteVisibility::Owner {
 public:
  using Sources = std::vector<AccessSource>;
  // For each of in[] and from_agent[], who asks by it.
  MemoryBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const MemoryBridgeConfig& config, const Sources& requesters, const Sources& agents);

  std::vector<std::unique_ptr<TargetSocket<MemoryBridge>>> in;
  std::vector<std::unique_ptr<TargetSocket<MemoryBridge, TableAccess>>> from_agent;
  InitiatorSocket<MemoryBridge, ObservedWrite> to_host;
  OutsideInitiator outside;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return {outside.path()}; }

 private:
  enum : std::uint32_t { kRequest, kAccess, kFencePassed };
  // What the model is at work on: one of the two.
  struct Open {
    Tlp* payload = nullptr;
    TableAccess* access = nullptr;
    std::uint32_t socket = 0;
    std::uint32_t accesses = 0;  // not ended yet
    bool begun = false;
    bool failed = false;
    // Of a payload.
    std::uint64_t number = 0;  // among all requests of its socket
    WriteOrder::Place place;   // among its stream's posted writes

    Ledger& ledger() const { return payload != nullptr ? payload->ledger : access->ledger; }
  };

  tlm::tlm_sync_enum Forward(std::uint32_t socket, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromAgent(std::uint32_t socket, TableAccess& access, Picoseconds delay);
  void Backward(std::uint32_t, ObservedWrite&, tlm::tlm_phase_enum, Picoseconds) {}  // the host keeps what it gets
  void OnDue(const DueItem& item) override;
  void OnBegun(void* request) override;
  void OnEnded(void* request, bool served) override;

  void Request(Tlp& payload, std::uint32_t socket);
  void Access(TableAccess& access, std::uint32_t socket);
  void Issue(const Open& begun, const RequestInfo& info, bool write, std::uint64_t address, std::uint32_t bytes);
  RequestInfo InfoOf(const Tlp& payload, std::uint32_t socket) const;
  void EndRequest(Open& open);
  void EndAccess(Open& open);
  void OnVisible(void* write) override;
  void OnReadFree(void*) override {}  // there is but one memory
  void OnFencePassed(Tlp& fence) override;
  void Visible(Tlp& payload);
  void Lose(Tlp& payload);

  MemoryBridgeConfig config_;
  Sources requesters_;
  Sources agents_;
  Pool<Open> pool_;
  WriteVisibility visibility_;

  Counter reads_{statistics_, "reads", "requests", "Read requests, table reads of the IOMMU included."};
  Counter written_{statistics_, "writes", "requests", "Write requests."};
  Counter read_bytes_{statistics_, "read_bytes", "bytes", "Bytes asked for by read requests."};
  Counter written_bytes_{statistics_, "written_bytes", "bytes", "Bytes of write requests."};
  Counter records_{statistics_, "records", "writes", "Completion records that became visible to the host."};
  Counter failed_{statistics_, "failed", "requests", "Requests the model answered with an error."};
  Counter lost_writes_{statistics_, "lost_writes", "writes", "Posted writes that the model answered with an error."};
  Counter fenced_{statistics_, "fences", "requests", "Questions whether older writes or requests are done."};
  Counter wait_{statistics_, "wait", "ps", "Time requests waited for the model to take the first of their accesses."};
  Counter order_wait_{statistics_, "order_wait", "ps",
                      "Time posted writes waited for older ones of their link and traffic class."};
  Occupancy open_{statistics_, "open", "requests", "Requests the model is at work on or that wait for it.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_H_
