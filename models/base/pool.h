// SPDX-License-Identifier: Apache-2.0
// Objects that are taken and given back over and over: their addresses stay, and none returns to the heap while the
// pool lives. What was left in one is still in it when it is taken again.
#ifndef SIOV_MODELS_BASE_POOL_H_
#define SIOV_MODELS_BASE_POOL_H_

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace siov {

template <class T>
class Pool {
 public:
  // One that was given back, or a new one made of `arguments`.
  template <class... Arguments>
  T& Take(Arguments&&... arguments) {
    if (free_.empty()) return owned_.emplace_back(std::forward<Arguments>(arguments)...);
    T* const taken = free_.back();
    free_.pop_back();
    return *taken;
  }
  // REQUIRES: it was taken here.
  void Give(T& one) { free_.push_back(&one); }
  std::size_t in_use() const { return owned_.size() - free_.size(); }

 private:
  std::deque<T> owned_;
  std::vector<T*> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_POOL_H_
