// SPDX-License-Identifier: Apache-2.0
// When the IOTLB answers an invalidation, and what happens to requests on their way meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/iotlb_bench.h"

namespace siov {
namespace {

using Bench = ::siov::testing::IotlbBench;
using ::testing::ElementsAre;

using ::siov::testing::SmallIotlb;

CacheInvalidation PageOf(std::uint32_t pasid, std::uint64_t address) {
  CacheInvalidation page;
  page.what.kind = InvalidationKind::kPasidIotlb;
  page.what.granularity = InvalidationGranularity::kPage;
  page.what.domain = kFirstStageDomain;
  page.pasid = Pasid(pasid);
  page.address = address;
  return page;
}

// Invalidations are answered 40 after they reach the walker; walks take 300.
struct InvalidationBench : Bench {
  explicit InvalidationBench(const IotlbConfig& config = SmallIotlb(8),
                             const std::vector<AddressSpaceClass>& classes = {Spaces()})
      : Bench(config, classes) {
    walker_invalidations.behaviour.answer_after = 40;
  }
  std::vector<std::string> Answers() const { return Lines(log, "invalidations"); }
};

TEST(IotlbInvalidation, RemovesOnArrivalAndIsAnsweredAfterTheWalker) {
  InvalidationBench bench;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.InvalidateAt(1000, PageOf(3, 0x5000));
  bench.At(991, TlpKind::kMemoryRead, 3, 0x5000);  // its lookup is one picosecond too late
  bench.At(990, TlpKind::kMemoryRead, 3, 0x6000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "walker"),
              ElementsAre("walker 10 request walk 0x5000", "walker 1000 request walk 0x6000",
                          "walker 1001 request walk 0x5000"));
  EXPECT_THAT(Lines(bench.log, "walker_invalidations"),
              ElementsAre("walker_invalidations 1000 request invalidation 0x5000"));
  EXPECT_THAT(bench.Answers(), ElementsAre("invalidations 1040 answer invalidation 0x5000"));
  EXPECT_EQ(bench.Stat("invalidated"), 1u);
  EXPECT_EQ(bench.Stat("invalidations"), 1u);
  EXPECT_EQ(bench.Stat("invalidation_time"), 40u);
}

TEST(IotlbInvalidation, WaitsForWalksThatOverlapAndDoesNotKeepWhatTheyFound) {
  InvalidationBench bench;
  bench.At(900, TlpKind::kMemoryRead, 3, 0x5000);  // walks from 910 to 1210
  bench.At(950, TlpKind::kMemoryRead, 4, 0x5000);  // another PASID's does not matter
  bench.InvalidateAt(1000, PageOf(3, 0x5000));
  bench.At(2000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2000, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  // Served with the old translation when its walk ends; the answer does not come before that.
  EXPECT_THAT(bench.Answers(), ElementsAre("invalidations 1210 answer invalidation 0x5000"));
  EXPECT_EQ(bench.Stat("stale_walks"), 1u);
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.Stat("misses"), 3u);
}

TEST(IotlbInvalidation, WalksOfOtherPagesDoNotDelayIt) {
  InvalidationBench bench;
  bench.At(900, TlpKind::kMemoryRead, 3, 0x5000);
  bench.InvalidateAt(1000, PageOf(3, 0x6000));
  bench.Run();
  EXPECT_THAT(bench.Answers(), ElementsAre("invalidations 1040 answer invalidation 0x6000"));
  EXPECT_EQ(bench.Stat("stale_walks"), 0u);
}

TEST(IotlbInvalidation, DrainsReadsAndWritesThatWereTranslatedBefore) {
  InvalidationBench bench;
  bench.memory.behaviour.answer_after = 5000;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);  // in memory from 310 to 5310
  bench.InvalidateAt(1000, PageOf(3, 0x5000));
  bench.Run();
  EXPECT_THAT(bench.Answers(), ElementsAre("invalidations 5310 answer invalidation 0x5000"));
}

// A write whose page is known waits behind an older one that walks. It carries the old translation, so it must leave.
TEST(IotlbInvalidation, DrainsTranslatedWritesHeldBehindOlderOnes) {
  InvalidationBench bench;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1000, TlpKind::kMemoryWrite, 4, 0x9000);  // walks until 1310
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x5000);  // hits, held until then
  bench.InvalidateAt(1020, PageOf(3, 0x5000));
  bench.At(1030, TlpKind::kMemoryWrite, 4, 0x9000);  // held too, but younger than the invalidation
  bench.Run();
  EXPECT_THAT(bench.Answers(), ElementsAre("invalidations 1310 answer invalidation 0x5000"));
}

TEST(IotlbInvalidation, MoreThanTheSlotsHoldWaitTheirTurn) {
  InvalidationBench bench;
  for (int i = 0; i < 65; ++i) bench.InvalidateAt(1000, PageOf(3, 0x5000));
  bench.Run();
  const auto answers = bench.Answers();
  ASSERT_EQ(answers.size(), 65u);
  EXPECT_EQ(answers[63], "invalidations 1040 answer invalidation 0x5000");
  EXPECT_EQ(answers[64], "invalidations 1080 answer invalidation 0x5000");
}

// Before a page request is queued its page is forgotten; so must be what a walk is just reading.
TEST(IotlbInvalidation, ImplicitOneMakesWalksInProgressStale) {
  InvalidationBench bench;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(100);
  bench.Forget(Pasid(3), 0x5008);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("stale_walks"), 1u);
  EXPECT_EQ(bench.Stat("misses"), 2u);
}

// Only those of the PASID that asked were: the others kept what a guest's tables no longer say.
TEST(IotlbInvalidation, APageRequestOfAVmMakesWalksOfItsOtherPasidsStale) {
  AddressSpaceClass vms;
  vms.first_pasid = 2;
  vms.count = 4;
  vms.stages = TranslationStages::kNested;
  vms.second_format = TableFormat::kX86FourLevel;
  vms.pasids_per_domain = 2;
  InvalidationBench bench(SmallIotlb(8), {vms});
  bench.At(0, TlpKind::kMemoryRead, 3, 0x9000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x9000);  // another VM's
  bench.simulation.agenda.RunUntil(100);
  bench.Forget(Pasid(2), 0x5008);
  bench.Run();
  EXPECT_EQ(bench.Stat("stale_walks"), 1u);
}

TEST(IotlbPartitions, OneTenantClassDoesNotEvictAnothers) {
  AddressSpaceClass small;
  small.count = 1;
  AddressSpaceClass large;
  large.first_pasid = 2;
  large.count = 8;
  large.cache_partition = 1;
  IotlbConfig config = SmallIotlb(4);
  for (const std::uint32_t partitions : {1u, 2u}) {
    config.geometry.partitions = partitions;
    IotlbConfig shared = config;
    const AddressSpaces spaces({small, large}, 1);
    IotlbCore core(shared, spaces, CachePartitions({small, large}));
    Translation page;
    page.read = true;
    core.Fill(1, Pasid(1), 0x1000, page);
    for (std::uint32_t pasid = 2; pasid < 10; ++pasid) core.Fill(1, Pasid(pasid), 0x1000, page);
    EXPECT_EQ(core.Lookup(1, Pasid(1), 0x1000) != nullptr, partitions == 2);
    EXPECT_EQ(core.size(), partitions == 2 ? 3u : 4u);
  }
}

TEST(IotlbInvalidation, ImplicitOneForgetsThePageThatIsHeldAndNoOther) {
  InvalidationBench bench;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x6000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);
  bench.simulation.agenda.RunUntil(1000);
  bench.Forget(Pasid(3), 0x5008);
  EXPECT_EQ(bench.Stat("invalidated"), 1u);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x6000);
  bench.At(1000, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("misses"), 3u + 1u);
  EXPECT_EQ(bench.Stat("hits"), 2u);
}

}  // namespace
}  // namespace siov
