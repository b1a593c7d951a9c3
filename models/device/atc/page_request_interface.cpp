// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/page_request_interface.h"

#include <algorithm>

#include "models/base/random.h"

namespace siov {

PageRequestInterface::PageRequestInterface(const PageRequestConfig& config)
    : capacity_(config.capacity),
      allocation_(config.credits()),
      group_pages_(config.group_pages),
      pasid_required_(config.response_pasid_required) {
  for (std::uint32_t group = 0; group < kIndices; ++group) free_.PushBack(static_cast<Group>(group));
}

bool PageRequestInterface::SetAllocation(std::uint32_t requests) {
  if (enabled_ || requests == 0) return false;
  allocation_ = std::min(requests, capacity_);
  return true;
}

bool PageRequestInterface::Enable() {
  if (enabled_ || !stopped() || allocation_ == 0) return false;
  enabled_ = true;
  return true;
}

bool PageRequestInterface::Disable() {
  if (!enabled_) return false;
  enabled_ = false;
  return true;
}

bool PageRequestInterface::Reset() {
  if (enabled_) return false;
  CancelAll();
  response_failure_ = false;
  unexpected_index_ = false;
  return true;
}

std::uint64_t PageRequestInterface::KeyOf(RequesterId requester, Pasid pasid) {
  return Mix64((std::uint64_t{pasid.value()} << 16) | requester);
}

std::optional<PageRequestInterface::Group> PageRequestInterface::TakeIndex() {
  if (!free_.empty()) return free_.PopFront();
  if (!stale_.empty()) return stale_.PopFront();
  return std::nullopt;
}

std::optional<PageRequestInterface::Group> PageRequestInterface::Join(RequesterId requester, Pasid pasid,
                                                                      std::uint32_t owner) {
  if (!HasCredit()) return std::nullopt;
  const std::uint64_t key = KeyOf(requester, pasid);
  const std::uint32_t found = open_index_.Find(
      key, [&](std::uint32_t group) { return groups_[group].requester == requester && groups_[group].pasid == pasid; });
  opened_ = found == HashIndex::kNoSlot;
  Group group = static_cast<Group>(found);
  if (opened_) {
    const std::optional<Group> taken = TakeIndex();
    if (!taken) return std::nullopt;
    group = *taken;
    Entry& entry = groups_[group];
    entry.state = State::kOpen;
    entry.requester = requester;
    entry.pasid = pasid;
    ++entry.incarnation;
    open_index_.Add(key, group);
    open_.push_back(group);
  }
  groups_[group].owners.push_back(owner);
  ++groups_[group].requests;
  ++requests_;
  return group;
}

void PageRequestInterface::Close(Group group) {
  Entry& entry = groups_[group];
  open_index_.Remove(KeyOf(entry.requester, entry.pasid), group);
  open_.erase(std::find(open_.begin(), open_.end(), group));
  entry.state = State::kSent;
  ++sent_;
}

PageRequestInterface::Answer PageRequestInterface::Receive(Group group, Pasid pasid, PageResponseCode code) {
  if (group >= kIndices) {
    unexpected_index_ = true;
    return Answer::kUnexpected;
  }
  Entry& entry = groups_[group];
  if (entry.stale_answers > 0) {
    --entry.stale_answers;
    if (entry.state == State::kFree && entry.stale_answers == 0) {
      stale_.Remove(group);
      free_.PushBack(group);
    }
    return Answer::kStale;
  }
  const bool pasid_fits = pasid_required_ ? pasid == entry.pasid : !pasid.valid();
  if ((entry.state != State::kSent && entry.state != State::kAbandoned) || !pasid_fits) {
    unexpected_index_ = true;
    return Answer::kUnexpected;
  }
  if (Normalised(code) == PageResponseCode::kFailure) response_failure_ = true;
  if (entry.state == State::kSent) return Answer::kExpected;
  Release(group);
  return Answer::kStale;
}

void PageRequestInterface::Release(Group group) {
  --sent_;
  Drop(group);
}

void PageRequestInterface::Drop(Group group) {
  Entry& entry = groups_[group];
  requests_ -= entry.requests;
  entry.requests = 0;
  entry.owners.clear();
  entry.state = State::kFree;
  (entry.stale_answers > 0 ? stale_ : free_).PushBack(group);
}

void PageRequestInterface::AbandonPasid(RequesterId requester, Pasid pasid, std::vector<std::uint32_t>* owners) {
  for (std::uint32_t index = 0; index < kIndices; ++index) {
    Entry& entry = groups_[index];
    if (entry.requester != requester || entry.pasid != pasid) continue;
    const auto group = static_cast<Group>(index);
    owners->insert(owners->end(), entry.owners.begin(), entry.owners.end());
    if (entry.state == State::kOpen) {
      Close(group);
      Release(group);
    } else if (entry.state == State::kSent) {
      entry.state = State::kAbandoned;
      entry.owners.clear();
    }
  }
}

std::uint32_t PageRequestInterface::Unanswered(RequesterId requester, Pasid pasid) const {
  return static_cast<std::uint32_t>(std::count_if(groups_.begin(), groups_.end(), [&](const Entry& entry) {
    const bool sent = entry.state == State::kSent || entry.state == State::kAbandoned;
    return sent && entry.requester == requester && entry.pasid == pasid;
  }));
}

void PageRequestInterface::CancelAll() {
  while (!open_.empty()) {
    const Group group = open_.back();
    Close(group);
    Release(group);
  }
  for (std::uint32_t index = 0; index < kIndices; ++index) {
    Entry& entry = groups_[index];
    if (entry.state == State::kFree) continue;
    ++entry.stale_answers;
    Release(static_cast<Group>(index));
  }
}

}  // namespace siov
