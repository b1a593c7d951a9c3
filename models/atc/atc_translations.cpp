// SPDX-License-Identifier: Apache-2.0
// The ATC's translation requests: slots, merging, completions, and who may use what was answered.
#include "models/atc/atc.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

}  // namespace

void Atc::AskTranslation(std::uint32_t miss) {
  if (!control_.on()) return GiveUpMiss(miss);
  misses_.state(miss).phase = Phase::kWaitsForSlot;
  if (SlotFree() && waiting_.empty()) return SendTranslationRequest(miss);
  waiting_.push_back(miss);
  slot_queue_.Increment(now());
}

void Atc::SendTranslationRequest(std::uint32_t miss) {
  ++in_flight_;
  translating_.Increment(now());
  translation_requests_.Add();
  misses_.state(miss).phase = Phase::kTranslates;
  misses_.state(miss).stale_from_shift = kNeverStale;
  Tlp& cause = TlpOf(*misses_.first(miss).payload);
  cause.ledger.Mark(Stage::kAtcWait, now());
  const std::uint64_t page = misses_.key(miss).address();
  Payload* request = TakePayload(TlpKind::kTranslationRequest, page, kTranslationBytes);
  Tlp& tlp = TlpOf(*request);
  CopyOrigin(cause, tlp);
  traffic_classes_ |= 1u << tlp.traffic_class;
  tlp.at = AddressType::kTranslationRequest;
  tlp.virtual_address = page;
  tlp.context = miss;
  tlp.no_write = no_write_requests_ && !misses_.state(miss).has_writes;
  misses_.state(miss).asked_no_write = tlp.no_write;
  if (tlp.no_write) no_write_.Add();
  to_port.Send(*request, 0);
}

// A miss that waited may have been served meanwhile, by a larger page.
void Atc::StartWaitingTranslations() {
  while (!waiting_.empty() && (SlotFree() || !control_.on())) {
    const std::uint32_t miss = waiting_.front();
    waiting_.pop_front();
    slot_queue_.Decrement(now());
    if (!control_.on()) {
      TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtcWait, now());
      GiveUpMiss(miss);
      continue;
    }
    const MissKey key = misses_.key(miss);
    if (misses_.state(miss).retries == 0) {
      const Translation* found = entries_.Lookup(Pasid(key.pasid), key.address());
      if (found != nullptr && Permits(*found, IsWrite(misses_.first(miss)))) {
        TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtcWait, now());
        const Translation translation = *found;
        ServePermitted(miss, translation);
        continue;
      }
    }
    SendTranslationRequest(miss);
  }
}

void Atc::OnTranslated(Payload& payload) {
  CheckArrival(payload);
  const Tlp& tlp = TlpOf(payload);
  const auto miss = static_cast<std::uint32_t>(tlp.context);
  const CompletionStatus status = tlp.status;
  const Translation translation = tlp.translation;
  TlpOf(*misses_.first(miss).payload).ledger.Append(tlp.ledger);
  GivePayload(payload);
  --in_flight_;
  translating_.Decrement(now());
  if (control_.on()) {
    OnAnswer(miss, status, translation);
  } else {
    GiveUpMiss(miss);
  }
  StartWaitingTranslations();
  if (!stopping_.empty()) FinishPasidStops();
}

void Atc::OnAnswer(std::uint32_t miss, CompletionStatus status, const Translation& translation) {
  MissState& state = misses_.state(miss);
  const bool usable = translation.read || translation.write;
  if (status == CompletionStatus::kSuccess && usable && translation.page_shift < unit_shift_) {
    undersized_.Add();
    status = CompletionStatus::kUnsupportedRequest;
  }
  if (status != CompletionStatus::kSuccess) return OnRefused(miss, status);
  if (translation.page_shift >= state.stale_from_shift) {
    invalidation_stats_.discarded.Add();
    return SendTranslationRequest(miss);
  }
  const MissKey key = misses_.key(miss);
  if (state.lacks_right) entries_.Forget(Pasid(key.pasid), key.address());
  if (entries_.Insert(Pasid(key.pasid), key.address(), translation)) evictions_.Add();
  if (!usable) no_access_.Add();
  ServePermitted(miss, translation);
}

// CA is about this request, Retry is not defined for translation completions; anything else means UR: the function may
// not use ATS until software enables it again.
void Atc::OnRefused(std::uint32_t miss, CompletionStatus status) {
  if (status == CompletionStatus::kRetry) {
    malformed_.Add();
  } else {
    refused_.Add();
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
    const bool write = IsWrite(request);
    if (Permits(translation, write)) {
      misses_.Append(permitted, request);
      continue;
    }
    state.wants_read = state.wants_read || !write;
    state.wants_write = state.wants_write || write;
    misses_.Wait(miss, request);
  }
  if (misses_.HasWaiters(miss)) {
    TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtsWait, now());
    const bool only_asked_for_reading = state.asked_no_write && !state.wants_read && translation.read;
    if (only_asked_for_reading) {
      AskTranslation(miss);  // a write came while it was under way
    } else {
      OnPageFault(miss);
    }
  } else {
    misses_.Close(miss);
  }
  while (misses_.Pop(permitted, &request)) {
    TlpOf(*request.payload).ledger.Mark(Stage::kAtsWait, now());
    Deliver(request, translation);
  }
}

}  // namespace siov
