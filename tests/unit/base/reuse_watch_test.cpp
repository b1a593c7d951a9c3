// SPDX-License-Identifier: Apache-2.0
#include "models/base/reuse_watch.h"

#include <gtest/gtest.h>

#include <list>

#include "models/base/random.h"
#include "models/translation/page_cache.h"

namespace siov {
namespace {

CacheGeometry Entries(std::uint32_t entries) {
  CacheGeometry geometry;
  geometry.entries = entries;
  return geometry;
}

// Pages one after another, over and over again; returns the misses.
std::uint64_t Loop(PageCache* cache, std::uint64_t pages, int rounds) {
  std::uint64_t misses = 0;
  Translation translation;
  translation.read = true;
  translation.page_shift = kPageShift4K;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint64_t page = 0; page < pages; ++page) {
      if (cache->Lookup(0, Pasid(1), page << kPageShift4K) != nullptr) continue;
      ++misses;
      cache->Insert(0, Pasid(1), page << kPageShift4K, translation);
    }
  }
  return misses;
}

class Watched {
 public:
  explicit Watched(std::uint32_t entries) : watch_(group_, "reuse", entries), cache_(Entries(entries)) {
    cache_.set_watch(&watch_);
  }
  PageCache& cache() { return cache_; }
  ReuseWatch& watch() { return watch_; }

 private:
  StatGroup group_{"cache"};
  ReuseWatch watch_;
  PageCache cache_;
};

// A loop over 100 pages always misses with 32 entries and LRU; 128 would have held it, and 64 would not.
TEST(ReuseWatch, SaysWhichSizeWouldHaveSparedTheMisses) {
  Watched small(32);
  const std::uint64_t misses = Loop(&small.cache(), 100, 11);
  EXPECT_EQ(misses, 1'100u);
  EXPECT_EQ(small.watch().fills(), misses);
  EXPECT_EQ(small.watch().spared(0), 0u) << "64 entries miss as well";
  EXPECT_LE(small.watch().spared(1), 1'000u) << "128 entries miss the first round only";
  EXPECT_GE(small.watch().spared(1), 950u);
  PageCache large(Entries(128));
  EXPECT_EQ(Loop(&large, 100, 11), 100u);
}

TEST(ReuseWatch, PagesThatNeverComeAgainAreSparedByNoSize) {
  Watched small(32);
  Loop(&small.cache(), 10'000, 1);
  EXPECT_EQ(small.watch().fills(), 10'000u);
  EXPECT_EQ(small.watch().spared(ReuseWatch::kFactors - 1), 0u);
}

// Evictions are counted, not different keys, so that where keys come back at random it says less than is true.
TEST(ReuseWatch, OfRandomPagesItNeverPromisesMoreThanALargerCacheKeeps) {
  Watched small(64);
  PageCache large(Entries(256));
  RandomStream random(7);
  std::uint64_t small_misses = 0;
  std::uint64_t large_misses = 0;
  Translation translation;
  translation.read = true;
  translation.page_shift = kPageShift4K;
  for (int access = 0; access < 100'000; ++access) {
    const std::uint64_t address = random.Below(300) << kPageShift4K;
    for (PageCache* cache : {&small.cache(), &large}) {
      if (cache->Lookup(0, Pasid(1), address) != nullptr) continue;
      ++(cache == &large ? large_misses : small_misses);
      cache->Insert(0, Pasid(1), address, translation);
    }
  }
  const double spared = static_cast<double>(small.watch().spared(1));
  const auto kept = static_cast<double>(small_misses - large_misses);
  EXPECT_LE(spared, kept);
  EXPECT_GE(spared, 0.5 * kept);
}

TEST(ReuseWatch, WarmUpIsForgottenButWhatWasEvictedInItIsNot) {
  Watched small(32);
  Loop(&small.cache(), 100, 1);
  small.watch().Reset(0);
  EXPECT_EQ(small.watch().fills(), 0u);
  Loop(&small.cache(), 100, 1);
  EXPECT_GE(small.watch().spared(1), 95u);
}

}  // namespace
}  // namespace siov
