// SPDX-License-Identifier: Apache-2.0
// A first-in first-out queue in a ring that grows and never shrinks: no allocation once it has seen its longest queue.
#ifndef SIOV_MODELS_BASE_RING_QUEUE_H_
#define SIOV_MODELS_BASE_RING_QUEUE_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace siov {

// T must be default-constructible and is best small.
template <class T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // REQUIRES !empty()
  T& front() { return ring_[head_]; }
  const T& front() const { return ring_[head_]; }
  T& back() { return (*this)[size_ - 1]; }
  // Counted from the front.
  T& operator[](std::size_t i) { return ring_[(head_ + i) & mask_]; }
  const T& operator[](std::size_t i) const { return ring_[(head_ + i) & mask_]; }

  void PushBack(T item) {
    if (size_ == capacity_) Grow();
    ring_[(head_ + size_++) & mask_] = std::move(item);
  }
  T PopFront() {  // REQUIRES !empty()
    T item = std::move(ring_[head_]);
    head_ = (head_ + 1) & mask_;
    --size_;
    return item;
  }
  // The front goes to the back. REQUIRES !empty()
  void Rotate() {
    if (size_ > 1) PushBack(PopFront());
  }
  // Takes out every item equal to `item`; the order of the others stays. Visits all: for rare events.
  void Remove(const T& item) {
    for (std::size_t left = size_; left > 0; --left) {
      T candidate = PopFront();
      if (!(candidate == item)) PushBack(std::move(candidate));
    }
  }

 private:
  void Grow() {
    std::vector<T> larger(ring_.empty() ? 8 : ring_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    ring_.swap(larger);
    head_ = 0;
    capacity_ = ring_.size();
    mask_ = capacity_ - 1;
  }

  std::vector<T> ring_;  // a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t mask_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_RING_QUEUE_H_
