// SPDX-License-Identifier: Apache-2.0
// Ranges of addresses, and whether an access meets one of them: quick where most lie beyond them all. Pure.
#ifndef SIOV_MODELS_BASE_MEMORY_RANGES_H_
#define SIOV_MODELS_BASE_MEMORY_RANGES_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace siov {

struct MemoryRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

class MemoryRanges {
 public:
  explicit MemoryRanges(std::vector<MemoryRange> ranges) : ranges_(std::move(ranges)) {
    for (const MemoryRange& one : ranges_) {
      all_.first = all_.end == 0 ? one.first : std::min(all_.first, one.first);
      all_.end = std::max(all_.end, one.end);
    }
  }

  // Of `length` bytes; of none, as a flush has, it meets nothing.
  bool Meets(std::uint64_t address, std::uint64_t length) const {
    if (!Meets(all_, address, length) || length == 0) return false;
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&](const MemoryRange& one) { return Meets(one, address, length); });
  }

 private:
  static bool Meets(const MemoryRange& range, std::uint64_t address, std::uint64_t length) {
    return address < range.end && address + length > range.first;
  }

  std::vector<MemoryRange> ranges_;
  MemoryRange all_;  // from the first to the last
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_MEMORY_RANGES_H_
