// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_core.h"

#include <algorithm>

namespace siov {

EngineCore::EngineCore(const EngineConfig& config)
    : max_read_bytes_(config.max_read_request_bytes),
      max_write_bytes_(config.max_payload_bytes),
      read_buffers_(config.read_buffers),
      contexts_(config.slots()) {}

void EngineCore::Begin(std::uint32_t slot, const EngineWork& work) {
  contexts_[slot] = {};
  contexts_[slot].work = work;
}

bool EngineCore::NextRead(std::uint32_t slot, Piece* piece) {
  Context& context = contexts_[slot];
  if (context.waiting || !MoreToIssue(context)) return false;
  if (!BufferFree() || !waiters_.empty()) {
    Wait(slot);
    return false;
  }
  ++buffers_in_use_;
  ++context.in_flight;
  *piece = Issue(context, max_read_bytes_);
  return true;
}

bool EngineCore::NextGenerated(std::uint32_t slot, Piece* piece) {
  Context& context = contexts_[slot];
  if (!MoreToIssue(context)) return false;
  *piece = Issue(context, max_write_bytes_);
  return true;
}

void EngineCore::Fail(std::uint32_t slot, std::uint32_t offset) {
  Context& context = contexts_[slot];
  context.failed_at = std::min(context.failed_at, offset);
  if (!context.waiting) return;
  context.waiting = false;
  waiters_.Remove(slot);
}

}  // namespace siov
