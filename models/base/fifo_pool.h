// SPDX-License-Identifier: Apache-2.0
// A number of equal servers (CPUs, queue slots, handler threads) and those who wait for one, first come first served.
//
// Knows no time. Zero servers means that there is always one free. 8 bytes for each one that waits (T a pointer).
#ifndef SIOV_MODELS_BASE_FIFO_POOL_H_
#define SIOV_MODELS_BASE_FIFO_POOL_H_

#include <cstddef>
#include <cstdint>
#include <deque>

namespace siov {

template <class T>
class FifoPool {
 public:
  explicit FifoPool(std::uint32_t servers) : servers_(servers) {}

  // True if a server was free and is now the caller's; else the caller waits.
  bool Acquire(T who) {
    if (unlimited() || busy_ < servers_) {
      ++busy_;
      return true;
    }
    waiting_.push_back(who);
    return false;
  }
  // Gives a server back. True if it goes straight to the one that waited longest, who is stored in *next.
  bool Release(T* next) {
    if (waiting_.empty()) {
      --busy_;
      return false;
    }
    *next = waiting_.front();
    waiting_.pop_front();
    return true;
  }

  bool unlimited() const { return servers_ == 0; }
  std::uint32_t servers() const { return servers_; }
  std::uint64_t busy() const { return busy_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::uint32_t servers_;
  std::uint64_t busy_ = 0;
  std::deque<T> waiting_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_FIFO_POOL_H_
