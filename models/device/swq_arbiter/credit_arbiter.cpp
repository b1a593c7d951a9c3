// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/credit_arbiter.h"

#include <cstddef>

namespace siov {
namespace {

constexpr std::uint32_t kWordBits = 64;

}  // namespace

CreditArbiter::CreditArbiter(const std::vector<std::uint32_t>& priorities)
    : eligible_(priorities.size() / kWordBits + 1) {
  for (std::uint32_t priority : priorities) queues_.push_back({priority, priority, false});
}

void CreditArbiter::SetPending(std::uint32_t queue, bool pending) {
  if (queues_[queue].pending == pending) return;
  queues_[queue].pending = pending;
  pending_ += pending ? 1u : ~0u;
  SetEligible(queue, pending && queues_[queue].credits > 0);
}

std::uint32_t CreditArbiter::Choose() {
  if (pending_ == 0) return kNone;
  std::uint32_t queue = FirstEligible(next_);
  if (queue == kNone) {
    Reload();
    queue = FirstEligible(next_);
  }
  if (--queues_[queue].credits == 0) SetEligible(queue, false);
  next_ = queue + 1 < queues_.size() ? queue + 1 : 0;
  return queue;
}

void CreditArbiter::SetEligible(std::uint32_t queue, bool eligible) {
  const std::uint64_t bit = std::uint64_t{1} << (queue % kWordBits);
  std::uint64_t& word = eligible_[queue / kWordBits];
  word = eligible ? word | bit : word & ~bit;
}

std::uint32_t CreditArbiter::FirstEligible(std::uint32_t from) const {
  const std::size_t first = from / kWordBits;
  const std::uint64_t at_or_after = ~std::uint64_t{0} << (from % kWordBits);
  // The first word is looked at twice: its upper part first, its lower part last.
  for (std::size_t step = 0; step <= eligible_.size(); ++step) {
    const std::size_t index = (first + step) % eligible_.size();
    std::uint64_t word = eligible_[index];
    if (step == 0) word &= at_or_after;
    if (word == 0) continue;
    return static_cast<std::uint32_t>(index) * kWordBits + static_cast<std::uint32_t>(__builtin_ctzll(word));
  }
  return kNone;
}

void CreditArbiter::Reload() {
  for (std::uint32_t queue = 0; queue < queues_.size(); ++queue) {
    queues_[queue].credits = queues_[queue].priority;
    if (queues_[queue].pending) SetEligible(queue, true);
  }
}

}  // namespace siov
