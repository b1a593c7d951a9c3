// SPDX-License-Identifier: Apache-2.0
// The ATC's page request interface: from a translation without the wanted right to the page group response.
#include "models/atc/atc.h"
#include "models/base/invariant.h"

namespace siov {

void Atc::OnPageFault(std::uint32_t miss) {
  if (!page_requests_enabled_) return FailMiss(miss, CompletionStatus::kCompleterAbort);
  if (page_requests_stopped_) return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  if (misses_.state(miss).retries >= retry_limit_) {
    retries_exhausted_.Add();
    return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
  if (groups_.HasCredit() && credit_waiting_.empty()) return SendPageRequest(miss);
  misses_.state(miss).phase = Phase::kWaitsForCredit;
  credit_waiting_.push_back(miss);
  credit_queue_.Increment(now());
}

void Atc::SendPageRequest(std::uint32_t miss) {
  page_requests_.Add();
  faulting_.Increment(now());
  MissState& state = misses_.state(miss);
  state.phase = Phase::kFaults;
  Tlp& cause = TlpOf(*misses_.first(miss).payload);
  cause.ledger.Mark(Stage::kPageFaultWait, now());
  if (cause.job != nullptr) ++cause.job->faults;
  const std::uint64_t page = misses_.key(miss).address();
  Payload* request = TakePayload(TlpKind::kPageRequest, page, 0);
  Tlp& tlp = TlpOf(*request);
  CopyOrigin(cause, tlp);
  tlp.virtual_address = page;
  tlp.wants_read = state.wants_read;
  tlp.wants_write = state.wants_write;
  tlp.last_in_group = true;
  tlp.page_group = groups_.Take(miss);
  to_port.Send(*request, 0);
}

void Atc::SendWaitingPageRequests() {
  while (!credit_waiting_.empty() && groups_.HasCredit()) {
    const std::uint32_t miss = credit_waiting_.front();
    credit_waiting_.pop_front();
    credit_queue_.Decrement(now());
    SendPageRequest(miss);
  }
}

void Atc::OnMessage(Payload& payload) {
  CheckArrival(payload);
  const Tlp& tlp = TlpOf(payload);
  CheckInvariant(tlp.kind == TlpKind::kPageGroupResponse,
                 [&] { return path() + ": a message other than a page group response arrived"; });
  const std::uint32_t miss = groups_.Return(tlp.page_group);
  const PageResponseCode code = tlp.response_code;
  if (miss == PageGroups::kNobody) {
    unexpected_responses_.Add();
    return GivePayload(payload);
  }
  faulting_.Decrement(now());
  if (page_requests_stopped_) return GivePayload(payload);  // its request was given up when the interface stopped
  TlpOf(*misses_.first(miss).payload).ledger.Append(tlp.ledger);
  GivePayload(payload);
  OnPageResponse(miss, code);
  SendWaitingPageRequests();
}

void Atc::OnPageResponse(std::uint32_t miss, PageResponseCode code) {
  switch (code) {
    case PageResponseCode::kSuccess:
      responses_success_.Add();
      ++misses_.state(miss).retries;
      return AskTranslation(miss);
    case PageResponseCode::kInvalidRequest:
      responses_invalid_.Add();
      return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
    case PageResponseCode::kFailure:
      responses_failure_.Add();
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
      return StopPageRequests();
  }
}

// Response Failure ends the interface for the whole device: no page request is sent any more and late responses count
// for nothing, so whoever waits for one has failed.
void Atc::StopPageRequests() {
  page_requests_stopped_ = true;
  credit_waiting_.clear();
  credit_queue_.Set(now(), 0);
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    if (!misses_.IsOpen(miss)) continue;
    const Phase phase = misses_.state(miss).phase;
    if (phase == Phase::kFaults || phase == Phase::kWaitsForCredit) {
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
    }
  }
}

}  // namespace siov
