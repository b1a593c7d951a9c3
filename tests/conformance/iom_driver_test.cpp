// SPDX-License-Identifier: Apache-2.0
// What software must do when it changes tables, and the checker that finds what it leaves out
// (docs/requirements/iom.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/driver_bench.h"

namespace siov {
namespace {

using testing::DriverBench;
using ::testing::ElementsAre;

ChangedRange Changed(TableChange change, TranslationStages stages, bool ats) {
  AddressSpaceClass config;
  config.stages = stages;
  const bool second = stages == TranslationStages::kSecondOnly || stages == TranslationStages::kNested;
  if (stages == TranslationStages::kSecondOnly) config.first_format = TableFormat::kNone;
  if (second) config.second_format = TableFormat::kX86FourLevel;
  config.count = 4;
  static std::deque<AddressSpaces> spaces;  // the space points into it
  spaces.emplace_back(std::vector<AddressSpaceClass>{config}, 1);
  ChangedRange changed;
  changed.change = change;
  changed.space = *spaces.back().Find(Pasid(2));
  changed.requester = 0x100;
  changed.ats = ats;
  changed.address = 0x5000;
  return changed;
}

constexpr TranslationStages kAllStages[] = {TranslationStages::kFirstOnly, TranslationStages::kSecondOnly,
                                            TranslationStages::kNested};
constexpr TableChange kAllChanges[] = {TableChange::kTenantPages, TableChange::kSecondStage, TableChange::kPasidEntry,
                                       TableChange::kContextEntry};

Recipe Whole(const ChangedRange& changed) {
  Recipe recipe;
  AppendRecipe(changed, DriverConfig(), false, &recipe);
  recipe.push_back(WaitStep(0x7000));
  return recipe;
}

// Every step of every recipe is needed: the checker accepts the recipe and names the step that is taken out.
TEST(Conformance, IOM_24_TheCheckerNamesTheStepThatIsLeftOut) {
  for (const TranslationStages stages : kAllStages) {
    for (const TableChange change : kAllChanges) {
      for (const bool ats : {false, true}) {
        const ChangedRange changed = Changed(change, stages, ats);
        const Recipe recipe = Whole(changed);
        EXPECT_EQ(CheckRecipe(changed, recipe), 0) << static_cast<int>(stages) << static_cast<int>(change) << ats;
        for (std::size_t left_out = 0; left_out < recipe.size(); ++left_out) {
          Recipe shorter = recipe;
          shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(left_out));
          std::uint8_t named = 0;
          switch (recipe[left_out].what.kind) {
            case InvalidationKind::kContext:
              named = kMissingContext;
              break;
            case InvalidationKind::kPasidCache:
              named = kMissingPasidCache;
              break;
            case InvalidationKind::kIotlb:
            case InvalidationKind::kPasidIotlb:
              named = kMissingIotlb;
              break;
            case InvalidationKind::kWait:
              named = kMissingWait;
              break;
            default:
              named = kMissingDeviceTlb;
          }
          EXPECT_EQ(CheckRecipe(changed, shorter), named)
              << static_cast<int>(stages) << static_cast<int>(change) << ats << " without step " << left_out;
        }
      }
    }
  }
}

TEST(Conformance, IOM_24_RecipesAreThoseOfTheTable) {
  using Kind = InvalidationKind;
  using Granularity = InvalidationGranularity;
  const auto kinds = [](const Recipe& recipe) {
    std::vector<std::pair<Kind, Granularity>> steps;
    for (const CacheInvalidation& step : recipe) steps.emplace_back(step.what.kind, step.what.granularity);
    return steps;
  };
  // PASID entry P 1 -> 0.
  const auto teardown = Whole(Changed(TableChange::kPasidEntry, TranslationStages::kFirstOnly, true));
  EXPECT_THAT(
      kinds(teardown),
      ElementsAre(std::pair(Kind::kPasidCache, Granularity::kPasid), std::pair(Kind::kPasidIotlb, Granularity::kPasid),
                  std::pair(Kind::kPasidDeviceTlb, Granularity::kPage), std::pair(Kind::kWait, Granularity::kGlobal)));
  EXPECT_EQ(teardown[2].what.page_shift, 64) << "all addresses";
  EXPECT_EQ(kinds(Whole(Changed(TableChange::kPasidEntry, TranslationStages::kNested, false)))[1],
            std::pair(Kind::kIotlb, Granularity::kDomain));
  // First-stage page: page-in-PASID. Second-stage page: page-in-domain.
  EXPECT_EQ(kinds(Whole(Changed(TableChange::kTenantPages, TranslationStages::kFirstOnly, false)))[0],
            std::pair(Kind::kPasidIotlb, Granularity::kPage));
  EXPECT_EQ(kinds(Whole(Changed(TableChange::kTenantPages, TranslationStages::kSecondOnly, false)))[0],
            std::pair(Kind::kIotlb, Granularity::kPage));
  // Second stage below a first one: the whole device TLB.
  const auto nested = Whole(Changed(TableChange::kSecondStage, TranslationStages::kNested, true));
  EXPECT_EQ(kinds(nested)[0], std::pair(Kind::kIotlb, Granularity::kPage));
  EXPECT_EQ(nested[1].what.page_shift, 64);
}

TEST(Conformance, IOM_19_APasidCacheInvalidationAloneIsFlagged) {
  const ChangedRange changed = Changed(TableChange::kPasidEntry, TranslationStages::kFirstOnly, true);
  const Recipe whole = Whole(changed);
  EXPECT_EQ(CheckRecipe(changed, {whole.front(), whole.back()}), kMissingIotlb | kMissingDeviceTlb);
  EXPECT_EQ(CheckRecipe(changed, {whole[1], whole[0], whole[2], whole[3]}), kWrongOrder)
      << "the IOTLB can be refilled through the stale PASID cache";
}

TEST(Conformance, IOM_20_ReversedOrderIsFlagged) {
  DriverConfig config = DriverBench::Config();
  config.omission = RecipeOmission::kOrder;
  DriverBench bench(config, true);
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  const auto request = bench.Seen("port");
  const auto iotlb = bench.Seen("iotlb");
  ASSERT_EQ(request.size(), 1u);
  ASSERT_EQ(iotlb.size(), 1u);
  EXPECT_LE(request[0].time, iotlb[0].time) << "the ATC can refill from the stale IOTLB";
  EXPECT_EQ(bench.Stat("undef.wrong_order"), 1u);
}

// Unmap, IOTLB, device TLB, its completion, status, and only then the tenant is told.
TEST(Conformance, IOM_20_StrictUnmappingInvalidatesIotlbThenDeviceTlbThenWaits) {
  DriverBench bench(DriverBench::Config(), true);
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  // 300 unmap, 3 x 40 + 70 submission, 100 fetch of a line with two descriptors, 10 execute.
  const auto iotlb = bench.Seen("iotlb");
  ASSERT_EQ(iotlb.size(), 1u);
  EXPECT_EQ(iotlb[0].As<InvalidationRequest>().what.address, job.source);
  EXPECT_EQ(iotlb[0].As<InvalidationRequest>().what.pasid, job.pasid);
  const auto request = bench.Seen("port");
  ASSERT_EQ(request.size(), 1u);
  EXPECT_GE(request[0].time, iotlb[0].time + 20);
  const auto writes = bench.StatusWrites();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_GE(writes[0].time, request[0].time + 50);
  EXPECT_EQ(bench.Told(job), writes[0].time + 60);
  EXPECT_THAT(bench.cpu_busy, ElementsAre(bench.Told(job) - 2'000)) << "the CPU polls";
  const std::vector<std::string> segments = Segments(job.ledger);
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[0], "unmap 2000..2300");
  EXPECT_EQ(segments[1], "unmap 2300..2490") << "three descriptors and the doorbell";
  EXPECT_EQ(bench.Stat("descriptors"), 3u);
  EXPECT_EQ(bench.Stat("waits_completed"), 1u);
}

TEST(Conformance, IOM_24_ADriverThatSkipsTheIotlbIsReported) {
  DriverConfig config = DriverBench::Config();
  config.omission = RecipeOmission::kIotlb;
  DriverBench bench(config);
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  EXPECT_TRUE(bench.Seen("iotlb").empty());
  EXPECT_EQ(bench.Stat("undef.missing_iotlb"), 1u);
  EXPECT_NE(bench.Told(job), kNever);
}

TEST(Conformance, IOM_24_ADriverThatSkipsTheDeviceTlbIsReported) {
  DriverConfig config = DriverBench::Config();
  config.omission = RecipeOmission::kDeviceTlb;
  DriverBench bench(config, true);
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  EXPECT_TRUE(bench.Seen("port").empty());
  EXPECT_EQ(bench.Stat("undef.missing_device_tlb"), 1u);
}

TEST(Conformance, IOM_21_ADriverThatDoesNotWaitIsReported) {
  DriverConfig config = DriverBench::Config();
  config.omission = RecipeOmission::kWait;
  DriverBench bench(config);
  bench.iotlb.behaviour.answer_after = 50'000;
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  EXPECT_LT(bench.Told(job), 10'000u) << "told before the invalidation has ended";
  EXPECT_EQ(bench.Stat("undef.missing_wait"), 1u);
}

// Freed addresses are used again as soon as possible, but never before their invalidation has completed.
TEST(Conformance, IOM_25_AddressesAreReusedOnlyAfterTheInvalidationCompleted) {
  DriverBench bench(DriverBench::Config());
  bench.iotlb.behaviour.answer_after = 50'000;
  Job& first = bench.MapAt(1'000);
  bench.UnmapAt(2'000, first);
  Job& meanwhile = bench.MapAt(30'000);
  Job& after = bench.MapAt(90'000);
  bench.Run();
  EXPECT_GT(bench.Told(first), 50'000u);
  EXPECT_LT(bench.Told(first), 90'000u);
  EXPECT_NE(meanwhile.source, first.source);
  EXPECT_EQ(after.source, first.source) << "the one freed last";
}

TEST(Conformance, IOM_25_DeferredAddressesWaitForTheFlush) {
  DriverConfig config = DriverBench::Config(UnmapPolicy::kDeferred);
  config.flush_entries = 3;
  config.flush_timeout_ps = 900'000;
  DriverBench bench(config);
  std::vector<Job*> jobs;
  for (Picoseconds i = 0; i < 3; ++i) {
    jobs.push_back(&bench.MapAt(1'000 + i * 10'000));
    bench.UnmapAt(5'000 + i * 10'000, *jobs.back());
  }
  Job& later = bench.MapAt(60'000);
  bench.Run();
  EXPECT_EQ(bench.Told(*jobs[0]), 5'300u) << "at once";
  EXPECT_EQ(bench.Told(*jobs[1]), 15'300u);
  EXPECT_GT(bench.Told(*jobs[2]), 25'300u) << "finds the queue full and flushes";
  EXPECT_NE(jobs[1]->source, jobs[0]->source);
  EXPECT_NE(jobs[2]->source, jobs[1]->source);
  EXPECT_EQ(later.source, jobs[2]->source);
  const auto flush = bench.Seen("iotlb");
  ASSERT_EQ(flush.size(), 1u);
  EXPECT_EQ(flush[0].As<InvalidationRequest>().what.what.kind, InvalidationKind::kPasidIotlb)
      << "its address space, and only that";
  EXPECT_EQ(flush[0].As<InvalidationRequest>().what.what.granularity, InvalidationGranularity::kPasid);
  EXPECT_EQ(bench.Stat("flushes"), 1u);
  EXPECT_EQ(bench.Stat("timer_flushes"), 0u);
}

TEST(Conformance, IOM_25_TheTimerFlushesEachTenantsDomainAndNobodyElses) {
  DriverConfig config = DriverBench::Config(UnmapPolicy::kDeferred);
  config.flush_timeout_ps = 100'000;
  DriverBench bench(config, true);
  for (std::uint32_t tenant = 0; tenant < 3; ++tenant) bench.UnmapAt(5'000, bench.MapAt(1'000, tenant));
  bench.Run();
  const auto flush = bench.Seen("iotlb");
  ASSERT_EQ(flush.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(flush[i].As<InvalidationRequest>().what.what.kind, InvalidationKind::kPasidIotlb);
    EXPECT_EQ(flush[i].As<InvalidationRequest>().what.what.granularity, InvalidationGranularity::kPasid);
    EXPECT_EQ(flush[i].As<InvalidationRequest>().what.pasid, Pasid(i + 1));
    EXPECT_GT(flush[i].time, 105'000u);
  }
  EXPECT_EQ(bench.Seen("port").size(), 3u);
  EXPECT_EQ(bench.Stat("timer_flushes"), 3u);
  EXPECT_EQ(bench.Stat("undef.missing_iotlb"), 0u) << "a flush of the domain covers every range";
}

TEST(Conformance, IOM_21_JobsOfABatchShareOneWait) {
  DriverConfig config = DriverBench::Config(UnmapPolicy::kBatched);
  config.batch_jobs = 3;
  config.batch_timeout_ps = 200'000;
  DriverBench bench(config);
  std::vector<Job*> jobs;
  for (std::uint32_t i = 0; i < 4; ++i) {
    jobs.push_back(&bench.MapAt(1'000, i));
    bench.UnmapAt(5'000 + i * 1'000, *jobs.back());
  }
  bench.Run();
  EXPECT_EQ(bench.Told(*jobs[0]), bench.Told(*jobs[2]));
  EXPECT_EQ(bench.Told(*jobs[1]), bench.Told(*jobs[2]));
  EXPECT_GT(bench.Told(*jobs[3]), 208'000u) << "the timer ends its batch";
  EXPECT_EQ(bench.Seen("iotlb").size(), 4u);
  EXPECT_EQ(bench.Stat("waits_completed"), 2u);
  EXPECT_EQ(bench.Stat("batches"), 2u);
  EXPECT_EQ(bench.cpu_busy.size(), 4u);
}

TEST(Conformance, IOM_22_TheDriverSubmitsAgainWhatATimeOutAborted) {
  InvalidationQueueConfig queue = DriverBench::QueueConfig();
  queue.completion_timeout_ps = 20'000;
  DriverBench bench(DriverBench::Config(), true, queue);
  bench.devices_answer = false;
  bench.At(15'000, [&bench] { bench.devices_answer = true; });
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  EXPECT_EQ(bench.Stat("resubmitted"), 1u);
  EXPECT_EQ(bench.Stat("timeouts"), 1u);
  EXPECT_EQ(bench.Stat("events"), 1u);
  EXPECT_EQ(bench.Stat("abandoned"), 0u);
  EXPECT_EQ(bench.StatusWrites().size(), 1u) << "one status write: that of the second wait";
  EXPECT_NE(bench.Told(job), kNever);
}

TEST(Conformance, IOM_22_ADeviceThatIsGoneIsGivenUp) {
  InvalidationQueueConfig queue = DriverBench::QueueConfig();
  queue.completion_timeout_ps = 20'000;
  DriverConfig config = DriverBench::Config();
  config.retry_limit = 2;
  DriverBench bench(config, true, queue);
  bench.devices_answer = false;
  Job& job = bench.MapAt(1'000);
  bench.UnmapAt(2'000, job);
  bench.Run();
  EXPECT_EQ(bench.Stat("resubmitted"), 2u);
  EXPECT_EQ(bench.Stat("timeouts"), 3u);
  EXPECT_EQ(bench.Stat("abandoned"), 1u);
  EXPECT_NE(bench.Told(job), kNever) << "nothing is lost";
}

// IOM-16: the driver waits when the ring is full, and for the lock while another CPU submits; nothing is lost.
TEST(Conformance, IOM_16_DriversWaitForRoomInTheRing) {
  InvalidationQueueConfig queue = DriverBench::QueueConfig();
  queue.entries = 4;
  queue.execute_latency_ps = 500;  // slower than the drivers write
  DriverBench bench(DriverBench::Config(), false, queue);
  for (std::uint32_t i = 0; i < 8; ++i) bench.UnmapAt(5'000, bench.MapAt(1'000, i));
  bench.Run();
  EXPECT_EQ(bench.told.size(), 8u);
  EXPECT_EQ(bench.Stat("waits_completed"), 8u);
  EXPECT_GT(bench.Stat("lock_waits"), 0u);
  EXPECT_GT(bench.Stat("ring_waits"), 0u);
  EXPECT_GT(bench.Stat("queue_full"), 0u);
}

// Explicit tables: what was unmapped is gone from them, and the next mapping is another frame.
TEST(Conformance, IOM_25_ExplicitPagesGoWithTheirMapping) {
  AddressSpaceClass space = DriverBench::Space();
  space.explicit_pages = true;
  DriverBench bench(DriverBench::Config(), false, DriverBench::QueueConfig(), space);
  Job& first = bench.MapAt(1'000);
  PageMapping mapped;
  bench.At(1'500, [&] { mapped = bench.spaces.Translate(first.pasid, first.source); });
  bench.UnmapAt(2'000, first);
  bench.At(2'001, [&] { EXPECT_FALSE(bench.spaces.Translate(first.pasid, first.source).present); });
  Job& second = bench.MapAt(90'000);
  bench.At(91'000, [&] {
    ASSERT_EQ(second.source, first.source);
    EXPECT_NE(bench.spaces.Translate(second.pasid, second.source).address, mapped.address);
  });
  bench.Run();
  EXPECT_TRUE(mapped.present);
}

}  // namespace
}  // namespace siov
