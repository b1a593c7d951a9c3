// SPDX-License-Identifier: Apache-2.0
// The ATC's page requests: from a translation without the wanted right to the page group response.
//
// All requests of a group leave at one moment, so the branch of its last request, which comes back with the response,
// tells the story of every page of the group.
#include <algorithm>

#include "models/device/atc/atc.h"

namespace siov {

void Atc::OnPageFault(std::uint32_t miss) {
  if (!pri_config_.enabled) return FailMiss(miss, CompletionStatus::kCompleterAbort);
  if (!pri_.may_send() || IsStopping(misses_.key(miss))) return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  if (misses_.state(miss).retries >= pri_config_.retry_limit) {
    pri_stats_.retries_exhausted.Add();
    return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
  if (credit_waiting_.empty() && JoinGroup(miss)) {
    if (pri_config_.group_window_ps == 0) SendOpenGroups();
    return;
  }
  misses_.state(miss).phase = Phase::kWaitsForCredit;
  credit_waiting_.push_back(miss);
  pri_stats_.credit_queue.Increment(now());
}

// False: no credit, or no group index.
bool Atc::JoinGroup(std::uint32_t miss) {
  const MissKey key = misses_.key(miss);
  const auto group = pri_.Join(key.requester, PasidOf(Pasid(key.pasid)), miss);
  if (!group) return false;
  misses_.state(miss).phase = Phase::kInGroup;
  pri_stats_.gathering.Increment(now());
  if (pri_.MustClose(*group)) {
    SendGroup(*group);
  } else if (pri_.opened_by_last_join() && pri_config_.group_window_ps > 0) {
    Due(pri_config_.group_window_ps, kGroupWindow, nullptr, (pri_.incarnation(*group) << 9) | *group);
  }
  if (!pri_.HasCredit()) SendOpenGroups();  // nobody can join them any more
  return true;
}

void Atc::OnGroupWindow(std::uint32_t argument) {
  const auto group = static_cast<PageRequestInterface::Group>(argument % PageRequestInterface::kIndices);
  const bool same = (pri_.incarnation(group) << 9) == (argument & ~(PageRequestInterface::kIndices - 1));
  if (same && pri_.is_open(group)) SendGroup(group);
}

void Atc::SendOpenGroups() {
  while (!pri_.open_groups().empty()) SendGroup(pri_.open_groups().front());
}

void Atc::SendGroup(PageRequestInterface::Group group) {
  pri_stats_.groups.Add();
  pri_.Close(group);
  const std::vector<std::uint32_t>& owners = pri_.owners(group);
  for (std::size_t i = 0; i < owners.size(); ++i) SendPageRequest(owners[i], group, i + 1 == owners.size());
}

void Atc::SendPageRequest(std::uint32_t miss, PageRequestInterface::Group group, bool last) {
  pri_stats_.requests.Add();
  pri_stats_.gathering.Decrement(now());
  pri_stats_.in_flight.Increment(now());
  MissState& state = misses_.state(miss);
  state.phase = Phase::kFaults;
  Tlp& cause = *misses_.first(miss).payload;
  cause.ledger.Mark(Stage::kPageFaultWait, now());
  if (cause.job != nullptr) ++cause.job->faults;
  const std::uint64_t page = misses_.key(miss).address();
  Tlp* request = TakePacket(TlpKind::kPageRequest, page, 0);
  CopyOrigin(cause, *request);
  request->virtual_address = page;
  request->wants_read = state.wants_read;
  request->wants_write = state.wants_write;
  request->last_in_group = last;
  request->page_group = group;
  request->response_with_pasid = pri_.response_pasid_required();
  to_port.Send(*request, 0);
}

void Atc::SendWaitingPageRequests() {
  while (!credit_waiting_.empty() && JoinGroup(credit_waiting_.front())) {
    credit_waiting_.pop_front();
    pri_stats_.credit_queue.Decrement(now());
  }
  if (pri_config_.group_window_ps == 0) SendOpenGroups();
}

void Atc::OnPageGroupResponse(Tlp& payload) {
  const bool failed_before = pri_.response_failure();
  switch (pri_.Receive(payload.page_group, payload.pasid, payload.response_code)) {
    case PageRequestInterface::Answer::kExpected:
      OnGroupAnswered(payload.page_group, Normalised(payload.response_code), payload.ledger);
      break;
    case PageRequestInterface::Answer::kUnexpected:
      pri_stats_.unexpected.Add();
      break;
    case PageRequestInterface::Answer::kStale:
      pri_stats_.stale.Add();
      break;
  }
  GivePacket(payload);
  if (pri_.response_failure() && !failed_before) GiveUpPageRequests();
  if (pri_.may_send()) SendWaitingPageRequests();
  if (!stopping_.empty()) FinishPasidStops();
}

void Atc::OnGroupAnswered(PageRequestInterface::Group group, PageResponseCode code, const Ledger& branch) {
  answered_ = pri_.owners(group);
  pri_.Release(group);
  switch (code) {
    case PageResponseCode::kSuccess:
      pri_stats_.success.Add();
      break;
    case PageResponseCode::kInvalidRequest:
      pri_stats_.invalid.Add();
      break;
    case PageResponseCode::kFailure:
      pri_stats_.failure.Add();
      break;
  }
  for (const std::uint32_t miss : answered_) {
    pri_stats_.in_flight.Decrement(now());
    misses_.first(miss).payload->ledger.Append(branch);
  }
  for (const std::uint32_t miss : answered_) OnPageResponse(miss, code);
}

void Atc::OnPageResponse(std::uint32_t miss, PageResponseCode code) {
  if (code != PageResponseCode::kSuccess) return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  ++misses_.state(miss).retries;
  AskTranslation(miss);
}

// Response Failure and reset end what the interface has under way, for the whole device: late responses count for
// nothing, so whoever waits for one has failed.
void Atc::GiveUpPageRequests() {
  pri_.CancelAll();
  credit_waiting_.clear();
  pri_stats_.credit_queue.Set(now(), 0);
  pri_stats_.gathering.Set(now(), 0);
  pri_stats_.in_flight.Set(now(), 0);
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    if (!misses_.IsOpen(miss)) continue;
    const Phase phase = misses_.state(miss).phase;
    if (phase == Phase::kFaults || phase == Phase::kInGroup || phase == Phase::kWaitsForCredit) {
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
    }
  }
}

// What waits for a page fails; the stop is over when none of its requests is under way any more: every response has
// arrived, or a Stop Marker has been sent instead.
void Atc::StopPasid(Pasid pasid, bool stop_marker, PasidStop* command) {
  constexpr RequesterId requester = 0;  // the device's only function
  stopping_.push_back({requester, pasid, stop_marker, command});
  FailMissesOf(requester, pasid);
  std::vector<std::uint32_t> dropped;  // they have failed above
  pri_.AbandonPasid(requester, pasid, &dropped);
  if (stop_marker) SendStopMarker(requester, pasid);
  if (pri_.may_send()) SendWaitingPageRequests();
  FinishPasidStops();
}

// Those of its misses that wait for a page or may still do so; a translation request in flight is waited for.
void Atc::FailMissesOf(RequesterId requester, Pasid pasid) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    const MissKey key = misses_.key(miss);
    if (!misses_.IsOpen(miss) || key.requester != requester || PasidOf(Pasid(key.pasid)) != pasid) continue;
    const Phase phase = misses_.state(miss).phase;
    if (phase == Phase::kInGroup) pri_stats_.gathering.Decrement(now());
    if (phase == Phase::kFaults) pri_stats_.in_flight.Decrement(now());
    if (phase == Phase::kWaitsForCredit) {
      credit_waiting_.erase(std::find(credit_waiting_.begin(), credit_waiting_.end(), miss));
      pri_stats_.credit_queue.Decrement(now());
    }
    if (phase != Phase::kTranslates && phase != Phase::kWaitsForSlot) {
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
    }
  }
}

bool Atc::IsStopping(const MissKey& key) const {
  return std::any_of(stopping_.begin(), stopping_.end(), [&key](const StoppingPasid& stopping) {
    return stopping.requester == key.requester && stopping.pasid == PasidOf(Pasid(key.pasid));
  });
}

bool Atc::HasMissesOf(RequesterId requester, Pasid pasid) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    const MissKey key = misses_.key(miss);
    if (misses_.IsOpen(miss) && key.requester == requester && PasidOf(Pasid(key.pasid)) == pasid) return true;
  }
  return false;
}

// "No more requests of this PASID's life behind me": takes no credit and is never answered.
void Atc::SendStopMarker(RequesterId requester, Pasid pasid) {
  pri_stats_.stop_markers.Add();
  Tlp* marker = TakePacket(TlpKind::kPageRequest, 0, 0);
  marker->requester = requester;
  marker->pasid = pasid;
  marker->last_in_group = true;
  to_port.Send(*marker, 0);
}

void Atc::FinishPasidStops() {
  for (std::size_t i = 0; i < stopping_.size();) {
    const StoppingPasid stopping = stopping_[i];
    const bool unanswered = !stopping.stop_marker && pri_.Unanswered(stopping.requester, stopping.pasid) > 0;
    if (unanswered || HasMissesOf(stopping.requester, stopping.pasid) || HasRequestsUnderWay(stopping.pasid)) {
      ++i;
      continue;
    }
    pasid_stops_.Add();
    dropped_.Add(entries_.DropPasid(stopping.pasid));
    stopping_.erase(stopping_.begin() + static_cast<std::ptrdiff_t>(i));
    if (stopping.command == nullptr) continue;
    retired_.insert(stopping.pasid.value());
    stopping.command->ledger.Mark(Stage::kPageFaultWait, now());
    from_software->Respond(*stopping.command, 0);
  }
}

}  // namespace siov
