// SPDX-License-Identifier: Apache-2.0
// The two ways a cache finds the slot of a key: a scan of one-byte tags (few ways), or a hash index (many ways).
//
// Both hold only slots and fragments of hashes; the caller's `equal(slot)` compares the key itself.
#ifndef SIOV_MODELS_BASE_SLOT_FINDER_H_
#define SIOV_MODELS_BASE_SLOT_FINDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace siov {

// A row of tag bytes per set, eight compared at a time. Tag 0 marks an empty way, so real tags are 1..128.
class TagRows {
 public:
  static constexpr std::uint32_t kMaxWays = 16;
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFFu;

  TagRows() = default;
  TagRows(std::uint32_t sets, std::uint32_t ways)
      : ways_(ways), words_((ways + 7) / 8), data_(std::size_t{sets} * words_) {}

  template <class Equal>
  std::uint32_t Find(std::uint64_t hash, std::uint32_t set, Equal equal) const {
    const std::uint64_t* row = &data_[std::size_t{set} * words_];
    const std::uint64_t needle = kLowBits * Tag(hash);
    for (std::uint32_t word = 0; word < words_; ++word) {
      for (std::uint64_t match = ZeroBytes(row[word] ^ needle); match != 0; match &= match - 1) {
        const std::uint32_t byte = static_cast<std::uint32_t>(__builtin_ctzll(match)) / 8;
        const std::uint32_t slot = set * ways_ + word * 8 + byte;
        if (equal(slot)) return slot;
      }
    }
    return kNoSlot;
  }
  void Add(std::uint64_t hash, std::uint32_t set, std::uint32_t slot) { Write(set, slot, Tag(hash)); }
  void Remove(std::uint32_t set, std::uint32_t slot) { Write(set, slot, 0); }

 private:
  static constexpr std::uint64_t kLowBits = 0x0101'0101'0101'0101u;
  static constexpr std::uint64_t kLow7Bits = 0x7F7F'7F7F'7F7F'7F7Fu;
  static std::uint64_t Tag(std::uint64_t hash) { return (hash >> 57) + 1; }
  // 0x80 in exactly the bytes that are zero: a carry cannot leave its byte.
  static std::uint64_t ZeroBytes(std::uint64_t word) { return ~(((word & kLow7Bits) + kLow7Bits) | word | kLow7Bits); }
  void Write(std::uint32_t set, std::uint32_t slot, std::uint64_t tag) {
    const std::uint32_t way = slot - set * ways_;
    std::uint64_t& word = data_[std::size_t{set} * words_ + way / 8];
    const std::uint32_t shift = way % 8 * 8;
    word = (word & ~(std::uint64_t{0xFF} << shift)) | (tag << shift);
  }

  std::uint32_t ways_ = 0;
  std::uint32_t words_ = 0;
  std::vector<std::uint64_t> data_;
};

// Open addressing with linear probing at a load of at most one quarter (at one half a miss costs 30 ns more). Removal
// shifts the run back, so there are no tombstones and lookups stay short for ever. Never grows: a cache knows its
// capacity.
class HashIndex {
 public:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFFu;

  HashIndex() = default;
  explicit HashIndex(std::uint32_t capacity) {
    std::size_t size = 4;
    while (size < std::size_t{capacity} * 4) size *= 2;
    cells_.assign(size, Cell{0, kNoSlot});
    mask_ = static_cast<std::uint32_t>(size - 1);
  }

  template <class Equal>
  std::uint32_t Find(std::uint64_t hash, Equal equal) const {
    const std::uint32_t fragment = Fragment(hash);
    for (std::uint32_t i = fragment & mask_;; i = (i + 1) & mask_) {
      const Cell cell = cells_[i];
      if (cell.slot == kNoSlot) return kNoSlot;
      if (cell.fragment == fragment && equal(cell.slot)) return cell.slot;
    }
  }
  void Add(std::uint64_t hash, std::uint32_t slot) {
    std::uint32_t i = Fragment(hash) & mask_;
    while (cells_[i].slot != kNoSlot) i = (i + 1) & mask_;
    cells_[i] = {Fragment(hash), slot};
  }
  void Remove(std::uint64_t hash, std::uint32_t slot) {  // REQUIRES that Add(hash, slot) was called
    std::uint32_t hole = Fragment(hash) & mask_;
    while (cells_[hole].slot != slot) hole = (hole + 1) & mask_;
    for (std::uint32_t i = (hole + 1) & mask_; cells_[i].slot != kNoSlot; i = (i + 1) & mask_) {
      const std::uint32_t home = cells_[i].fragment & mask_;
      if (((i - home) & mask_) < ((i - hole) & mask_)) continue;  // its home lies behind the hole: it must stay
      cells_[hole] = cells_[i];
      hole = i;
    }
    cells_[hole].slot = kNoSlot;
  }

 private:
  struct Cell {
    std::uint32_t fragment;
    std::uint32_t slot;
  };
  static std::uint32_t Fragment(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  std::uint32_t mask_ = 0;
  std::vector<Cell> cells_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_SLOT_FINDER_H_
