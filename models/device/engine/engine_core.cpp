// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_core.h"

#include <algorithm>

namespace siov {

EngineCore::EngineCore(const EngineConfig& config)
    : max_read_bytes_(config.max_read_request_bytes),
      write_access_bytes_(config.write_access_bytes()),
      access_bytes_(config.read_access_bytes()),
      plain_(config.read_access_bytes() == 0 && config.read_buffer_bytes == 0),
      buffers_(config.read_buffers, config.read_buffer_bytes),
      contexts_(config.slots()) {}

void EngineCore::Begin(std::uint32_t slot, const EngineWork& work) {
  contexts_[slot] = {};
  contexts_[slot].work = work;
}

bool EngineCore::NextRead(std::uint32_t slot, Piece* piece) {
  Context& context = contexts_[slot];
  if (context.waiting || !MoreToIssue(context)) return false;
  const bool in_turn = waiters_.empty() || context.access_left != 0;
  if (!in_turn || !BufferFree(context)) {
    Wait(slot);
    return false;
  }
  *piece = IssueRead(context);
  return true;
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
    buffers_.Give(ReadsOf(NextAddress(context), context.access_left), context.access_left);
    context.access_left = 0;
  }
  if (!context.waiting) return;
  context.waiting = false;
  waiters_.Remove(slot);
}

}  // namespace siov
