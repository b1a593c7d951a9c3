// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

AtcConfig NextPages(std::uint32_t pages) {
  AtcConfig config = SmallAtc(64);
  config.prefetch.next_pages = pages;
  return config;
}

TEST(AtcPrefetch, TheNextPageIsThereWhenItIsWanted) {
  AtcBench bench(NextPages(1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x6000);
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x6040);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 10 request translation 0x5000", "port 10 request translation 0x6000",
                          "port 310 request read 0x10000005000", "port 1010 request read 0x10000006000",
                          "port 1010 request translation 0x7000", "port 2010 request read 0x10000006040"));
  EXPECT_EQ(bench.Stat("misses"), 1u);
  EXPECT_EQ(bench.Stat("prefetches_issued"), 2u) << "the first use of one asks for the next";
  EXPECT_EQ(bench.Stat("prefetches_useful"), 1u);
}

TEST(AtcPrefetch, ARequestJoinsAPrefetchUnderWay) {
  AtcBench bench(NextPages(1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* joins = bench.At(100, TlpKind::kMemoryRead, 3, 0x6000);
  bench.Run();
  EXPECT_THAT(Segments(joins->ledger), ElementsAre("atc 100..110", "ats_wait 110..310", "memory 310..610"));
  EXPECT_EQ(bench.Stat("prefetches_useful"), 1u);
}

TEST(AtcPrefetch, AJoinedPrefetchOfAnAbsentPageBecomesAPageRequest) {
  AtcBench bench(NextPages(1));
  bool there = false;
  bench.translate = [&](Tlp& payload) {
    const bool good = there || payload.virtual_address == 0x5000;
    return Answer(good, good);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(100, TlpKind::kMemoryRead, 3, 0x6000);
  bench.simulation.agenda.RunUntil(1'000);
  there = true;
  bench.Run();
  EXPECT_EQ(bench.Stat("page_requests"), 1u);
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 1610 request read 0x10000006000");
}

TEST(AtcPrefetch, DemandComesFirst) {
  AtcConfig config = NextPages(4);
  config.outstanding_requests = 2;
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x9'0000);  // waits for a slot: no more prefetches
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches_issued"), 1u);
}

TEST(AtcPrefetch, StridesAreFollowed) {
  AtcConfig config = SmallAtc(64);
  config.prefetch.stride_pages = 1;
  AtcBench bench(config);
  for (Picoseconds i = 0; i < 4; ++i) bench.At(i * 1'000, TlpKind::kMemoryRead, 3, 0x10'0000 + i * 0x3000);
  bench.Run();
  EXPECT_EQ(bench.Stat("misses"), 3u);
  EXPECT_EQ(bench.Stat("prefetches_useful"), 1u) << "the fourth page was foreseen";
}

TEST(AtcPrefetch, UnusedOnesAreCountedWhenTheyGo) {
  AtcConfig config = NextPages(1);
  config.geometry.entries = 2;
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);        // and 0x6000
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);    // 0x6000 is now the older one
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x9'0000);  // replaces it; 0x91000 replaces 0x5000
  InvalidateAt(bench, 3'000, {Pasid(3), 0, 64});
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches_issued"), 2u);
  EXPECT_EQ(bench.Stat("prefetches_useless"), 2u);
}

}  // namespace
}  // namespace siov
