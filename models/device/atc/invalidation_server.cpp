// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/invalidation_server.h"

#include <algorithm>

#include "models/protocol/ats_words.h"

namespace siov {

InvalidationServer::InvalidationServer(PartedBlock& block, AtcServices& atc, AtcMisses& misses, const AtcConfig& config,
                                       StatGroup& statistics)
    : BlockPart(block),
      atc_(atc),
      misses_(misses),
      accepted_(config.invalidate_queue_depth),
      latency_(config.invalidation_latency_ps),
      statistics_(statistics, config.invalidate_queue_depth) {}

void InvalidationServer::OnRequest(Tlp& request) {
  if (!accepted_.HasRoom()) {
    statistics_.stalled.Add();
    return stalled_.PushBack(&request);
  }
  Accept(request);
}

void InvalidationServer::Accept(Tlp& request) {
  const CacheInvalidation what = ReadInvalidateRequest(request);
  const std::uint32_t place = accepted_.Accept(what, 1u << request.itags);
  atc_.Release(request);
  GivePacket(request);
  statistics_.requests.Add();
  statistics_.queue.Increment(now());
  MarkTranslationsInFlight(what);
  const Picoseconds start = std::max(now(), free_at_);
  free_at_ = start + latency_;
  statistics_.busy.Serve(start, free_at_);
  if (free_at_ == now()) return Invalidate(place);
  Due(free_at_ - now(), kInvalidate, nullptr, place);
}

// Completions are not ordered with invalidate requests: what is answered now may be older than the change.
void InvalidationServer::MarkTranslationsInFlight(const CacheInvalidation& what) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    AtcMiss& state = misses_.state(miss);
    if (!state.AwaitsTranslation() || !misses_.IsOpen(miss)) continue;
    const MissKey key = misses_.key(miss);
    state.stale_from_shift = std::min(state.stale_from_shift, StaleShift(what, Pasid(key.pasid), key.address()));
  }
}

void InvalidationServer::Invalidate(std::uint32_t place) {
  const CacheInvalidation what = accepted_.what(place);
  statistics_.entries.Add(atc_.Forget(what));
  const std::uint32_t reads = reads_.Await(what, place);
  if (reads == 0) return Complete(place);
  accepted_.WaitForReads(place, reads);
  statistics_.read_waits.Add();
}

void InvalidationServer::EndRead(std::uint32_t read) {
  for (std::uint32_t waiting = reads_.End(read); waiting != 0; waiting &= waiting - 1) {
    const auto place = static_cast<std::uint32_t>(__builtin_ctz(waiting));
    if (accepted_.ReadEnded(place)) Complete(place);
  }
}

// One completion for each traffic class, so that each is behind the writes of its class.
void InvalidationServer::Complete(std::uint32_t place) {
  const RequesterId requester = accepted_.what(place).requester;
  const std::uint32_t itags = accepted_.itags(place);
  const unsigned classes = traffic_classes_ == 0 ? 1 : traffic_classes_;
  accepted_.Complete(place);
  statistics_.queue.Decrement(now());
  for (unsigned left = classes; left != 0; left &= left - 1) {
    statistics_.completions.Add();
    Tlp* completion = TakePacket(TlpKind::kInvalidateCompletion, 0, 0);
    completion->requester = requester;
    completion->traffic_class = static_cast<std::uint8_t>(__builtin_ctz(left));
    completion->itags = itags;
    completion->completion_count = static_cast<std::uint8_t>(__builtin_popcount(classes));
    atc_.Send(*completion);
  }
  if (!stalled_.empty() && accepted_.HasRoom()) Accept(*stalled_.PopFront());
}

}  // namespace siov
