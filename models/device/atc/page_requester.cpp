// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/page_requester.h"

#include <algorithm>

#include "models/protocol/job.h"

namespace siov {

PageRequester::PageRequester(PartedBlock& block, AtcServices& atc, AtcMisses& misses, const PageRequestConfig& config,
                             StatGroup& statistics)
    : BlockPart(block),
      atc_(atc),
      misses_(misses),
      config_(config),
      interface_(config),
      statistics_(statistics, config.credits()) {
  if (config.enabled) interface_.Enable();
}

void PageRequester::OnFault(std::uint32_t miss, bool stopping) {
  if (!config_.enabled) return atc_.FailMiss(miss, CompletionStatus::kCompleterAbort);
  if (!interface_.may_send() || stopping) return atc_.FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  if (misses_.state(miss).retries >= config_.retry_limit) {
    statistics_.retries_exhausted.Add();
    return atc_.FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
  if (credit_waiting_.empty() && JoinGroup(miss)) {
    if (config_.group_window_ps == 0) SendOpenGroups();
    return;
  }
  misses_.state(miss).phase = Phase::kWaitsForCredit;
  credit_waiting_.push_back(miss);
  statistics_.credit_queue.Increment(now());
}

// False: no credit, or no group index.
bool PageRequester::JoinGroup(std::uint32_t miss) {
  const MissKey key = misses_.key(miss);
  const auto group = interface_.Join(key.requester, PasidOf(Pasid(key.pasid)), miss);
  if (!group) return false;
  misses_.state(miss).phase = Phase::kInGroup;
  statistics_.gathering.Increment(now());
  if (interface_.MustClose(*group)) {
    SendGroup(*group);
  } else if (interface_.opened_by_last_join() && config_.group_window_ps > 0) {
    Due(config_.group_window_ps, kGroupWindow, nullptr, (interface_.incarnation(*group) << 9) | *group);
  }
  if (!interface_.HasCredit()) SendOpenGroups();  // nobody can join them any more
  return true;
}

void PageRequester::OnGroupWindow(std::uint32_t argument) {
  const auto group = static_cast<PageRequestInterface::Group>(argument % PageRequestInterface::kIndices);
  const bool same = (interface_.incarnation(group) << 9) == (argument & ~(PageRequestInterface::kIndices - 1));
  if (same && interface_.is_open(group)) SendGroup(group);
}

void PageRequester::SendOpenGroups() {
  while (!interface_.open_groups().empty()) SendGroup(interface_.open_groups().front());
}

void PageRequester::SendGroup(PageRequestInterface::Group group) {
  statistics_.groups.Add();
  interface_.Close(group);
  const std::vector<std::uint32_t>& owners = interface_.owners(group);
  for (std::size_t i = 0; i < owners.size(); ++i) SendRequest(owners[i], group, i + 1 == owners.size());
}

void PageRequester::SendRequest(std::uint32_t miss, PageRequestInterface::Group group, bool last) {
  statistics_.requests.Add();
  statistics_.gathering.Decrement(now());
  statistics_.in_flight.Increment(now());
  AtcMiss& state = misses_.state(miss);
  state.phase = Phase::kFaults;
  Tlp& cause = *misses_.first(miss).payload;
  cause.ledger.Mark(Stage::kPageFaultWait, now());
  CountFault(cause.job);
  const std::uint64_t page = misses_.key(miss).address();
  Tlp* request = TakePacket(TlpKind::kPageRequest, page, 0);
  CopyOrigin(cause, *request);
  request->virtual_address = page;
  request->wants_read = state.wants_read;
  request->wants_write = state.wants_write;
  request->last_in_group = last;
  request->page_group = group;
  request->response_with_pasid = interface_.response_pasid_required();
  atc_.Send(*request);
}

void PageRequester::SendWaiting() {
  while (!credit_waiting_.empty() && JoinGroup(credit_waiting_.front())) {
    credit_waiting_.pop_front();
    statistics_.credit_queue.Decrement(now());
  }
  if (config_.group_window_ps == 0) SendOpenGroups();
}

void PageRequester::OnResponse(Tlp& response) {
  const bool failed_before = interface_.response_failure();
  switch (interface_.Receive(response.page_group, response.pasid, response.response_code)) {
    case PageRequestInterface::Answer::kExpected:
      OnGroupAnswered(response.page_group, Normalised(response.response_code), response.ledger);
      break;
    case PageRequestInterface::Answer::kUnexpected:
      statistics_.unexpected.Add();
      break;
    case PageRequestInterface::Answer::kStale:
      statistics_.stale.Add();
      break;
  }
  GivePacket(response);
  if (interface_.response_failure() && !failed_before) GiveUp();
  if (interface_.may_send()) SendWaiting();
}

void PageRequester::CountResponse(PageResponseCode code) {
  switch (code) {
    case PageResponseCode::kSuccess:
      return statistics_.success.Add();
    case PageResponseCode::kInvalidRequest:
      return statistics_.invalid.Add();
    case PageResponseCode::kFailure:
      return statistics_.failure.Add();
  }
}

void PageRequester::OnGroupAnswered(PageRequestInterface::Group group, PageResponseCode code, const Ledger& branch) {
  answered_ = interface_.owners(group);
  interface_.Release(group);
  CountResponse(code);
  for (const std::uint32_t miss : answered_) {
    statistics_.in_flight.Decrement(now());
    misses_.first(miss).payload->ledger.Append(branch);
  }
  for (const std::uint32_t miss : answered_) {
    if (code != PageResponseCode::kSuccess) {
      atc_.FailMiss(miss, CompletionStatus::kUnsupportedRequest);
      continue;
    }
    ++misses_.state(miss).retries;
    atc_.AskTranslation(miss);
  }
}

void PageRequester::GiveUp() {
  interface_.CancelAll();
  credit_waiting_.clear();
  statistics_.credit_queue.Set(now(), 0);
  statistics_.gathering.Set(now(), 0);
  statistics_.in_flight.Set(now(), 0);
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    const bool awaits = misses_.IsOpen(miss) && misses_.state(miss).AwaitsPage();
    if (awaits) atc_.FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
}

void PageRequester::Stop(RequesterId requester, Pasid pasid, bool stop_marker) {
  FailMissesOf(requester, pasid);
  std::vector<std::uint32_t> dropped;  // they have failed above
  interface_.AbandonPasid(requester, pasid, &dropped);
  if (stop_marker) SendStopMarker(requester, pasid);
  if (interface_.may_send()) SendWaiting();
}

void PageRequester::FailMissesOf(RequesterId requester, Pasid pasid) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    const MissKey key = misses_.key(miss);
    if (!misses_.IsOpen(miss) || key.requester != requester || PasidOf(Pasid(key.pasid)) != pasid) continue;
    const Phase phase = misses_.state(miss).phase;
    if (phase == Phase::kInGroup) statistics_.gathering.Decrement(now());
    if (phase == Phase::kFaults) statistics_.in_flight.Decrement(now());
    if (phase == Phase::kWaitsForCredit) {
      credit_waiting_.erase(std::find(credit_waiting_.begin(), credit_waiting_.end(), miss));
      statistics_.credit_queue.Decrement(now());
    }
    if (phase != Phase::kTranslates && phase != Phase::kWaitsForSlot) {
      atc_.FailMiss(miss, CompletionStatus::kUnsupportedRequest);
    }
  }
}

// "No more requests of this PASID's life behind me": takes no credit and is never answered.
void PageRequester::SendStopMarker(RequesterId requester, Pasid pasid) {
  statistics_.stop_markers.Add();
  Tlp* marker = TakePacket(TlpKind::kPageRequest, 0, 0);
  marker->requester = requester;
  marker->pasid = pasid;
  marker->last_in_group = true;
  atc_.Send(*marker);
}

}  // namespace siov
