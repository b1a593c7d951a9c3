// SPDX-License-Identifier: Apache-2.0
// A first-in first-out queue of fixed capacity: what a hardware FIFO is, without the allocations of a deque.
#ifndef SIOV_MODELS_BASE_RING_H_
#define SIOV_MODELS_BASE_RING_H_

#include <cstddef>
#include <vector>

namespace siov {

template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : items_(capacity) {}
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == items_.size(); }
  std::size_t size() const { return size_; }

  void Push(T item) {  // REQUIRES !full()
    std::size_t tail = head_ + size_;
    if (tail >= items_.size()) tail -= items_.size();
    items_[tail] = item;
    ++size_;
  }
  T Pop() {  // REQUIRES !empty()
    T item = items_[head_];
    if (++head_ == items_.size()) head_ = 0;
    --size_;
    return item;
  }
  // Takes out every item equal to `item`; the order of the others stays. Visits all: for rare events.
  void Remove(const T& item) {
    for (std::size_t left = size_; left > 0; --left) {
      const T candidate = Pop();
      if (!(candidate == item)) Push(candidate);
    }
  }

 private:
  std::vector<T> items_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_RING_H_
