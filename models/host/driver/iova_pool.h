// SPDX-License-Identifier: Apache-2.0
// I/O virtual addresses for streaming mappings: aligned ranges of a power of two, the one freed last used first (as the
// magazines of Linux's IOVA allocator do). Pure.
//
// All tenants draw from one pool, so a range belongs to one mapping in the whole host and nothing grows with the number
// of tenants.
#ifndef SIOV_MODELS_HOST_DRIVER_IOVA_POOL_H_
#define SIOV_MODELS_HOST_DRIVER_IOVA_POOL_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/base/units.h"

namespace siov {

// The part of the DMA address space a mapping takes: [address, address + 2^shift).
struct IovaRange {
  std::uint64_t address = 0;
  std::uint8_t shift = 0;  // 0: none
};

class IovaPool {
 public:
  // Above 4 GiB and what the tenants' own addresses, records and traces use; below the narrowest format's half (2^38).
  static constexpr std::uint64_t kFirst = std::uint64_t{1} << 36;

  // log2 of the range for `bytes` from an address with this offset in its page, in pages of `page_shift`.
  static std::uint8_t ShiftFor(std::uint64_t address, std::uint64_t bytes, unsigned page_shift) {
    const std::uint64_t end = (address & (kPage4K - 1)) + (bytes == 0 ? 1 : bytes);
    unsigned shift = page_shift;
    while ((std::uint64_t{1} << shift) < end) ++shift;
    return static_cast<std::uint8_t>(shift);
  }
  std::uint64_t Take(std::uint8_t shift) {
    std::vector<std::uint64_t>& free = free_[shift];
    if (!free.empty()) {
      const std::uint64_t address = free.back();
      free.pop_back();
      return address;
    }
    const std::uint64_t bytes = std::uint64_t{1} << shift;
    const std::uint64_t address = (next_ + bytes - 1) & ~(bytes - 1);
    next_ = address + bytes;
    return address;
  }
  void Give(const IovaRange& range) { free_[range.shift].push_back(range.address); }

 private:
  std::uint64_t next_ = kFirst;
  std::array<std::vector<std::uint64_t>, 64> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_IOVA_POOL_H_
