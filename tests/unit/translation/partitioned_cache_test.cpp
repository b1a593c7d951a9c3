// SPDX-License-Identifier: Apache-2.0
#include "models/base/partitioned_cache.h"

#include <gtest/gtest.h>

#include <set>

#include "models/base/sequence_window.h"
#include "models/translation/cache_partitions.h"

namespace siov {
namespace {

using Cache = PartitionedCache<std::uint64_t, std::uint64_t>;

CacheGeometry Geometry(std::uint32_t entries, std::uint32_t ways, std::uint32_t partitions,
                       ReplacementPolicy policy = ReplacementPolicy::kLru) {
  CacheGeometry geometry;
  geometry.entries = entries;
  geometry.ways = ways;
  geometry.partitions = partitions;
  geometry.policy = policy;
  return geometry;
}

TEST(PartitionedCache, EachPartitionIsAShareOfItsOwn) {
  Cache cache(Geometry(16, 2, 4));
  for (std::uint64_t key = 0; key < 100; ++key) cache.Insert(2, key, key);
  EXPECT_EQ(cache.size(), 4u);
  cache.Insert(1, 7, 70);
  EXPECT_EQ(*cache.Lookup(1, 7), 70u);
  EXPECT_EQ(cache.Lookup(3, 7), nullptr);
  EXPECT_EQ(*cache.Peek(5, 7), 70u);  // numbers wrap
  EXPECT_EQ(cache.capacity(), 16u);
  EXPECT_TRUE(cache.Erase(1, 7));
  EXPECT_EQ(cache.EraseIf([](std::uint64_t key, std::uint64_t) { return key % 2 == 1; }) +
                cache.EraseIf([](std::uint64_t key, std::uint64_t) { return key % 2 == 0; }),
            4u);
  EXPECT_EQ(cache.size(), 0u);
}

// One partition is the plain cache: same hits, same victims.
TEST(PartitionedCache, OnePartitionIsThePlainCache) {
  for (const auto policy : {ReplacementPolicy::kLru, ReplacementPolicy::kRandom, ReplacementPolicy::kSrrip}) {
    Cache cache(Geometry(32, 4, 1, policy));
    SetAssociativeCache<std::uint64_t, std::uint64_t> plain(Geometry(32, 4, 1, policy));
    RandomStream random(5);
    for (int i = 0; i < 10'000; ++i) {
      const std::uint64_t key = random.Below(64);
      ASSERT_EQ(cache.Lookup(9, key) != nullptr, plain.Lookup(key) != nullptr);
      const auto evicted = cache.Insert(9, key, key);
      const auto expected = plain.Insert(key, key);
      ASSERT_EQ(evicted.has_value(), expected.has_value());
      if (evicted) {
        ASSERT_EQ(evicted->key, expected->key);
      }
    }
  }
}

TEST(PartitionedCache, GeometryMustDivide) {
  EXPECT_TRUE(Geometry(24, 2, 3).Validate("").empty());
  EXPECT_EQ(Geometry(16, 0, 3).Validate("c").front().field, "c.entries");
  EXPECT_EQ(Geometry(16, 8, 4).Validate("").front().field, "entries");
  EXPECT_EQ(Geometry(16, 0, 0).Validate("").front().field, "partitions");
  EXPECT_EQ(Geometry(12, 0, 2, ReplacementPolicy::kTreePlru).Validate("").front().field, "entries");
  EXPECT_THROW((SetAssociativeCache<std::uint64_t, std::uint64_t>(Geometry(16, 0, 2))), std::invalid_argument);
  EXPECT_THROW(Cache(Geometry(16, 0, 3)), std::invalid_argument);
}

TEST(CachePartitions, AClassHasOneOrSpreadsItsTenants) {
  AddressSpaceClass plain;
  plain.first_pasid = 1;
  plain.count = 10;
  plain.cache_partition = 3;
  AddressSpaceClass spread;
  spread.first_pasid = kMaxPasids - 2;  // wraps
  spread.count = 3;
  spread.cache_partition = 4;
  spread.cache_partition_spread = 2;
  const CachePartitions partitions({plain, spread});
  EXPECT_EQ(partitions.Of(Pasid(1)), 3u);
  EXPECT_EQ(partitions.Of(Pasid(10)), 3u);
  EXPECT_EQ(partitions.Of(Pasid(kMaxPasids - 2)), 4u);
  EXPECT_EQ(partitions.Of(Pasid(kMaxPasids - 1)), 5u);
  EXPECT_EQ(partitions.Of(Pasid(0)), 4u);
  EXPECT_EQ(partitions.Of(Pasid(11)), 0u);
  EXPECT_EQ(partitions.Of(Pasid()), 0u);
  EXPECT_EQ(CachePartitions().Of(Pasid(1)), 0u);
}

TEST(SequenceWindow, OldestIsTheFirstThatHasNotLeft) {
  SequenceWindow window;
  EXPECT_EQ(window.oldest(), window.next());
  const auto a = window.Enter();
  const auto b = window.Enter();
  const auto c = window.Enter();
  window.Leave(b);
  EXPECT_EQ(window.oldest(), a);
  window.Leave(a);
  EXPECT_EQ(window.oldest(), c);
  EXPECT_EQ(window.next(), c + 1);
  window.Leave(c);
  EXPECT_EQ(window.oldest(), window.next());
}

}  // namespace
}  // namespace siov
