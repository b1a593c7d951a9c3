// SPDX-License-Identifier: Apache-2.0
// Exact times of walks whose caches take time of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/walker_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using namespace testing::walker_requests;  // NOLINT(google-build-using-namespace): names of this test alone

constexpr Picoseconds kBegin = 15;  // cache_latency and setup_latency
constexpr Picoseconds kRead = 107;  // memory and step_latency

WalkerCacheConfig Timed(Picoseconds latency, std::uint32_t slots = 0) {
  WalkerCacheConfig cache;
  cache.entries = 16;
  cache.lookup_latency_ps = latency;
  cache.slots = slots;
  return cache;
}

PageWalkerConfig Config() {
  PageWalkerConfig config;
  config.cache_latency_ps = 5;
  config.setup_latency_ps = 10;
  config.step_latency_ps = 7;
  return config;
}

std::vector<Picoseconds> Answers(const testing::WalkerBench& bench) {
  std::vector<Picoseconds> times;
  for (const PeerEvent& seen : bench.log) {
    if (seen.peer == "iotlb" && seen.event == PeerEventKind::kAnswer) times.push_back(seen.time);
  }
  return times;
}

// PASID cache 3 and, where it misses, context cache 11; then the first stage's levels at once, the slower one's 20.
TEST(WalkerCacheTiming, FirstStageWalk) {
  PageWalkerConfig config = Config();
  config.context_cache = Timed(11);
  config.pasid_cache = Timed(3);
  config.first_stage_cache[0] = Timed(20);
  config.first_stage_cache[1] = Timed(13);
  testing::WalkerBench bench(config, {FirstStage()});
  Walk* cold = bench.Request(Read(3));
  Walk* warm = bench.Request(Read(3, kVa + kPage4K));
  bench.iotlb.SendAt(0, *cold);
  bench.iotlb.SendAt(10'000, *warm);
  bench.iotlb.SendAt(20'000, *bench.Request(Read(4)));
  bench.Run();
  EXPECT_THAT(Answers(bench),
              ElementsAre(kBegin + 3 + 11 + 4 * kRead + 20 + 4 * kRead, 10'000 + kBegin + 3 + 20 + kRead,
                          20'000 + kBegin + 3 + 11 + 2 * kRead + 20 + 4 * kRead));
  EXPECT_EQ(Segments(warm->ledger).front(), "walk 10000..10015");
  EXPECT_EQ(bench.Stat("cache_slot_wait"), 0u);
}

// Each first-stage table asks the nested cache and, as that misses, the levels of the second stage; the output only the
// levels. The second walk finds the leaf's table and, two levels down, the second stage of the output.
TEST(WalkerCacheTiming, NestedWalk) {
  PageWalkerConfig config = Config();
  config.pasid_cache = Timed(2);
  config.first_stage_cache[0] = Timed(17);
  config.second_stage_cache[1] = Timed(9);
  config.second_stage_cache[2] = Timed(6);
  config.nested_cache = Timed(5);
  testing::WalkerBench bench(config, {Nested()});
  bench.iotlb.SendAt(0, *bench.Request(Read(3)));
  bench.Run();
  EXPECT_THAT(Answers(bench), ElementsAre(kBegin + 2 + 17 + 4 * (5 + 9) + 9 + 28 * kRead));
}

// One slot: of two walks that ask at once the second waits for the first one's lookup. Two slots: it does not.
TEST(WalkerCacheTiming, LookupsWaitForASlot) {
  PageWalkerConfig config = Config();
  config.walkers = 2;
  config.pasid_cache = Timed(40, 1);
  testing::WalkerBench bench(config, {FirstStage()});
  Walk* first = bench.Request(Read(3));
  Walk* second = bench.Request(Read(4));
  bench.iotlb.SendAt(0, *first);
  bench.iotlb.SendAt(10, *second);
  bench.Run();
  EXPECT_THAT(Answers(bench), ElementsAre(kBegin + 40 + 8 * kRead, kBegin + 2 * 40 + 8 * kRead));
  EXPECT_THAT(Segments(second->ledger)[0], "walk 10..25");
  EXPECT_THAT(Segments(second->ledger)[1], "walk_wait 25..55");
  EXPECT_EQ(bench.Stat("cache_slot_wait"), 30u);
}

TEST(WalkerCacheTiming, EnoughSlotsMakeNobodyWait) {
  PageWalkerConfig config = Config();
  config.walkers = 2;
  config.pasid_cache = Timed(40, 2);
  testing::WalkerBench bench(config, {FirstStage()});
  bench.iotlb.SendAt(0, *bench.Request(Read(3)));
  bench.iotlb.SendAt(10, *bench.Request(Read(4)));
  bench.Run();
  EXPECT_THAT(Answers(bench), ElementsAre(kBegin + 40 + 8 * kRead, 10 + kBegin + 40 + 8 * kRead));
}

// An invalidation that comes while a walk asks removes what it would have found: the walk reads the tables.
TEST(WalkerCacheTiming, InvalidationDuringALookup) {
  PageWalkerConfig config = Config();
  config.pasid_cache = Timed(40);
  testing::WalkerBench bench(config, {FirstStage()});
  bench.Translate(Read(3));
  bench.iotlb.SendAt(kPsPerUs, *bench.Request(Read(3)));
  CacheInvalidation all;
  all.what.kind = InvalidationKind::kPasidCache;
  all.what.granularity = InvalidationGranularity::kGlobal;
  InvalidationRequest* invalidation = bench.invalidations.Packet<InvalidationRequest>();
  invalidation->what = all;
  bench.invalidations.SendAt(kPsPerUs + kBegin + 39, *invalidation);
  bench.Run();
  EXPECT_EQ(bench.Stat("pasid_cache.hits"), 0u);
  EXPECT_EQ(bench.Stat("pasid_cache.misses"), 2u);
}

}  // namespace
}  // namespace siov
