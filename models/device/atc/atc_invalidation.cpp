// SPDX-License-Identifier: Apache-2.0
// Invalidate requests: from their arrival to the completion, which leaves when nothing stale is in use any more.
//
// Accepted into the queue; served one at a time; then the entries are gone, writes that were translated but have not
// left are translated again, and the completion waits for the reads that used one of the entries. Writes that used one
// are ahead of the completion because both go through the same first-in first-out port. Nothing here waits for a page
// request or for the engine.
#include <algorithm>

#include "models/device/atc/atc.h"
#include "models/protocol/ats_words.h"

namespace siov {

void Atc::OnInvalidateRequest(Tlp& payload) {
  if (!invalidations_.HasRoom()) {
    invalidation_stats_.stalled.Add();
    return stalled_invalidations_.PushBack(&payload);
  }
  Accept(payload);
}

void Atc::Accept(Tlp& payload) {
  const CacheInvalidation what = ReadInvalidateRequest(payload);
  const std::uint32_t place = invalidations_.Accept(what, 1u << payload.itags);
  from_port.Release(payload);
  GivePacket(payload);
  invalidation_stats_.requests.Add();
  invalidation_stats_.queue.Increment(now());
  MarkTranslationsInFlight(what);
  const Picoseconds start = std::max(now(), invalidator_free_);
  invalidator_free_ = start + invalidation_latency_;
  invalidation_stats_.busy.Serve(start, invalidator_free_);
  if (invalidator_free_ == now()) return Invalidate(place);
  Due(invalidator_free_ - now(), kInvalidate, nullptr, place);
}

// Completions are not ordered with invalidate requests: what is answered now may be older than the change.
void Atc::MarkTranslationsInFlight(const CacheInvalidation& what) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    MissState& state = misses_.state(miss);
    const bool under_way = state.phase == Phase::kTranslates || state.phase == Phase::kCovered;
    if (!under_way || !misses_.IsOpen(miss)) continue;
    const MissKey key = misses_.key(miss);
    state.stale_from_shift = std::min(state.stale_from_shift, StaleShift(what, Pasid(key.pasid), key.address()));
  }
}

void Atc::Invalidate(std::uint32_t place) {
  const CacheInvalidation what = invalidations_.what(place);
  invalidation_stats_.entries.Add(entries_.Invalidate(what));
  ahead_stats_.useless.Add(entries_.TakeLostPrefetches());
  TakeBackWrites(what);
  const std::uint32_t reads = reads_.Await(what, place);
  if (reads == 0) return CompleteInvalidation(place);
  invalidations_.WaitForReads(place, reads);
  invalidation_stats_.read_waits.Add();
}

// Translated, but behind an older write that still waits: to wait for it could take as long as a page fault.
void Atc::TakeBackWrites(const CacheInvalidation& what) {
  const auto used_it = [&what](const Request& request) {
    const Tlp& tlp = *request.payload;
    if (tlp.at != AddressType::kTranslated) return false;
    const Pasid space = AtcEntries::EntrySpaceOf(SpaceOf(tlp), tlp.translation);
    return StaleShift(what, space, tlp.virtual_address) <= tlp.translation.page_shift;
  };
  writes_.TakeBack(used_it, [this](std::uint64_t ticket, const Request& request) {
    taken_back_.push_back({request.payload, ticket});
  });
  invalidation_stats_.taken_back.Add(taken_back_.size());
  for (const Request& request : taken_back_) {
    request.payload->ledger.Mark(Stage::kOrderWait, now());
    Miss(request, false);
  }
  taken_back_.clear();
}

void Atc::EndRead(Tlp& payload) {
  for (std::uint32_t waiting = reads_.End(payload.read_in_flight); waiting != 0; waiting &= waiting - 1) {
    const auto place = static_cast<std::uint32_t>(__builtin_ctz(waiting));
    if (invalidations_.ReadEnded(place)) CompleteInvalidation(place);
  }
}

// One completion for each traffic class, so that each is behind the writes of its class.
void Atc::CompleteInvalidation(std::uint32_t place) {
  const RequesterId requester = invalidations_.what(place).requester;
  const std::uint32_t itags = invalidations_.itags(place);
  const unsigned classes = traffic_classes_ == 0 ? 1 : traffic_classes_;
  invalidations_.Complete(place);
  invalidation_stats_.queue.Decrement(now());
  for (unsigned left = classes; left != 0; left &= left - 1) {
    invalidation_stats_.completions.Add();
    Tlp* completion = TakePacket(TlpKind::kInvalidateCompletion, 0, 0);
    completion->requester = requester;
    completion->traffic_class = static_cast<std::uint8_t>(__builtin_ctz(left));
    completion->itags = itags;
    completion->completion_count = static_cast<std::uint8_t>(__builtin_popcount(classes));
    to_port.Send(*completion, 0);
  }
  if (!stalled_invalidations_.empty() && invalidations_.HasRoom()) Accept(*stalled_invalidations_.PopFront());
}

}  // namespace siov
