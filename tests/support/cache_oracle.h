// SPDX-License-Identifier: Apache-2.0
// What a set-associative cache must do, written as plainly as possible and sharing no code with it but the random
// stream: linear searches, a std::list for recency, tree-PLRU as halving intervals.
#ifndef SIOV_TESTS_SUPPORT_CACHE_ORACLE_H_
#define SIOV_TESTS_SUPPORT_CACHE_ORACLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/random.h"
#include "models/base/replacement.h"

namespace siov {

class CacheOracle {
 public:
  using Pair = std::pair<std::uint64_t, std::uint64_t>;  // key, value

  class Set {
   public:
    Set(std::size_t ways, ReplacementPolicy policy, RandomStream* random)
        : policy_(policy), random_(random), used_(ways), data_(ways), prediction_(ways), tree_(2 * ways, false) {}

    std::optional<std::size_t> Find(std::uint64_t key) const {
      for (std::size_t way = 0; way < used_.size(); ++way) {
        if (used_[way] && data_[way].first == key) return way;
      }
      return std::nullopt;
    }
    std::uint64_t* Lookup(std::uint64_t key) {
      const auto way = Find(key);
      if (!way) return nullptr;
      Use(*way, false);
      return &data_[*way].second;
    }
    std::optional<Pair> Insert(std::uint64_t key, std::uint64_t value) {
      std::optional<Pair> evicted;
      if (auto* old = Lookup(key)) {
        *old = value;
        return evicted;
      }
      auto way = static_cast<std::size_t>(std::find(used_.begin(), used_.end(), false) - used_.begin());
      if (way == used_.size()) {
        way = Victim();
        evicted = data_[way];
        Drop(way);
      }
      used_[way] = true;
      data_[way] = {key, value};
      Use(way, true);
      return evicted;
    }
    void Drop(std::size_t way) {
      used_[way] = false;
      order_.remove(way);
    }
    template <class Fn>
    void ForEachWay(Fn fn) {
      for (std::size_t way = 0; way < used_.size(); ++way) {
        if (used_[way]) fn(way, data_[way]);
      }
    }

   private:
    void Use(std::size_t way, bool fill) {
      if (fill || policy_ == ReplacementPolicy::kLru) {
        order_.remove(way);
        order_.push_back(way);
      }
      prediction_[way] = fill ? 2 : 0;
      // The tree as halving intervals: bit true sends the victim search to the right half.
      std::size_t node = 1;
      for (std::size_t low = 0, high = used_.size(); high - low > 1;) {
        const std::size_t middle = (low + high) / 2;
        const bool right = way >= middle;
        tree_[node] = !right;
        node = 2 * node + (right ? 1 : 0);
        (right ? low : high) = middle;
      }
    }
    std::size_t Victim() {
      if (policy_ == ReplacementPolicy::kRandom) return random_->Below(used_.size());
      if (policy_ == ReplacementPolicy::kTreePlru) {
        std::size_t node = 1, low = 0, high = used_.size();
        while (high - low > 1) {
          const bool right = tree_[node];
          const std::size_t middle = (low + high) / 2;
          node = 2 * node + (right ? 1 : 0);
          (right ? low : high) = middle;
        }
        return low;
      }
      if (policy_ == ReplacementPolicy::kSrrip) {
        for (;;) {
          const auto distant = std::find(prediction_.begin(), prediction_.end(), 3);
          if (distant != prediction_.end()) return static_cast<std::size_t>(distant - prediction_.begin());
          for (int& prediction : prediction_) ++prediction;
        }
      }
      return order_.front();  // LRU, FIFO
    }

    ReplacementPolicy policy_;
    RandomStream* random_;
    std::vector<bool> used_;
    std::vector<Pair> data_;
    std::vector<int> prediction_;
    std::list<std::size_t> order_;  // oldest first
    std::vector<bool> tree_;
  };

  explicit CacheOracle(const CacheGeometry& g) : random_(g.seed) {
    const std::size_t ways = g.ways == 0 ? g.entries : g.ways;
    for (std::size_t set = 0; set < g.entries / ways; ++set) sets_.emplace_back(ways, g.policy, &random_);
  }
  Set& set(std::size_t index) { return sets_[index]; }
  std::vector<Pair> Contents() {
    std::vector<Pair> all;
    for (Set& set : sets_) set.ForEachWay([&](std::size_t, const Pair& pair) { all.push_back(pair); });
    return all;
  }
  template <class Pred>
  std::size_t EraseIf(Pred pred) {
    std::size_t erased = 0;
    for (Set& set : sets_) {
      set.ForEachWay([&](std::size_t way, const Pair& pair) {
        if (!pred(pair.first, pair.second)) return;
        set.Drop(way);
        ++erased;
      });
    }
    return erased;
  }

 private:
  RandomStream random_;
  std::vector<Set> sets_;
};

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_CACHE_ORACLE_H_
