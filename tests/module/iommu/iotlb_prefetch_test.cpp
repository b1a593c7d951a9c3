// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/translation/translation_prefetcher.h"
#include "tests/support/iotlb_bench.h"

namespace siov {
namespace {

using Bench = ::siov::testing::IotlbBench;
using ::siov::testing::SmallIotlb;
using ::testing::ElementsAre;

IotlbConfig With(PrefetchPolicy policy, std::uint32_t pages = 1, std::uint32_t miss_slots = 0,
                 std::uint32_t entries = 8) {
  IotlbConfig config = SmallIotlb(entries, 0, miss_slots);
  config.prefetch.policy = policy;
  config.prefetch.pages = pages;
  return config;
}

TEST(IotlbPrefetch, OffByDefault) {
  Bench bench(SmallIotlb(8));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches"), 0u);
}

// A miss fetches the next page; its first use fetches the one after. Nobody waits for a walk from the second page on.
TEST(IotlbPrefetch, NextPagesRunAheadOfASequentialStream) {
  Bench bench(With(PrefetchPolicy::kNextPage));
  for (std::uint64_t page = 5; page < 9; ++page) {
    bench.At(1000 * page, TlpKind::kMemoryRead, 3, page << kPageShift4K);
  }
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "walker"),
              ElementsAre("walker 5010 request walk 0x5000", "walker 5310 request walk 0x6000",
                          "walker 6010 request walk 0x7000", "walker 7010 request walk 0x8000",
                          "walker 8010 request walk 0x9000"));
  EXPECT_EQ(bench.Stat("misses"), 1u);
  EXPECT_EQ(bench.Stat("prefetches"), 4u);
  EXPECT_EQ(bench.Stat("prefetches_useful"), 3u);
}

TEST(IotlbPrefetch, ARequestJoinsTheWalkOfAPrefetch) {
  Bench bench(With(PrefetchPolicy::kNextPage));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* joins = bench.At(400, TlpKind::kMemoryRead, 3, 0x6000);  // fetched from 310 to 610
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches_useful"), 1u);
  EXPECT_THAT(Segments(joins->ledger), ElementsAre("iotlb 400..410", "walk_wait 410..610", "memory 610..710"));
}

TEST(IotlbPrefetch, TakesOnlyFreeSlots) {
  Bench bench(With(PrefetchPolicy::kNextPage, 4, 2));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches"), 2u);
}

TEST(IotlbPrefetch, UselessAreThoseThatGoUnusedOrAreNotThere) {
  Bench bench(With(PrefetchPolicy::kNextPage, 1, 0, 1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);     // its prefetch evicts it
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x9000);  // evicts 0x6000, unused
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches"), 2u);
  EXPECT_EQ(bench.Stat("prefetches_useless"), 1u);
  bench.walker.on_arrival = [](Walk& walk) {
    Translation& page = walk.translation;
    page.read = walk.address == 0x20'000;
    if (!page.read) page.fault_reason = kFirstStageNotPresent;
  };
  bench.At(2 * kPsPerMs, TlpKind::kMemoryRead, 3, 0x20'000);
  bench.simulation.agenda.RunUntil(3 * kPsPerMs);
  EXPECT_EQ(bench.Stat("prefetches_useless"), 3u);  // 0xA000 went too
  EXPECT_THAT(Lines(bench.log, "faults"), ::testing::IsEmpty());
}

TEST(IotlbPrefetch, StridesCountFromTheSecondTime) {
  PrefetchConfig config;
  config.policy = PrefetchPolicy::kStride;
  config.pages = 2;
  TranslationPrefetcher prefetcher(config);
  const auto ahead = [&](std::uint32_t pasid, std::uint64_t page) {
    const auto pages = prefetcher.Observe(1, Pasid(pasid), page << kPageShift4K, kPageShift4K);
    std::vector<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < pages.count; ++i) numbers.push_back(pages.address[i] >> kPageShift4K);
    return numbers;
  };
  EXPECT_THAT(ahead(3, 10), ElementsAre());
  EXPECT_THAT(ahead(3, 13), ElementsAre());
  EXPECT_THAT(ahead(3, 16), ElementsAre(19, 22));
  EXPECT_THAT(ahead(4, 16), ElementsAre());
  EXPECT_THAT(ahead(3, 15), ElementsAre());
  EXPECT_THAT(ahead(3, 14), ElementsAre(13, 12)) << "backwards as well";
  ahead(3, 2);
  ahead(3, 1);
  EXPECT_THAT(ahead(3, 0), ElementsAre()) << "not below the address space";
}

TEST(IotlbPrefetch, ConfigNamesWhatIsWrong) {
  PrefetchConfig config;
  config.pages = 99;
  EXPECT_TRUE(config.Validate().empty()) << "not in use";
  config.policy = PrefetchPolicy::kNextPage;
  EXPECT_EQ(config.Validate().front().field, "pages");
}

// Two streams that meet ask for a page once, be it held or under way.
TEST(IotlbPrefetch, APageThatIsUnderWayIsNotFetchedAgain) {
  Bench bench(With(PrefetchPolicy::kNextPage, 2));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);   // then 6 and 7, from 310 to 610
  bench.At(20, TlpKind::kMemoryRead, 3, 0x4000);  // then 5, which is held, and 6, which is under way
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches"), 2u);
  EXPECT_THAT(Lines(bench.log, "walker"), ::testing::SizeIs(2 + 2));
}

}  // namespace
}  // namespace siov
