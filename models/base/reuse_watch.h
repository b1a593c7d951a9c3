// SPDX-License-Identifier: Apache-2.0
// What more entries would have spared a cache: how many of its fills brought back what it had evicted, by how many
// evictions lay between. A fill whose key went d evictions ago would have been a hit with about d entries more.
//
// It remembers evicted keys in a table of fixed size (a later key takes an earlier one's place, so that far reuses may
// be missed, never invented) and influences nothing. Exact for a fully associative cache with LRU, near it for others.
// Pure.
#ifndef SIOV_MODELS_BASE_REUSE_WATCH_H_
#define SIOV_MODELS_BASE_REUSE_WATCH_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/base/statistics.h"

namespace siov {

class ReuseWatch final : public Statistic {
 public:
  static constexpr std::size_t kFactors = 6;  // 2, 4, ... 64 times the entries

  ReuseWatch(StatGroup& group, const char* name, std::uint64_t entries)
      : Statistic(group, name, "fills", "fills that a cache of so many times the entries would have spared"),
        entries_(entries) {}
  ~ReuseWatch() override { NoteCoverage(); }

  // `hash` stands for the key: well mixed, 64 bits.
  void OnFill(std::uint64_t hash);
  void OnEvict(std::uint64_t hash);

  std::uint64_t entries() const { return entries_; }
  std::uint64_t fills() const { return fills_; }
  // Fills that 2^(index + 1) times the entries would have spared.
  std::uint64_t spared(std::size_t index) const;

  std::vector<StatValue> Values(Picoseconds now) const override;
  void Reset(Picoseconds) override {
    fills_ = 0;
    within_.fill(0);
  }
  bool moved() const override { return ever_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t when = 0;  // count of evictions; 0: empty
  };
  Slot& SlotOf(std::uint64_t hash) { return slots_[hash & (slots_.size() - 1)]; }
  void Allocate();

  std::uint64_t entries_;
  std::uint32_t evictions_ = 0;  // differences survive its wrap
  std::uint64_t fills_ = 0;
  std::array<std::uint64_t, kFactors> within_{};  // by the smallest factor that is enough
  bool ever_ = false;
  std::vector<Slot> slots_;  // from the first eviction on
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_REUSE_WATCH_H_
