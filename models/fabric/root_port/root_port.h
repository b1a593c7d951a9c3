// SPDX-License-Identifier: Apache-2.0
// A root port: takes what comes up its link to the memory, the IOMMU, its queues or the interrupt remapper, and what
// the host and the IOMMU send down to the link. Bounds the reads in flight in the root complex.
//
// It keeps what came up its link in the order of PCI Express where requests part ways (translated ones past the IOTLB,
// untranslated ones through it, interrupts to the remapper), by traffic class. How, and what it does not model:
// models/fabric/root_port/README.md.
#ifndef SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_H_
#define SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_H_

#include <array>
#include <optional>
#include <string>

#include "models/base/ring_queue.h"
#include "models/fabric/root_port/root_port_core.h"
#include "models/fabric/root_port/upstream_order.h"
#include "models/kernel/block.h"

namespace siov {

class RootPort final : public Block {
 public:
  // `structures`: what translated requests are checked against; null: every device may send them. `index`: this port
  // among all, by name; what answers to messages find their way back by (tlp.source_port). `asks_memory`: memory
  // is a model from outside, or several, and it is not known on arrival when a write will be visible; asked by flushes
  // instead. `has_accesses`: somebody sends accesses to registers of devices.
  RootPort(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const RootPortConfig& config, std::uint8_t index, const TranslationStructures* structures = nullptr,
           bool asks_memory = false, bool has_accesses = false);

  TargetSocket<RootPort> from_host;
  TargetSocket<RootPort> from_link;
  TargetSocket<RootPort> from_pri_queue;
  TargetSocket<RootPort> from_invalidation;
  std::optional<TargetSocket<RootPort>> from_accesses;
  InitiatorSocket<RootPort> to_link;
  InitiatorSocket<RootPort> to_iotlb;
  InitiatorSocket<RootPort> to_memory;
  InitiatorSocket<RootPort> to_pri_queue;
  InitiatorSocket<RootPort> to_interrupts;
  InitiatorSocket<RootPort, FaultRecord> to_faults;
  InitiatorSocket<RootPort> to_invalidation;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_link, to_iotlb, to_memory, to_pri_queue); }

 private:
  enum Kind : std::uint32_t { kUpstream, kCompletion, kReadDone, kWriteLeftIotlb, kFlushed };
  // What came up in a traffic class.
  struct UpstreamClass {
    UpstreamOrder order;
    Picoseconds posted_visible = 0;  // when the newest posted write that went to memory is visible there
  };

  tlm::tlm_sync_enum Downstream(std::uint32_t, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum Access(std::uint32_t, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromLink(std::uint32_t, Tlp& payload, Picoseconds delay);
  void LinkBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void HostBackward(std::uint32_t route, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Upstream(Tlp& payload);
  void InOrder(Tlp& payload, UpstreamRoute route);
  void GoOn(Tlp& payload, UpstreamRoute route);
  void Completion(Tlp& payload);
  // Of the host: whose request a packet of the device answers or releases.
  TargetSocket<RootPort>& SenderOf(const Tlp& payload) {
    return IsRegisterAccess(payload.kind) ? *from_accesses : from_host;
  }
  void Read(Tlp& payload, UpstreamRoute route);
  void ReadDone();
  void Translate(Tlp& payload);
  void Translated(const Tlp& payload);
  UpstreamClass& ClassOf(const Tlp& tlp) { return classes_[tlp.traffic_class % kTrafficClasses]; }
  void WriteLeavesIotlb(Tlp& payload);
  void WriteLeftIotlb(Tlp& payload);
  void Resume(UpstreamOrder& order);
  void Refuse(Tlp& payload, CompletionStatus status = CompletionStatus::kUnsupportedRequest);
  bool IsMalformed(Tlp& payload) const;
  bool MayPass(Tlp& payload);
  void RefuseFault(Tlp& payload, FaultReason reason, bool fpd);
  void Ignore(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}
  void FaultBackward(std::uint32_t, FaultRecord&, tlm::tlm_phase_enum, Picoseconds) {}
  void Pass(Tlp& payload, UpstreamRoute route);
  void PassToMemory(Tlp& payload);
  void PassAfterWrites(InitiatorSocket<RootPort>& socket, Tlp& payload);
  void Flush(Tlp& message);
  void Flushed(Tlp& flush);
  void PassAndRelease(InitiatorSocket<RootPort>& socket, Tlp& payload, Picoseconds delay);
  UpstreamRoute RouteOf(Tlp& payload) const;

  // What the structures say of whoever sent a translated request last, asked for again when they change.
  struct Checked {
    RequesterId requester = 0;
    std::uint64_t version = ~std::uint64_t{0};  // of the structures: none yet
    RequesterCheck found;
  };

  RootPortConfig config_;
  MemoryRanges device_memory_;
  std::uint8_t index_;
  const TranslationStructures* structures_;
  bool asks_memory_;
  Checked checked_;
  std::uint32_t reads_in_flight_ = 0;
  RingQueue<Tlp*> waiting_reads_;
  RingQueue<const Tlp*> window_;        // reads at the IOTLB in their order, null where translated; few
  RingQueue<Tlp*> waiting_for_window_;  // reads behind them
  std::array<UpstreamClass, kTrafficClasses> classes_;

  Counter to_memory_requests_;
  Counter to_iotlb_requests_;
  Counter page_requests_;
  Counter interrupts_;
  Counter invalidate_completions_;
  Counter refused_;
  Counter peer_refused_;
  Counter malformed_;
  Counter faults_;
  Counter downstream_requests_;
  Counter answers_;
  Counter read_stalls_;
  Counter window_stalls_;
  Occupancy in_window_;
  Occupancy reads_outstanding_;
  Occupancy read_queue_;
  Occupancy ordered_queue_;
  Counter message_order_wait_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_H_
