// SPDX-License-Identifier: Apache-2.0
// Things that enter in order and leave in any order: which is the oldest that has not left. What a drain waits by: all
// that entered before it have left when oldest() has reached the number that was next() when it began. Pure.
#ifndef SIOV_MODELS_BASE_SEQUENCE_WINDOW_H_
#define SIOV_MODELS_BASE_SEQUENCE_WINDOW_H_

#include <cstdint>

#include "models/base/ring_queue.h"

namespace siov {

class SequenceWindow {
 public:
  std::uint64_t Enter() {
    left_.PushBack(false);
    return next() - 1;
  }
  // REQUIRES that it entered and has not left.
  void Leave(std::uint64_t number) {
    left_[static_cast<std::size_t>(number - oldest_)] = true;
    while (!left_.empty() && left_.front()) {
      left_.PopFront();
      ++oldest_;
    }
  }
  std::uint64_t oldest() const { return oldest_; }
  std::uint64_t next() const { return oldest_ + left_.size(); }

 private:
  RingQueue<std::uint8_t> left_;  // from oldest_ on
  std::uint64_t oldest_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_SEQUENCE_WINDOW_H_
