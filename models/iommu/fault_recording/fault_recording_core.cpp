// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording_core.h"

#include <algorithm>

namespace siov {

RecordOutcome FaultRegisters::Record(const RecordedFault& record) {
  if (overflow_) return RecordOutcome::kLost;
  const auto of_source = [&](const std::optional<RecordedFault>& held) {
    return held && held->source == record.source;
  };
  if (collapse_ && std::any_of(registers_.begin(), registers_.end(), of_source)) return RecordOutcome::kCollapsed;
  if (registers_[next_]) {
    overflow_ = true;
    return RecordOutcome::kLost;
  }
  registers_[next_] = record;
  if (full_ == 0) first_ = next_;
  ++full_;
  next_ = next_ + 1 == size() ? 0 : next_ + 1;
  return RecordOutcome::kRecorded;
}

std::optional<RecordedFault> FaultRegisters::Take(std::uint32_t index) {
  const std::optional<RecordedFault> taken = registers_[index];
  if (taken) --full_;
  registers_[index].reset();
  return taken;
}

std::optional<std::uint32_t> FaultQueue::Push() {
  if (overflow_) return std::nullopt;
  const std::uint32_t after = (tail_ + 1) & (entries_ - 1);
  if (after == head_) {
    overflow_ = true;
    return std::nullopt;
  }
  const std::uint32_t slot = tail_;
  tail_ = after;
  return slot;
}

std::uint32_t FaultQueue::Pop() {
  const std::uint32_t slot = head_;
  head_ = (head_ + 1) & (entries_ - 1);
  return slot;
}

}  // namespace siov
