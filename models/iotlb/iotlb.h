// SPDX-License-Identifier: Apache-2.0
// The IOTLB: translates untranslated requests on their way to memory and answers translation requests.
//
// Models the lookup port, the cache, a bounded number of misses in flight with merging of equal pages, permission
// checks, and the order of posted writes. A packet keeps its place in the root port's buffer until it leaves or is
// answered (END_REQ). Requests without PASID pass through. Not modelled: fault recording, the context entry's enable
// bits, reads held back behind older posted writes that wait for a walk, explicit invalidation.
#ifndef SIOV_MODELS_IOTLB_IOTLB_H_
#define SIOV_MODELS_IOTLB_IOTLB_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/iotlb/iotlb_core.h"
#include "models/page_tables/miss_table.h"
#include "models/page_tables/ordered_streams.h"
#include "models/page_tables/translation_invalidator.h"
#include "models/tlm/block.h"

namespace siov {

class Iotlb : public Block, public TranslationInvalidator {
 public:
  Iotlb(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const IotlbConfig& config,
        std::size_t ports, const AddressSpaces& spaces);

  std::vector<std::unique_ptr<TargetSocket<Iotlb>>> from_port;
  InitiatorSocket<Iotlb> to_walker;
  InitiatorSocket<Iotlb> to_memory;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (&held == &walks_) return PeersOf(to_walker);
    return {};
  }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_memory); }

  void InvalidatePage(Pasid pasid, std::uint64_t address) override;

 private:
  enum : std::uint32_t { kArrived, kLookup, kWalked };
  enum class Phase : std::uint8_t { kWaitsForSlot, kWalks };
  // A request on its way: the port it came by, and its place among its requester's posted writes.
  struct Request {
    Payload* payload;
    std::uint64_t ticket;
    std::uint32_t port;
  };
  using Misses = MissTable<Phase, Request>;
  static constexpr std::uint64_t kNoTicket = ~std::uint64_t{0};

  tlm::tlm_sync_enum Forward(std::uint32_t port, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay);
  void FromWalker(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void FromMemory(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Payload& payload, std::uint32_t port);
  void OnLookup(Payload& payload, std::uint32_t port);
  void OnWalked(Payload& walk);
  void Miss(const Request& request);
  bool SlotFree() const { return miss_slots_ == 0 || in_flight_ < miss_slots_; }
  void StartWalk(std::uint32_t miss);
  void StartWaitingWalks();
  void Settle(const Request& request, const Translation& translation);
  void Answer(const Request& request, const Translation& translation);
  void Refuse(const Request& request);
  void Pass(const Request& request);
  void SendToMemory(const Request& request);
  void LeaveInOrder(const Request& request);

  IotlbCore core_;
  Picoseconds lookup_latency_;
  Picoseconds lookup_interval_;
  std::uint32_t miss_slots_;
  Picoseconds port_free_ = 0;
  std::uint32_t in_flight_ = 0;
  Misses misses_;
  std::deque<std::uint32_t> waiting_;  // misses that wait for a slot
  OrderedStreams<Request> writes_;

  Counter hits_{statistics_, "hits", "lookups", "lookups that found the page"};
  Counter misses_count_{statistics_, "misses", "lookups", "lookups that did not find the page"};
  Counter merged_{statistics_, "merged", "lookups", "misses that joined one of the same page in flight"};
  Counter evictions_{statistics_, "evictions", "entries", "entries replaced by a fill"};
  Counter invalidated_{statistics_, "invalidated", "entries", "entries removed before a page request was queued"};
  Counter no_pasid_{statistics_, "without_pasid", "requests", "requests without PASID, passed through"};
  Counter translation_requests_{statistics_, "translation_requests", "requests", "translation requests answered"};
  Counter no_access_{statistics_, "no_access_answers", "requests", "translation requests answered with R=W=0"};
  Counter aborted_{statistics_, "aborted_answers", "requests", "translation requests answered Completer Abort"};
  Counter refused_reads_{statistics_, "refused_reads", "requests", "untranslated reads answered Unsupported Request"};
  Counter dropped_writes_{statistics_, "dropped_writes", "requests", "untranslated posted writes dropped at a fault"};
  Counter ordered_writes_{statistics_, "ordered_writes", "requests", "posted writes that waited for an older one"};
  BusyTime port_busy_{statistics_, "port", "the lookup port works (each lookup takes the interval)", 1};
  Occupancy walks_;
  Occupancy slot_queue_{statistics_, "slot_queue", "misses", "misses that wait for a slot", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_IOTLB_IOTLB_H_
