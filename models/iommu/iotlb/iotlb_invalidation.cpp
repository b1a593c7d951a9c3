// SPDX-License-Identifier: Apache-2.0
// The IOTLB's part of invalidations. What a descriptor names is gone as it arrives, here and (in the same instant) in
// the page walker. It is answered when nobody can use it any more: the walker has answered, walks that may have read
// what was removed have ended (their results are used once and not kept), and everything translated before is visible
// in memory (VT-d 6.5.4), requests included that were held behind older writes.
#include <algorithm>

#include "models/iommu/iotlb/iotlb.h"

namespace siov {
namespace {

// REQUIRES a set that is not empty.
std::size_t First(std::uint64_t slots) { return static_cast<std::size_t>(__builtin_ctzll(slots)); }

}  // namespace

template <class Fn>
void Iotlb::ForEachWalk(const CacheInvalidation& invalidation, Fn fn) {
  if (in_flight_ == 0) return;
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    if (!misses_.IsOpen(miss) || !misses_.state(miss).walks) continue;
    if (core_.Overlaps(invalidation, misses_.key(miss))) fn(misses_.state(miss));
  }
}

tlm::tlm_sync_enum Iotlb::FromInvalidation(std::uint32_t, InvalidationRequest& invalidation, Picoseconds delay) {
  Arrive(delay, kInvalidate, invalidation);
  return tlm::TLM_UPDATED;
}

void Iotlb::OnInvalidate(InvalidationRequest& invalidation) {
  CheckArrival(invalidation);
  draining_.Increment(now());
  if (invalidating_slots_ == ~SlotSet{0}) {
    waiting_invalidations_.PushBack(&invalidation);
  } else {
    StartInvalidation(invalidation);
  }
}

void Iotlb::StartInvalidation(InvalidationRequest& invalidation) {
  invalidation.ledger.Mark(Stage::kInvalidateWait, now());
  const auto slot = static_cast<std::uint32_t>(__builtin_ctzll(~invalidating_slots_));
  invalidating_slots_ |= SlotSet{1} << slot;
  invalidated_.Add(core_.Invalidate(invalidation.what));
  CountUnusedPrefetches();
  invalidating_[slot] = {&invalidation, held_.next(), now(), 0, true};
  MarkStaleWalks(slot, invalidation.what);
  to_walker_invalidation.Send(invalidation, 0);
}

void Iotlb::MarkStaleWalks(std::uint32_t slot, const CacheInvalidation& invalidation) {
  ForEachWalk(invalidation, [&](MissState& walk) {
    walk.stale = true;
    walk.waited_for_by |= SlotSet{1} << slot;
    ++invalidating_[slot].walks;
  });
}

void Iotlb::StaleWalkEnded(SlotSet slots) {
  for (SlotSet rest = slots; rest != 0; rest &= rest - 1) --invalidating_[First(rest)].walks;
  AnswerInvalidations(slots);
}

void Iotlb::FromWalkerInvalidation(std::uint32_t, InvalidationRequest& invalidation, tlm::tlm_phase_enum phase,
                                   Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kInvalidated, invalidation);
}

void Iotlb::OnInvalidated(InvalidationRequest& invalidation) {
  if (invalidation.before_page_request) return from_pri_queue.Respond(invalidation, 0);
  for (SlotSet rest = invalidating_slots_; rest != 0; rest &= rest - 1) {
    const auto slot = First(rest);
    if (invalidating_[slot].request != &invalidation) continue;
    invalidating_[slot].at_walker = false;
    return AnswerInvalidations(SlotSet{1} << slot);
  }
}

void Iotlb::AnswerInvalidations(SlotSet slots) {
  for (SlotSet rest = slots & invalidating_slots_; rest != 0; rest &= rest - 1) {
    const auto slot = First(rest);
    const Invalidating& open = invalidating_[slot];
    if (open.at_walker || open.walks != 0 || held_.oldest() < open.held_until) continue;
    InvalidationRequest& invalidation = *open.request;
    invalidating_slots_ &= ~(SlotSet{1} << slot);
    drain_time_.Add(now() - open.since);
    draining_.Decrement(now());
    asks_memory_ ? Flush(invalidation) : EndInvalidation(invalidation, std::max(now(), drained_));
    if (!waiting_invalidations_.empty()) StartInvalidation(*waiting_invalidations_.PopFront());
  }
}

void Iotlb::EndInvalidation(InvalidationRequest& invalidation, Picoseconds done) {
  drain_time_.Add(done - now());
  invalidations_.Add();
  invalidation.ledger.Mark(Stage::kInvalidateWait, done);
  from_invalidation.Respond(invalidation, done - now());
}

// A memory outside knows when all that went to it is done only when it is.
void Iotlb::Flush(InvalidationRequest& invalidation) {
  Tlp* flush = TakePacket(TlpKind::kMemoryRead, 0, 0);
  flush->context = reinterpret_cast<std::uintptr_t>(&invalidation);
  to_memory.Send(*flush, 0);
}

void Iotlb::Flushed(Tlp& flush) {
  auto& invalidation = *reinterpret_cast<InvalidationRequest*>(static_cast<std::uintptr_t>(flush.context));
  drain_time_.Add(flush.ledger.elapsed());
  GivePacket(flush);
  EndInvalidation(invalidation, now());
}

tlm::tlm_sync_enum Iotlb::FromPriQueue(std::uint32_t, InvalidationRequest& request, Picoseconds delay) {
  Arrive(delay, kForget, request);
  return tlm::TLM_UPDATED;
}

// A walk in progress may have read the entry that is about to change.
void Iotlb::OnForget(InvalidationRequest& request) {
  CheckArrival(request);
  if (const auto stale = core_.StaleBy(request.what.pasid, request.what.address)) {
    invalidated_.Add(core_.Invalidate(*stale));
    ForEachWalk(*stale, [](MissState& walk) { walk.stale = true; });
  }
  to_walker_invalidation.Send(request, 0);
}

}  // namespace siov
