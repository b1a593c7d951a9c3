// SPDX-License-Identifier: Apache-2.0
// The IOTLB: translates untranslated requests on their way to memory and answers translation requests.
//
// Models the lookup port (first come, first served, or requesters in turn), the cache, a bounded number of misses in
// flight with merging of equal pages, permission checks, the order of posted writes, and invalidations with their
// drain. A packet keeps its place in the root port's buffer until it leaves or is answered (END_REQ). Faults are
// answered by the fault matrix and handed to fault recording. Requests without PASID pass through. Translated requests
// come here only where their addresses are checked (ATS-13). Order is that of a root port's traffic class.
#ifndef SIOV_MODELS_IOMMU_IOTLB_IOTLB_H_
#define SIOV_MODELS_IOMMU_IOTLB_IOTLB_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/round_robin_queue.h"
#include "models/base/sequence_window.h"
#include "models/iommu/iotlb/iotlb_core.h"
#include "models/iommu/iotlb/translation_answer.h"
#include "models/kernel/block.h"
#include "models/translation/miss_table.h"
#include "models/translation/ordered_streams.h"
#include "models/translation/translation_prefetcher.h"

namespace siov {

class Iotlb final : public Block {
 public:
  // `asks_memory`: memory is a model from outside, or several, and it is not known on arrival when a request will be
  // done; asked by flushes instead.
  Iotlb(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const IotlbConfig& config,
        std::size_t ports, const AddressSpaces& spaces, const CachePartitions& partitions = {},
        bool asks_memory = false);

  std::vector<std::unique_ptr<TargetSocket<Iotlb>>> from_port;
  InitiatorSocket<Iotlb, Walk> to_walker;
  InitiatorSocket<Iotlb, InvalidationRequest> to_walker_invalidation;
  InitiatorSocket<Iotlb> to_memory;
  InitiatorSocket<Iotlb, FaultRecord> to_faults;
  TargetSocket<Iotlb, InvalidationRequest> from_invalidation;
  TargetSocket<Iotlb, InvalidationRequest> from_pri_queue;  // pages to be forgotten before their requests are queued

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (&held == &walks_) return PeersOf(to_walker);
    if (&held == &draining_) return PeersOf(to_walker_invalidation);
    return {};
  }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_memory); }

 private:
  enum : std::uint32_t { kArrived, kPortFree, kLookup, kWalked, kInvalidate, kInvalidated, kForget, kFlushed };
  using SlotSet = std::uint64_t;  // bit i: invalidation slot i
  struct MissState {
    bool walks = false;         // else it waits for a slot
    bool prefetch = false;      // nobody asked for it (yet)
    bool ahead = false;         // a further page of a request that asks for several: that one waits when it comes to it
    bool stale = false;         // what it read may be gone: its result is used and not kept
    SlotSet waited_for_by = 0;  // invalidations that are not answered before it ends
  };
  // A request on its way: the port it came by, its place in the order of its traffic class there and, once translated,
  // among all that wait for an older one.
  struct Request {
    Tlp* payload;
    OrderTicket ticket;
    std::uint64_t held;
    std::uint32_t port;
    std::uint8_t gathered = 0;  // translations found so far for a request that asks for several
  };
  struct Arrival {
    Tlp* payload;
    std::uint32_t port;
  };
  using Misses = MissTable<MissState, Request>;
  // An invalidation that is not answered yet.
  static constexpr std::uint32_t kInvalidationSlots = 64;
  struct Invalidating {
    InvalidationRequest* request = nullptr;
    std::uint64_t held_until = 0;  // translated requests held at its arrival are all older than this
    Picoseconds since = 0;
    std::uint32_t walks = 0;  // walks that may have used what it removed
    bool at_walker = false;
  };

  tlm::tlm_sync_enum Forward(std::uint32_t port, Tlp& payload, Picoseconds delay);
  void FromWalker(std::uint32_t, Walk& walk, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromWalkerInvalidation(std::uint32_t, InvalidationRequest& invalidation, tlm::tlm_phase_enum phase,
                              Picoseconds delay);
  void FromMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromFaults(std::uint32_t, FaultRecord&, tlm::tlm_phase_enum, Picoseconds) {}
  void OnDue(const DueItem& item) override;

  // The lookup port (iotlb_port.cpp).
  std::uint64_t ClassOf(const Tlp& tlp, std::uint32_t port) const;
  void OnArrived(Tlp& payload, std::uint32_t port);
  OrderTicket TicketOf(const Tlp& tlp, std::uint32_t port);
  void OnPortFree();
  void StartLookup(Tlp& payload, std::uint32_t port);

  void OnLookup(Tlp& payload, std::uint32_t port);
  void OnWalked(Walk& walk);
  void WithoutPasid(const Request& request);
  void Miss(const Request& request, std::uint64_t address);
  bool SlotFree() const { return miss_slots_ == 0 || in_flight_ < miss_slots_; }
  void StartWalk(std::uint32_t miss);
  void StartWaitingWalks();
  Walk* TakeWalk(std::uint32_t miss, std::uint64_t address);
  static void CopyCause(const Tlp& cause, Walk& walk);
  void WalkAhead(const Tlp& request);
  void Prefetch(RequesterId requester, Pasid pasid, std::uint64_t address, unsigned page_shift);
  void UsePrefetched(const Tlp& tlp, Translation& hit);
  void CountUnusedPrefetches();
  void Settle(const Request& request, const Translation& translation);
  // Untranslated or translation request, and whether privileged: may fail where others do not.
  using RequestKind = std::pair<AddressType, bool>;
  static RequestKind KindOf(const Tlp& tlp) {
    const bool translation = tlp.kind == TlpKind::kTranslationRequest;
    return {translation ? AddressType::kTranslationRequest : tlp.at, tlp.privileged};
  }
  // A translated request, or its walk: its address is the device's claim, to be checked.
  template <class Packet>
  static bool IsContained(const Packet& packet) {
    return packet.at == AddressType::kTranslated;
  }
  static std::uint64_t AddressOf(const Tlp& payload, const Tlp& tlp) {
    return IsContained(tlp) ? payload.address : tlp.virtual_address;
  }
  FaultReason FaultOf(const Translation& translation, const Tlp& tlp) const;
  void SettleWaiters(Misses::Chain waiters, const MissKey& key, const Translation& translation, Stage waited);
  void Answer(const Request& request, const Translation& translation);
  void Gather(Request request);
  bool AddTranslation(const Request& request, const Translation& translation);
  void EndGathering(const Request& request);
  void Refuse(const Request& request, const Translation& translation, FaultReason reason);
  void DropWrite(const Request& request, const Translation& translation);
  OrderAttributes ForgetWrite(const Request& request);
  void RefusePeer(const Request& request);
  void Respond(const Request& request);
  void RespondNow(const Request& request);
  void ForgetPlace(const Request& request, const OrderAttributes& order);
  FaultRecord& TakeRecord(const Tlp& cause, const Translation& fault);
  void PassToMemory(const Request& request);
  void Pass(const Request& request);
  void Leave(const Request& request);
  void SendToMemory(const Request& request);
  void LeaveInOrder(const Request& request);

  // Invalidation (iotlb_invalidation.cpp).
  tlm::tlm_sync_enum FromInvalidation(std::uint32_t, InvalidationRequest& invalidation, Picoseconds delay);
  tlm::tlm_sync_enum FromPriQueue(std::uint32_t, InvalidationRequest& request, Picoseconds delay);
  void OnForget(InvalidationRequest& request);
  void OnInvalidate(InvalidationRequest& invalidation);
  void StartInvalidation(InvalidationRequest& invalidation);
  void OnInvalidated(InvalidationRequest& invalidation);
  template <class Fn>
  void ForEachWalk(const CacheInvalidation& invalidation, Fn fn);
  void MarkStaleWalks(std::uint32_t slot, const CacheInvalidation& invalidation);
  void StaleWalkEnded(SlotSet slots);
  void AnswerInvalidations(SlotSet slots);
  void EndInvalidation(InvalidationRequest& invalidation, Picoseconds done);
  void Flush(InvalidationRequest& invalidation);
  void Flushed(Tlp& flush);

  IotlbCore core_;
  Picoseconds lookup_latency_;
  Picoseconds lookup_interval_;
  std::uint32_t miss_slots_;
  bool asks_memory_;
  IotlbOrder order_;
  IommuProfile profile_;
  Containment containment_;
  MemoryRanges device_memory_;
  TranslationPrefetcher prefetcher_;
  Picoseconds port_free_ = 0;
  std::uint32_t in_flight_ = 0;
  std::uint64_t unused_prefetches_ = 0;  // counted so far
  Misses misses_;
  RoundRobinQueue<std::uint32_t> waiting_;  // misses that wait for a slot
  RoundRobinQueue<Arrival> port_queue_;     // requests that wait for their turn at the port
  OrderedStreams<Request> order_of_;
  std::unordered_map<const Tlp*, OrderTicket> places_;  // of those that wait for their turn at the port
  SequenceWindow held_;                                 // translated, behind older posted writes
  Picoseconds drained_ = 0;  // when all that went to memory so far is visible there or has been read
  std::array<Invalidating, kInvalidationSlots> invalidating_{};
  SlotSet invalidating_slots_ = 0;  // in use
  RingQueue<InvalidationRequest*> waiting_invalidations_;

  Counter hits_{statistics_, "hits", "lookups", "lookups that found the page"};
  Counter misses_count_{statistics_, "misses", "lookups", "lookups that did not find the page"};
  Counter merged_{statistics_, "merged", "lookups", "misses that joined one of the same page in flight"};
  Counter evictions_{statistics_, "evictions", "entries", "entries replaced by a fill"};
  Counter invalidated_{statistics_, "invalidated", "entries",
                       "entries removed by invalidations and before page requests"};
  Counter invalidations_{statistics_, "invalidations", "descriptors", "invalidations answered"};
  Counter stale_walks_{statistics_, "stale_walks", "walks",
                       "walks whose result was not kept because an invalidation overlapped them"};
  Counter drain_time_{statistics_, "invalidation_time", "ps",
                      "sum over invalidations of the time until walker and drain were done"};
  Counter no_pasid_{statistics_, "without_pasid", "requests",
                    "requests without PASID; passed through unless their function has a RID_PASID"};
  Counter translation_requests_{statistics_, "translation_requests", "requests", "translation requests answered"};
  Counter no_access_{statistics_, "no_access_answers", "requests", "translation requests answered with R=W=0"};
  Counter aborted_{statistics_, "aborted_answers", "requests", "translation requests answered Completer Abort"};
  Counter unsupported_{statistics_, "unsupported_answers", "requests",
                       "translation requests answered Unsupported Request"};
  Counter further_{statistics_, "further_translations", "translations",
                   "translations after the first in completions of several"};
  Counter prefetches_{statistics_, "prefetches", "walks", "walks for pages nobody had asked for"};
  Counter prefetches_useful_{statistics_, "prefetches_useful", "walks",
                             "prefetched pages that were asked for, in time or while they were fetched"};
  Counter prefetches_useless_{statistics_, "prefetches_useless", "walks",
                              "prefetched pages that were not there, or went before anybody asked for them"};
  Counter contained_{statistics_, "translated_checked", "requests", "translated requests whose address was checked"};
  Counter dirty_walks_{statistics_, "dirty_walks", "lookups",
                       "lookups that found the page and walked again to set its dirty bit"};
  Counter faults_{statistics_, "faults", "requests", "requests that ended in a fault that is to be recorded"};
  Counter peer_refused_{statistics_, "peer_refused", "requests",
                        "requests whose address, once translated, is a device's, not memory's: not routed to peers"};
  Counter refused_reads_{statistics_, "refused_reads", "requests", "untranslated reads answered Unsupported Request"};
  Counter dropped_writes_{statistics_, "dropped_writes", "requests", "untranslated posted writes dropped at a fault"};
  Counter ordered_writes_{statistics_, "ordered_writes", "requests", "posted writes that waited for an older one"};
  Counter ordered_reads_{statistics_, "ordered_reads", "requests",
                         "reads and translation requests, translated, that waited for an older posted write"};
  BusyTime port_busy_{statistics_, "port", "the lookup port works (each lookup takes the interval)", 1};
  ReuseWatch reuse_;
  Occupancy walks_;
  Occupancy draining_{statistics_, "invalidations_open", "descriptors", "invalidations not answered yet", 0};
  Occupancy queued_{statistics_, "port_queue", "requests",
                    "requests that wait for their turn at the lookup port, where requesters take turns", 0};
  Occupancy slot_queue_{statistics_, "slot_queue", "misses", "misses that wait for a slot", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_IOTLB_IOTLB_H_
