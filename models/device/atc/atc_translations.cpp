// SPDX-License-Identifier: Apache-2.0
// The ATC's translation requests: slots, merging, completions, and who may use what was answered.
#include "models/device/atc/atc.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

}  // namespace

void Atc::AskTranslation(std::uint32_t miss) {
  if (!control_.on()) return GiveUpMiss(miss);
  misses_.state(miss).phase = Phase::kWaitsForSlot;
  if (slots_.open()) return SendTranslationRequest(miss);
  slots_.Wait(miss);
  counts_.slot_queue.Increment(now());
}

// REQUIRES that somebody waits.
void Atc::SendTranslationRequest(std::uint32_t miss) {
  Tlp& cause = *misses_.first(miss).payload;
  cause.ledger.Mark(Stage::kAtcWait, now());
  Ask(miss, cause, most_translations_ == 1 ? 1 : CoverPages(miss, cause));
}

// For the page of `miss` and the units that follow it, in the name of `origin`.
void Atc::Ask(std::uint32_t miss, const TlpHeader& origin, std::uint32_t translations) {
  slots_.Take();
  counts_.translating.Increment(now());
  counts_.translation_requests.Add();
  ahead_stats_.asked.Add(translations);
  MissState& state = misses_.state(miss);
  state.phase = Phase::kTranslates;
  state.stale_from_shift = kNeverStale;
  state.has_cause = misses_.HasWaiters(miss);
  state.asked_no_write = no_write_requests_ && !state.has_writes;
  state.translations = translations;
  state.serial = ++request_serial_;
  if (state.asked_no_write) counts_.no_write.Add();
  const std::uint64_t page = misses_.key(miss).address();
  Tlp* request = TakePacket(TlpKind::kTranslationRequest, page, kTranslationBytes * translations);
  CopyOrigin(origin, *request);
  if (!state.has_cause) request->job = JobRef();
  invalidations_.NoteTrafficClass(request->traffic_class);
  request->at = AddressType::kTranslationRequest;
  request->virtual_address = page;
  request->context = miss;
  request->translations = static_cast<std::uint8_t>(translations);
  request->no_write = state.asked_no_write;
  to_port.Send(*request, 0);
}

// A miss that waited may have been served meanwhile, by a larger page.
void Atc::StartWaitingTranslations() {
  while (slots_.any_waiting() && (slots_.free() || !control_.on())) {
    const std::uint32_t miss = slots_.Next();
    counts_.slot_queue.Decrement(now());
    if (!control_.on()) {
      misses_.first(miss).payload->ledger.Mark(Stage::kAtcWait, now());
      GiveUpMiss(miss);
      continue;
    }
    const MissKey key = misses_.key(miss);
    if (misses_.state(miss).retries == 0) {
      const Translation* found = entries_.Lookup(Pasid(key.pasid), key.address());
      if (found != nullptr && Permits(*found, misses_.first(miss).IsWrite())) {
        misses_.first(miss).payload->ledger.Mark(Stage::kAtcWait, now());
        const Translation translation = *found;
        ServePermitted(miss, translation);
        continue;
      }
    }
    SendTranslationRequest(miss);
  }
}

void Atc::OnTranslated(Tlp& payload) {
  CheckArrival(payload);
  const auto miss = static_cast<std::uint32_t>(payload.context);
  const MissState state = misses_.state(miss);
  const MissKey key = misses_.key(miss);
  if (state.has_cause) misses_.first(miss).payload->ledger.Append(payload.ledger);
  slots_.GiveBack();
  counts_.translating.Decrement(now());
  const CompletionStatus status = Judge(payload);
  const bool good = control_.on() && status == CompletionStatus::kSuccess;
  if (state.prefetch && !good) ahead_stats_.useless.Add();
  if (!control_.on()) {
    GiveUpMiss(miss);
  } else if (good) {
    ahead_stats_.answered.Add(payload.translations);
    OnPage(miss, payload.translation);
  } else {
    OnRefused(miss, status);
  }
  if (state.translations > 1) SettleCovered(key, state, good ? &payload : nullptr);
  GivePacket(payload);
  StartWaitingTranslations();
  if (stops_.any_stopping()) FinishPasidStops();
}

// What the completion's status amounts to.
CompletionStatus Atc::Judge(const Tlp& tlp) {
  const Translation& first = tlp.translation;
  const bool usable = first.read || first.write;
  if (tlp.status != CompletionStatus::kSuccess || !usable || first.page_shift >= unit_shift_) return tlp.status;
  counts_.undersized.Add();
  return CompletionStatus::kUnsupportedRequest;
}

void Atc::OnPage(std::uint32_t miss, const Translation& translation) {
  const MissState state = misses_.state(miss);
  if (translation.page_shift >= state.stale_from_shift) {
    invalidations_.CountDiscarded();
    if (state.prefetch) ahead_stats_.useless.Add();
    return misses_.HasWaiters(miss) ? SendTranslationRequest(miss) : misses_.Close(miss);
  }
  const MissKey key = misses_.key(miss);
  if (state.lacks_right) entries_.Forget(Pasid(key.pasid), key.address());
  Translation held = translation;
  held.prefetched = state.prefetch;
  if (entries_.Insert(Pasid(key.pasid), key.address(), held)) counts_.evictions.Add();
  ahead_stats_.useless.Add(entries_.TakeLostPrefetches());
  if (!translation.read && !translation.write) {
    counts_.no_access.Add();
    if (state.prefetch) ahead_stats_.useless.Add();
  }
  ServePermitted(miss, translation);
}

// CA is about this request, Retry is not defined for translation completions; anything else means UR: the function may
// not use ATS until software enables it again.
void Atc::OnRefused(std::uint32_t miss, CompletionStatus status) {
  if (status == CompletionStatus::kRetry) {
    counts_.malformed.Add();
  } else {
    counts_.refused.Add();
    if (status != CompletionStatus::kCompleterAbort) control_.Refuse();
  }
  FailMiss(miss, CompletionStatus::kUnsupportedRequest);
}

// Those who may use the page go; for the others it is a page fault. The first waiter's ledger stands at now.
void Atc::ServePermitted(std::uint32_t miss, const Translation& translation) {
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  Misses::Chain permitted;
  MissState& state = misses_.state(miss);
  state.wants_read = state.wants_write = false;
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    const bool write = request.IsWrite();
    if (Permits(translation, write)) {
      misses_.Append(permitted, request);
      continue;
    }
    state.wants_read = state.wants_read || !write;
    state.wants_write = state.wants_write || write;
    misses_.Wait(miss, request);
  }
  if (misses_.HasWaiters(miss)) {
    misses_.first(miss).payload->ledger.Mark(Stage::kAtsWait, now());
    const bool only_asked_for_reading = state.asked_no_write && !state.wants_read && translation.read;
    if (only_asked_for_reading) {
      AskTranslation(miss);  // a write came while it was under way
    } else {
      page_requester_.OnFault(miss, IsStopping(misses_.key(miss)));
    }
  } else {
    misses_.Close(miss);
  }
  while (misses_.Pop(permitted, &request)) {
    request.payload->ledger.Mark(Stage::kAtsWait, now());
    Deliver(request, translation);
  }
}

}  // namespace siov
