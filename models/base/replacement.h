// SPDX-License-Identifier: Apache-2.0
// Which way of a full set gives way: the five replacement policies, and the geometry every cache is configured by.
//
// The policies are exact at any associativity, not sampled or approximated:
//   LRU       the way touched longest ago.
//   tree-PLRU one bit per inner node of a binary tree over the ways; an access points the bits on its path away from
//   it,
//             the victim is where the bits point. Ways must be a power of two.
//   SRRIP     2-bit re-reference prediction values: a fill predicts 2, a hit 0, the victim is the lowest way at 3; if
//             there is none all values of the set age together until there is one (hit priority; Jaleel, Theobald,
//             Steely, Emer, "High performance cache replacement using re-reference interval prediction", ISCA 2010).
//   random    uniform over the ways, from the cache's own seeded stream; drawn only when a full set needs a victim.
//   FIFO      the way filled longest ago.
// Empty ways are filled first, lowest way first. Emptying a way leaves tree bits and the ages of others as they are.
#ifndef SIOV_MODELS_BASE_REPLACEMENT_H_
#define SIOV_MODELS_BASE_REPLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/random.h"

namespace siov {

// kBelady is not one of the five: Validate() refuses it and says why.
enum class ReplacementPolicy : std::uint8_t { kLru, kTreePlru, kSrrip, kRandom, kFifo, kBelady };

enum class SetIndex : std::uint8_t {
  kHash,     // keys that differ anywhere spread over the sets
  kLowBits,  // address bits from `index_shift` on: equal addresses meet in one set, whoever's they are
};

struct CacheGeometry {
  static constexpr std::uint32_t kMaxEntries = 1u << 26;  // 4 GiB of 64-byte lines
  static constexpr std::uint32_t kMaxPartitions = 65'536;

  std::uint32_t entries = 0;  // of all partitions together; 0: no cache, every lookup misses
  std::uint32_t ways = 0;     // 0: fully associative
  ReplacementPolicy policy = ReplacementPolicy::kLru;
  std::uint64_t seed = 1;        // of the random policy
  std::uint32_t partitions = 1;  // equal shares that never take entries from each other (partitioned_cache.h)
  SetIndex index = SetIndex::kHash;
  std::uint8_t index_shift = 0;

  // What one partition is: a cache of its own.
  CacheGeometry Share() const;
  // REQUIRES partitions == 1.
  std::uint32_t WaysPerSet() const { return ways == 0 ? entries : ways; }
  std::uint32_t Sets() const { return entries == 0 ? 0 : entries / WaysPerSet(); }
  // Fields are reported under `prefix` ("psc.l2" gives "psc.l2.entries"), or bare if it is empty.
  ConfigFaults Validate(const std::string& prefix) const;
};

// Rows of bits with find-first, a row per set.
class BitRows {
 public:
  BitRows() = default;
  BitRows(std::size_t rows, std::uint32_t bits) : words_((bits + 63) / 64), data_(rows * words_) {}
  void Set(std::size_t row, std::uint32_t bit) { Word(row, bit) |= Mask(bit); }
  void Clear(std::size_t row, std::uint32_t bit) { Word(row, bit) &= ~Mask(bit); }
  bool Test(std::size_t row, std::uint32_t bit) const { return (data_[row * words_ + bit / 64] & Mask(bit)) != 0; }
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  std::uint32_t First(std::size_t row) const {
    for (std::size_t i = 0; i < words_; ++i) {
      const std::uint64_t word = data_[row * words_ + i];
      if (word != 0) return static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(__builtin_ctzll(word));
    }
    return kNone;
  }

 private:
  static std::uint64_t Mask(std::uint32_t bit) { return std::uint64_t{1} << (bit % 64); }
  std::uint64_t& Word(std::size_t row, std::uint32_t bit) { return data_[row * words_ + bit / 64]; }
  std::size_t words_ = 0;
  std::vector<std::uint64_t> data_;
};

// Occupancy and recency of the ways of every set. A slot is set * ways + way.
class ReplacementState {
 public:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFFu;

  explicit ReplacementState(const CacheGeometry& geometry);

  bool Occupied(std::uint32_t slot) const { return occupied_[slot] != 0; }
  std::uint32_t FirstFree(std::uint32_t set) const;  // kNoSlot if the set is full

  // The slot to evict; may age the set or draw a random number. REQUIRES a full set.
  std::uint32_t Victim(std::uint32_t set);
  void Fill(std::uint32_t set, std::uint32_t slot);    // REQUIRES a free slot
  void Vacate(std::uint32_t set, std::uint32_t slot);  // REQUIRES an occupied slot
  void Touch(std::uint32_t set, std::uint32_t slot) {  // a hit
    switch (policy_) {
      case ReplacementPolicy::kLru:
        MoveToFront(set, slot);
        break;
      case ReplacementPolicy::kTreePlru:
        PointAway(set, slot - set * ways_);
        break;
      case ReplacementPolicy::kSrrip:
        SetPrediction(set, slot, kPredictNear);
        break;
      case ReplacementPolicy::kRandom:
      case ReplacementPolicy::kFifo:
      case ReplacementPolicy::kBelady:  // never gets here
        break;
    }
  }

 private:
  struct Link {
    std::uint32_t previous;
    std::uint32_t next;
  };
  static constexpr std::uint32_t kPredictNear = 0;
  static constexpr std::uint32_t kPredictFill = 2;
  static constexpr std::uint32_t kPredictDistant = 3;
  static constexpr std::uint32_t kPredictions = 4;

  bool UsesList() const { return policy_ == ReplacementPolicy::kLru || policy_ == ReplacementPolicy::kFifo; }
  std::uint32_t Sentinel(std::uint32_t set) const { return sets_ * ways_ + set; }
  void Unlink(std::uint32_t slot) {
    const Link link = links_[slot];
    links_[link.previous].next = link.next;
    links_[link.next].previous = link.previous;
  }
  void LinkFront(std::uint32_t set, std::uint32_t slot) {
    const std::uint32_t sentinel = Sentinel(set);
    const std::uint32_t first = links_[sentinel].next;
    links_[slot] = {sentinel, first};
    links_[first].previous = slot;
    links_[sentinel].next = slot;
  }
  void MoveToFront(std::uint32_t set, std::uint32_t slot) {
    if (links_[Sentinel(set)].next == slot) return;
    Unlink(slot);
    LinkFront(set, slot);
  }
  void PointAway(std::uint32_t set, std::uint32_t way) {
    std::uint8_t* tree = &tree_[std::size_t{set} * ways_];  // node 1 is the root, node n's children are 2n and 2n+1
    for (std::uint32_t node = way + ways_; node > 1; node /= 2) tree[node / 2] = static_cast<std::uint8_t>(~node & 1u);
  }
  std::uint32_t PointedWay(std::uint32_t set) const;
  std::size_t PredictionRow(std::uint32_t set, std::uint32_t prediction) const {
    return std::size_t{set} * kPredictions + (prediction + age_[set]) % kPredictions;
  }
  void SetPrediction(std::uint32_t set, std::uint32_t slot, std::uint32_t prediction);
  std::uint32_t MostDistantWay(std::uint32_t set);

  ReplacementPolicy policy_;
  std::uint32_t sets_;
  std::uint32_t ways_;
  std::vector<std::uint8_t> occupied_;     // by slot
  std::vector<std::uint32_t> free_count_;  // by set
  BitRows free_;                           // by set
  // LRU, FIFO: a ring through a sentinel per set, newest first.
  std::vector<Link> links_;
  // Tree-PLRU: ways - 1 bits a set, 1 = the victim is in the right half.
  std::vector<std::uint8_t> tree_;
  // SRRIP: four rows of ways a set, one per prediction, renamed by `age_` when the whole set ages.
  BitRows predicted_;
  std::vector<std::uint8_t> row_of_;  // by slot: which of the four rows
  std::vector<std::uint32_t> age_;    // by set
  RandomStream random_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_REPLACEMENT_H_
