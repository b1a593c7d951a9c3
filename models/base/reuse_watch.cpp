// SPDX-License-Identifier: Apache-2.0
#include "models/base/reuse_watch.h"

#include <algorithm>
#include <string>

namespace siov {
namespace {

constexpr std::size_t kMostSlots = std::size_t{1} << 17;  // 1 MiB

std::uint32_t TagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

// Twice the places of what is looked back for, so that few keys are overwritten in time.
void ReuseWatch::Allocate() {
  const std::uint64_t wanted = entries_ << (kFactors + 1);
  std::size_t slots = 64;
  while (slots < wanted && slots < kMostSlots) slots *= 2;
  slots_.resize(slots);
}

void ReuseWatch::OnFill(std::uint64_t hash) {
  ++fills_;
  if (slots_.empty()) return;
  Slot& slot = SlotOf(hash);
  if (slot.when == 0 || slot.tag != TagOf(hash)) return;
  const std::uint64_t more = evictions_ - slot.when + 1u;
  slot.when = 0;
  for (std::size_t i = 0; i < kFactors; ++i) {
    if (more <= entries_ * ((std::uint64_t{2} << i) - 1)) {
      ++within_[i];
      ever_ = true;
      return;
    }
  }
}

void ReuseWatch::OnEvict(std::uint64_t hash) {
  if (slots_.empty()) Allocate();
  if (++evictions_ == 0) evictions_ = 1;
  SlotOf(hash) = {TagOf(hash), evictions_};
}

std::uint64_t ReuseWatch::spared(std::size_t index) const {
  std::uint64_t fills = 0;
  for (std::size_t i = 0; i <= index; ++i) fills += within_[i];
  return fills;
}

std::vector<StatValue> ReuseWatch::Values(Picoseconds) const {
  std::vector<StatValue> values;
  for (std::size_t i = 0; i < kFactors; ++i) {
    values.push_back({".x" + std::to_string(std::uint64_t{2} << i), unit(), static_cast<double>(spared(i))});
  }
  return values;
}

}  // namespace siov
