// SPDX-License-Identifier: Apache-2.0
// The page request ring: head and tail of N entries of which N-1 can be used, and the overflow flag. Pure.
#ifndef SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_CORE_H_
#define SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_CORE_H_

#include <cstdint>
#include <optional>

#include "models/pri_queue/pri_queue_config.h"

namespace siov {

class PageRequestRing {
 public:
  explicit PageRequestRing(const PriQueueConfig& config) : entries_(config.entries) {}

  // The slot to write the descriptor to, or nothing: full, or overflowed and not yet emptied since (VT-d 7.4.1, 7.10).
  std::optional<std::uint32_t> Push() {
    const std::uint32_t next = (tail_ + 1) % entries_;
    if (overflow_ || next == head_) {
      overflow_ = true;
      return std::nullopt;
    }
    const std::uint32_t slot = tail_;
    tail_ = next;
    return slot;
  }
  // Software took the oldest entry. It clears the overflow flag once it has emptied the ring.
  void Pop() {
    head_ = (head_ + 1) % entries_;
    if (head_ == tail_) overflow_ = false;
  }
  std::uint32_t used() const { return (tail_ + entries_ - head_) % entries_; }
  bool overflow() const { return overflow_; }

 private:
  std::uint32_t entries_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  bool overflow_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_CORE_H_
