// SPDX-License-Identifier: Apache-2.0
// Numbers 0..count-1 handed out in contiguous ranges: the lowest range that is large enough, merged again when it comes
// back. Pure.
#ifndef SIOV_MODELS_DEVICE_ADI_EXTENT_POOL_H_
#define SIOV_MODELS_DEVICE_ADI_EXTENT_POOL_H_

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>

namespace siov {

class ExtentPool {
 public:
  explicit ExtentPool(std::uint32_t count) : free_count_(count) {
    if (count != 0) free_[0] = count;
  }

  // The first of `count`; nothing if no range is so large.
  std::optional<std::uint32_t> Take(std::uint32_t count) {
    for (auto at = free_.begin(); at != free_.end(); ++at) {
      const auto [first, size] = *at;
      if (size < count) continue;
      free_.erase(at);
      if (size > count) free_[first + count] = size - count;
      free_count_ -= count;
      return first;
    }
    return std::nullopt;
  }

  // That range alone; false if part of it is not free.
  bool TakeAt(std::uint32_t first, std::uint32_t count) {
    auto at = free_.upper_bound(first);
    if (at == free_.begin()) return false;
    --at;
    const auto [from, size] = *at;
    if (first + std::uint64_t{count} > from + std::uint64_t{size}) return false;
    free_.erase(at);
    if (first > from) free_[from] = first - from;
    if (from + size > first + count) free_[first + count] = from + size - first - count;
    free_count_ -= count;
    return true;
  }

  // REQUIRES a range that was taken.
  void GiveBack(std::uint32_t first, std::uint32_t count) {
    free_count_ += count;
    const auto next = free_.lower_bound(first);
    if (next != free_.end() && next->first == first + count) {
      count += next->second;
      free_.erase(next);
    }
    const auto behind = free_.lower_bound(first);
    if (behind != free_.begin()) {
      const auto before = std::prev(behind);
      if (before->first + before->second == first) {
        before->second += count;
        return;
      }
    }
    free_[first] = count;
  }

  std::uint32_t free_count() const { return free_count_; }

 private:
  std::map<std::uint32_t, std::uint32_t> free_;  // first -> count
  std::uint32_t free_count_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_EXTENT_POOL_H_
