// SPDX-License-Identifier: Apache-2.0
#include "models/base/belady.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/base/random.h"
#include "models/base/set_associative.h"

namespace siov {
namespace {

std::vector<CacheEvent> Lookups(const std::vector<std::uint64_t>& keys) {
  std::vector<CacheEvent> stream;
  for (const std::uint64_t key : keys) stream.push_back({key, false});
  return stream;
}

// Fewest misses by trying every victim.
std::uint64_t Exhaustive(const std::vector<CacheEvent>& stream, std::size_t at, std::set<std::uint64_t> held,
                         std::size_t entries) {
  for (; at < stream.size(); ++at) {
    const std::uint64_t key = stream[at].key;
    if (stream[at].invalidates) {
      held.erase(key);
    } else if (held.count(key) == 0) {
      break;
    }
  }
  if (at == stream.size()) return 0;
  if (held.size() < entries) {
    held.insert(stream[at].key);
    return 1 + Exhaustive(stream, at + 1, held, entries);
  }
  std::uint64_t fewest = ~std::uint64_t{0};
  for (const std::uint64_t victim : held) {
    std::set<std::uint64_t> after = held;
    after.erase(victim);
    after.insert(stream[at].key);
    fewest = std::min(fewest, 1 + Exhaustive(stream, at + 1, after, entries));
  }
  return fewest;
}

// The example of Belady's paper as every textbook has it.
TEST(Belady, TextbookStream) {
  const auto stream = Lookups({7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1});
  EXPECT_EQ(CountBelady(stream, 3).misses, 9u);
  EXPECT_EQ(CountBelady(stream, 3).lookups, 20u);
  EXPECT_EQ(CountBelady(stream, 0).misses, 20u);
  EXPECT_EQ(CountBelady(stream, 100).misses, 6u);
}

TEST(Belady, IsTheBestOfAllChoicesWithInvalidations) {
  RandomStream random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<CacheEvent> stream;
    for (int i = 0; i < 14; ++i) stream.push_back({random.Below(5), random.Below(6) == 0});
    for (const std::uint32_t entries : {1u, 2u, 3u}) {
      ASSERT_EQ(CountBelady(stream, entries).misses, Exhaustive(stream, 0, {}, entries)) << round << ' ' << entries;
    }
  }
}

TEST(Belady, NeverMissesMoreThanLru) {
  RandomStream random(4);
  std::vector<CacheEvent> stream;
  for (int i = 0; i < 20'000; ++i) stream.push_back({random.Below(random.Below(200) + 1), false});
  CacheGeometry geometry;
  geometry.entries = 32;
  SetAssociativeCache<std::uint64_t, std::uint64_t> lru(geometry);
  std::uint64_t misses = 0;
  for (const CacheEvent& event : stream) {
    if (lru.Lookup(event.key) != nullptr) continue;
    ++misses;
    lru.Insert(event.key, 0);
  }
  const std::uint64_t oracle = CountBelady(stream, 32).misses;
  EXPECT_LT(oracle, misses);
  EXPECT_GE(oracle, 200u);
}

}  // namespace
}  // namespace siov
