// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_core.h"

#include <algorithm>
#include <bitset>

namespace siov {

EngineCore::EngineCore(const EngineConfig& config)
    : max_read_bytes_(config.max_read_request_bytes),
      write_access_bytes_(config.write_access_bytes()),
      access_bytes_(config.read_access_bytes()),
      plain_(config.read_access_bytes() == 0 && config.read_buffer_bytes == 0),
      buffers_(config.read_buffers, config.read_buffer_bytes),
      contexts_(config.slots()) {
  if (config.divides_read_buffers()) groups_.emplace(config);
}

void EngineCore::Begin(std::uint32_t slot, const EngineWork& work) {
  contexts_[slot] = {};
  contexts_[slot].work = work;
}

bool EngineCore::NextRead(std::uint32_t slot, Piece* piece) {
  Context& context = contexts_[slot];
  if (context.waiting || !MoreToIssue(context)) return false;
  if (!MayGo(slot)) {
    Wait(slot);
    return false;
  }
  *piece = IssueRead(slot);
  return true;
}

bool EngineCore::MayGo(std::uint32_t slot) const {
  const Context& context = contexts_[slot];
  if (context.access_left != 0) return true;
  if (!groups_) return waiters_.empty() && BufferFree(context);
  const std::uint32_t group = groups_->GroupOf(slot);
  const std::uint32_t reads = ReadsOfNext(context);
  if (groups_->LackOf(group, reads) != GroupRoom::Lack::kNothing || !BufferFree(context)) return false;
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    const std::uint32_t other = groups_->GroupOf(waiters_[i]);
    if (other == group) return false;
    const GroupRoom::Lack lack = groups_->LackOf(other, ReadsOfNext(contexts_[waiters_[i]]));
    if (lack != GroupRoom::Lack::kOwn && !groups_->AreReserved(group, reads)) return false;
  }
  return true;
}

// The oldest of a group goes before all others of it. Who waits for what all share keeps younger ones from taking of
// that, and not from what is kept for their own group.
bool EngineCore::FirstToGoOfGroups(std::size_t* at) const {
  bool shared_wanted = false;
  std::bitset<GroupRoom::kMostGroups> seen;
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    const Context& context = contexts_[waiters_[i]];
    const std::uint32_t group = groups_->GroupOf(waiters_[i]);
    if (seen[group]) continue;
    seen[group] = true;
    const std::uint32_t reads = ReadsOfNext(context);
    const bool goes_on = context.access_left != 0;
    const GroupRoom::Lack lack = goes_on ? GroupRoom::Lack::kNothing : groups_->LackOf(group, reads);
    if (lack == GroupRoom::Lack::kOwn) continue;
    const bool own = goes_on || groups_->AreReserved(group, reads);
    if (lack == GroupRoom::Lack::kNothing && (own || !shared_wanted) && BufferFree(context)) {
      *at = i;
      return true;
    }
    shared_wanted = true;
  }
  return false;
}

bool EngineCore::NextGenerated(std::uint32_t slot, Piece* piece) {
  Context& context = contexts_[slot];
  if (!MoreToIssue(context)) return false;
  *piece = Issue(context, write_access_bytes_);
  return true;
}

void EngineCore::Fail(std::uint32_t slot, std::uint32_t offset) {
  Context& context = contexts_[slot];
  context.failed_at = std::min(context.failed_at, offset);
  context.accesses.Close();
  if (context.access_left != 0) {
    Give(slot, ReadsOf(NextAddress(context), context.access_left), context.access_left);
    context.access_left = 0;
  }
  if (!context.waiting) return;
  context.waiting = false;
  waiters_.Remove(slot);
}

}  // namespace siov
