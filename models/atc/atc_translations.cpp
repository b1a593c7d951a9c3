// SPDX-License-Identifier: Apache-2.0
// The ATC's translation requests: slots, merging, completions, and who may use what was answered.
#include "models/atc/atc.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

}  // namespace

void Atc::AskTranslation(std::uint32_t miss) {
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
  to_port.Send(*request, 0);
}

// A miss that waited may have been served meanwhile, by a larger page.
void Atc::StartWaitingTranslations() {
  while (!waiting_.empty() && SlotFree()) {
    const std::uint32_t miss = waiting_.front();
    waiting_.pop_front();
    slot_queue_.Decrement(now());
    if (translation_stopped_) {
      TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtcWait, now());
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
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
  if (status == CompletionStatus::kSuccess) {
    if (translation.page_shift >= misses_.state(miss).stale_from_shift) {
      invalidation_stats_.discarded.Add();
      return SendTranslationRequest(miss);
    }
    const MissKey key = misses_.key(miss);
    if (entries_.Insert(Pasid(key.pasid), key.address(), translation)) evictions_.Add();
    if (!translation.read && !translation.write) no_access_.Add();
    ServePermitted(miss, translation);
  } else {
    refused_.Add();
    if (status != CompletionStatus::kCompleterAbort) translation_stopped_ = true;
    FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
  StartWaitingTranslations();
  if (!stopping_.empty()) FinishPasidStops();
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
    OnPageFault(miss);
  } else {
    misses_.Close(miss);
  }
  while (misses_.Pop(permitted, &request)) {
    TlpOf(*request.payload).ledger.Mark(Stage::kAtsWait, now());
    Deliver(request, translation);
  }
}

}  // namespace siov
