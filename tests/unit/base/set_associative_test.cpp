// SPDX-License-Identifier: Apache-2.0
// The cache against an oracle that shares no code with it: vectors, lists and linear searches, one policy a function.
#include "models/base/set_associative.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/cache_oracle.h"

namespace siov {
namespace {

using Cache = SetAssociativeCache<std::uint64_t, std::uint64_t>;
using Oracle = CacheOracle;
using OracleSet = CacheOracle::Set;
using Pair = CacheOracle::Pair;

constexpr ReplacementPolicy kAllPolicies[] = {ReplacementPolicy::kLru, ReplacementPolicy::kTreePlru,
                                              ReplacementPolicy::kSrrip, ReplacementPolicy::kRandom,
                                              ReplacementPolicy::kFifo};

const char* Name(ReplacementPolicy policy) {
  static constexpr const char* kNames[] = {"Lru", "TreePlru", "Srrip", "Random", "Fifo"};
  return kNames[static_cast<std::size_t>(policy)];
}

std::vector<Pair> Contents(const Cache& cache) {
  std::vector<Pair> all;
  cache.ForEach([&](std::uint64_t key, std::uint64_t value) { all.emplace_back(key, value); });
  return all;
}

using Shape = std::pair<std::uint32_t, std::uint32_t>;  // entries, ways
class AgainstOracle : public ::testing::TestWithParam<std::tuple<ReplacementPolicy, Shape>> {};

void CheckLookup(Cache& cache, OracleSet& set, std::uint64_t key) {
  const std::uint64_t* peeked = cache.Peek(key);
  const std::uint64_t* found = cache.Lookup(key);
  const std::uint64_t* expected = set.Lookup(key);
  ASSERT_EQ(found != nullptr, expected != nullptr);
  ASSERT_EQ(peeked, found);
  if (found != nullptr) {
    ASSERT_EQ(*found, *expected);
  }
}

void CheckInsert(Cache& cache, OracleSet& set, std::uint64_t key, std::uint64_t value) {
  const auto evicted = cache.Insert(key, value);
  const auto expected = set.Insert(key, value);
  ASSERT_EQ(evicted.has_value(), expected.has_value());
  if (evicted) {
    ASSERT_EQ(Pair(evicted->key, evicted->value), *expected);
  }
}

TEST_P(AgainstOracle, EveryOutcomeOfThirtyThousandOperationsIsEqual) {
  const auto& [policy, shape] = GetParam();
  const CacheGeometry geometry{shape.first, shape.second, policy, 77};
  ASSERT_TRUE(geometry.Validate("").empty());
  Cache cache(geometry);
  Oracle oracle(geometry);
  RandomStream random(1234);
  std::size_t hits_possible = 0;
  for (int step = 0; step < 30'000; ++step) {
    const std::uint64_t key = random.Below(2 * geometry.entries + 3);
    OracleSet& set = oracle.set(cache.SetOf(key));
    const std::uint64_t action = random.Below(1'000);
    if (action < 500) {
      hits_possible += cache.Peek(key) != nullptr;
      ASSERT_NO_FATAL_FAILURE(CheckLookup(cache, set, key)) << "step " << step;
    } else if (action < 960) {
      ASSERT_NO_FATAL_FAILURE(CheckInsert(cache, set, key, random.Next())) << "step " << step;
    } else if (action < 997) {
      const auto way = set.Find(key);
      ASSERT_EQ(cache.Erase(key), way.has_value()) << "step " << step;
      if (way) set.Drop(*way);
    } else {
      const std::uint64_t divisor = action == 999 ? 1 : 3 + random.Below(5);
      const auto pred = [&](std::uint64_t k, std::uint64_t v) { return (k ^ v) % divisor == 0; };
      ASSERT_EQ(cache.EraseIf(pred), oracle.EraseIf(pred)) << "step " << step;
    }
    if (step % 500 == 0) {
      ASSERT_EQ(Contents(cache), oracle.Contents()) << "step " << step;
    }
  }
  EXPECT_EQ(Contents(cache), oracle.Contents());
  EXPECT_EQ(cache.size(), oracle.Contents().size());
  EXPECT_GT(hits_possible, 1'000u);
}

std::string ParamName(const ::testing::TestParamInfo<AgainstOracle::ParamType>& info) {
  const auto& [policy, shape] = info.param;
  return std::string(Name(policy)) + "_" + std::to_string(shape.first) + "x" + std::to_string(shape.second);
}

INSTANTIATE_TEST_SUITE_P(PoliciesAndShapes, AgainstOracle,
                         ::testing::Combine(::testing::ValuesIn(kAllPolicies),
                                            ::testing::Values(Shape{1, 0}, Shape{1, 1}, Shape{8, 1}, Shape{8, 2},
                                                              Shape{16, 0}, Shape{64, 8}, Shape{128, 16}, Shape{32, 0},
                                                              Shape{128, 32}, Shape{256, 128}, Shape{256, 0})),
                         ParamName);

INSTANTIATE_TEST_SUITE_P(WaysThatAreNotAPowerOfTwo, AgainstOracle,
                         ::testing::Combine(::testing::Values(ReplacementPolicy::kLru, ReplacementPolicy::kSrrip,
                                                              ReplacementPolicy::kRandom, ReplacementPolicy::kFifo),
                                            ::testing::Values(Shape{3, 0}, Shape{48, 12}, Shape{80, 20},
                                                              Shape{100, 0})),
                         ParamName);

std::uint64_t MustEvict(Cache& cache, std::uint64_t key) {
  const auto evicted = cache.Insert(key, 0);
  EXPECT_TRUE(evicted.has_value());
  return evicted ? evicted->key : ~std::uint64_t{0};
}

Cache Filled(std::uint32_t ways, ReplacementPolicy policy) {
  Cache cache({ways, 0, policy});
  for (std::uint32_t key = 0; key < ways; ++key) cache.Insert(key, key);
  return cache;
}

TEST(SetAssociative, TreePlruFollowsTheTextbookSequence) {
  Cache cache = Filled(4, ReplacementPolicy::kTreePlru);
  EXPECT_EQ(MustEvict(cache, 10), 0u);  // last use was way 3: root points left, left node at way 0
  EXPECT_EQ(MustEvict(cache, 11), 2u);
  EXPECT_EQ(MustEvict(cache, 12), 1u);
  EXPECT_EQ(MustEvict(cache, 13), 3u);
  cache.Lookup(10);
  EXPECT_EQ(MustEvict(cache, 14), 11u);
  cache.Lookup(13);
  cache.Lookup(10);
  EXPECT_EQ(MustEvict(cache, 15), 14u);  // true LRU would evict 12
}

TEST(SetAssociative, TreePlruEvictsInFillOrderOfTheTreeWhenNothingIsHit) {
  Cache cache = Filled(8, ReplacementPolicy::kTreePlru);
  std::vector<std::uint64_t> victims;
  for (std::uint64_t key = 100; key < 108; ++key) victims.push_back(MustEvict(cache, key));
  EXPECT_EQ(victims, (std::vector<std::uint64_t>{0, 4, 2, 6, 1, 5, 3, 7}));
}

TEST(SetAssociative, SrripKeepsWhatWasHitThroughAScan) {
  for (const std::uint32_t ways : {8u, 64u}) {
    Cache cache = Filled(ways, ReplacementPolicy::kSrrip);
    cache.Lookup(0);
    cache.Lookup(1);
    for (std::uint64_t scan = 0; scan < ways - 2; ++scan) {
      EXPECT_EQ(MustEvict(cache, 1'000 + scan), 2 + scan);  // lowest way at 3 first
    }
    EXPECT_NE(cache.Peek(0), nullptr);
    EXPECT_NE(cache.Peek(1), nullptr);
  }
}

TEST(SetAssociative, LruAndFifoDifferByOneHit) {
  for (const std::uint32_t ways : {4u, 64u}) {
    Cache lru = Filled(ways, ReplacementPolicy::kLru);
    Cache fifo = Filled(ways, ReplacementPolicy::kFifo);
    lru.Lookup(0);
    fifo.Lookup(0);
    EXPECT_EQ(MustEvict(lru, 100), 1u);
    EXPECT_EQ(MustEvict(fifo, 100), 0u);
  }
}

TEST(SetAssociative, PeekIsNotAUse) {
  Cache cache = Filled(4, ReplacementPolicy::kLru);
  cache.Peek(0);
  EXPECT_EQ(MustEvict(cache, 100), 0u);
}

// The stack property of LRU: what a cache holds, every larger one holds too.
TEST(SetAssociative, LruHasTheStackProperty) {
  std::vector<Cache> caches;
  for (const std::uint32_t entries : {1u, 2u, 5u, 16u, 17u, 40u, 100u}) {
    caches.emplace_back(CacheGeometry{entries, 0, ReplacementPolicy::kLru});
  }
  RandomStream random(9);
  const ZipfSampler zipf(300, 0.8);
  std::vector<std::size_t> hits(caches.size());
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t key = zipf.Draw(random);
    bool smaller_hit = false;
    for (std::size_t i = 0; i < caches.size(); ++i) {
      const bool hit = caches[i].Lookup(key) != nullptr;
      ASSERT_TRUE(hit || !smaller_hit) << "step " << step << " entries " << caches[i].capacity();
      if (!hit) caches[i].Insert(key, 0);
      smaller_hit = hit;
      hits[i] += hit;
    }
  }
  for (std::size_t i = 1; i < hits.size(); ++i) EXPECT_GT(hits[i], hits[i - 1]);
}

TEST(SetAssociative, RandomVictimsAreUniformAndFollowTheSeed) {
  const auto victims = [](std::uint64_t seed) {
    Cache cache({8, 0, ReplacementPolicy::kRandom, seed});
    std::vector<std::uint64_t> way_of(8'008);
    std::vector<std::uint64_t> ways;
    for (std::uint64_t key = 0; key < 8'008; ++key) {
      const auto evicted = cache.Insert(key, 0);
      way_of[key] = evicted ? way_of[evicted->key] : key;
      if (evicted) ways.push_back(way_of[key]);
    }
    return ways;
  };
  const auto first = victims(1);
  EXPECT_EQ(first, victims(1));
  EXPECT_NE(first, victims(2));
  std::map<std::uint64_t, double> counts;
  for (const std::uint64_t way : first) counts[way] += 1;
  double chi_square = 0;
  for (std::uint64_t way = 0; way < 8; ++way) chi_square += (counts[way] - 1'000) * (counts[way] - 1'000) / 1'000;
  EXPECT_LT(chi_square, 24.3);  // 7 degrees of freedom, p = 0.001
}

TEST(SetAssociative, AnAbsentCacheMissesAlways) {
  for (const ReplacementPolicy policy : kAllPolicies) {
    for (const std::uint32_t ways : {0u, 4u, 32u}) {
      Cache cache({0, ways, policy});
      EXPECT_FALSE(cache.Insert(1, 2).has_value());
      EXPECT_EQ(cache.Lookup(1), nullptr);
      EXPECT_EQ(cache.Peek(1), nullptr);
      EXPECT_FALSE(cache.Erase(1));
      EXPECT_EQ(cache.EraseIf([](std::uint64_t, std::uint64_t) { return true; }), 0u);
      EXPECT_EQ(cache.size() + cache.capacity(), 0u);
    }
  }
}

TEST(SetAssociative, ClearEmptiesAndTheCacheWorksOn) {
  for (const ReplacementPolicy policy : kAllPolicies) {
    Cache cache = Filled(32, policy);
    EXPECT_EQ(cache.size(), 32u);
    cache.Clear();
    EXPECT_EQ(cache.size(), 0u);
    for (std::uint64_t key = 0; key < 32; ++key) EXPECT_EQ(cache.Peek(key), nullptr);
    for (std::uint64_t key = 50; key < 82; ++key) EXPECT_FALSE(cache.Insert(key, key).has_value());
    EXPECT_TRUE(cache.Insert(90, 0).has_value());
  }
}

TEST(SetAssociative, ErasedValuesAreReleasedAtOnce) {
  SetAssociativeCache<int, std::shared_ptr<int>> cache({4, 0, ReplacementPolicy::kLru});
  const auto object = std::make_shared<int>(5);
  cache.Insert(1, object);
  cache.Insert(2, object);
  EXPECT_EQ(object.use_count(), 3);
  cache.Erase(1);
  cache.EraseIf([](int key, const auto&) { return key == 2; });
  EXPECT_EQ(object.use_count(), 1);
}

// Strided pages, the enemy of an unmixed index: a mixed one keeps the sets about evenly loaded.
TEST(SetAssociative, SetIndexSpreadsStridedKeys) {
  const Cache cache({8'192, 8, ReplacementPolicy::kLru});
  for (const std::uint64_t stride : {1u, 64u, 4'096u, 1u << 21}) {
    std::vector<double> load(1'024);
    for (std::uint64_t i = 0; i < 65'536; ++i) load[cache.SetOf(i * stride)] += 1;
    double chi_square = 0;
    for (const double n : load) chi_square += (n - 64) * (n - 64) / 64;
    EXPECT_LT(chi_square, 1'168) << stride;  // 1,023 degrees of freedom, p = 0.001
  }
}

struct LowBits {
  std::size_t operator()(std::uint64_t key) const { return key; }
  std::uint64_t IndexBits(const std::uint64_t& key) const { return key; }
};

CacheGeometry ByAddress(std::uint32_t entries, std::uint32_t ways, std::uint8_t shift) {
  CacheGeometry geometry{entries, ways};
  geometry.index = SetIndex::kLowBits;
  geometry.index_shift = shift;
  return geometry;
}

TEST(SetAssociative, AddressBitsChooseTheSetFromTheirShiftOn) {
  const SetAssociativeCache<std::uint64_t, int, LowBits> shifted(ByAddress(32, 2, 4));
  for (std::uint64_t key = 0; key < 1'024; ++key) EXPECT_EQ(shifted.SetOf(key), key / 16 % 16);
  const SetAssociativeCache<std::uint64_t, int, LowBits> hashed(CacheGeometry{32, 2});
  std::set<std::uint32_t> sets;
  for (std::uint64_t key = 0; key < 16; ++key) sets.insert(hashed.SetOf(key << 20));
  EXPECT_GT(sets.size(), 4u) << "hashed unless the geometry says otherwise";
}

TEST(SetAssociative, KeysWithoutAddressBitsCannotBeIndexedByThem) {
  EXPECT_THROW(Cache(ByAddress(32, 2, 0)), std::invalid_argument);
}

TEST(SetAssociative, AHashCanChooseTheSetFromAddressBits) {
  SetAssociativeCache<std::uint64_t, int, LowBits> cache(ByAddress(32, 2, 0));
  for (std::uint64_t key = 0; key < 64; ++key) EXPECT_EQ(cache.SetOf(key), key % 16);
  cache.Insert(3, 0);
  cache.Insert(19, 0);
  const auto evicted = cache.Insert(35, 0);  // third key of set 3
  ASSERT_TRUE(evicted.has_value());
  EXPECT_EQ(evicted->key, 3u);
}

std::string OnlyFault(const CacheGeometry& geometry) {
  const ConfigFaults faults = geometry.Validate("psc.l2");
  return faults.size() == 1 ? faults[0].field + " " + faults[0].value : std::to_string(faults.size()) + " faults";
}

TEST(CacheGeometry, ValidateNamesTheFieldAndTheValue) {
  EXPECT_EQ(OnlyFault({0, 7, ReplacementPolicy::kTreePlru}), "0 faults");
  EXPECT_EQ(OnlyFault({100, 0, ReplacementPolicy::kLru}), "0 faults");
  EXPECT_EQ(OnlyFault({10, 4, ReplacementPolicy::kLru}), "psc.l2.entries 10");
  EXPECT_EQ(OnlyFault({4, 8, ReplacementPolicy::kLru}), "psc.l2.entries 4");
  EXPECT_EQ(OnlyFault({24, 8, ReplacementPolicy::kLru}), "psc.l2.entries 24");
  EXPECT_EQ(OnlyFault({12, 3, ReplacementPolicy::kTreePlru}), "psc.l2.ways 3");
  EXPECT_EQ(OnlyFault({12, 0, ReplacementPolicy::kTreePlru}), "psc.l2.entries 12");
  EXPECT_EQ(OnlyFault({1u << 29, 8, ReplacementPolicy::kLru}), "psc.l2.entries 536870912");
  const CacheGeometry two_faults{9, 3, ReplacementPolicy::kTreePlru};
  EXPECT_EQ(two_faults.Validate("").size(), 2u);
  EXPECT_EQ(two_faults.Validate("")[0].field, "entries");
  EXPECT_THROW(Cache{two_faults}, std::invalid_argument);
}

}  // namespace
}  // namespace siov
