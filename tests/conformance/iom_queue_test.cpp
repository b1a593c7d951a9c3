// SPDX-License-Identifier: Apache-2.0
// The invalidation queue (docs/requirements/iom.md, ats.md, pri.md) between scripted software, caches and devices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/queue_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using testing::QueueBench;
using Granularity = InvalidationGranularity;

InvalidationQueueConfig Config(std::uint32_t entries = 256) {
  InvalidationQueueConfig config;
  config.entries = entries;
  config.execute_latency_ps = 10;
  return config;
}

TEST(Conformance, IOM_16_ADescriptorOf16BytesInScalableModeIsAnErrorWithTheHeadOnIt) {
  QueueBench bench(Config());
  InvalidationCommand* good = bench.CommandAt(1'000, InvalidationKind::kIotlb);
  InvalidationCommand* bad = bench.CommandAt(1'000, InvalidationKind::kIotlb);
  bad->bytes = 16;
  InvalidationCommand* behind = bench.WaitAt(1'000);
  bench.Run();
  ASSERT_EQ(bench.Seen("events").size(), 1u);
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().kind, IommuEventKind::kQueueError);
  EXPECT_NE(bench.Answered(good), kNever) << "what was fetched before finishes";
  EXPECT_EQ(bench.Answered(bad), kNever);
  EXPECT_EQ(bench.Answered(behind), kNever);
  EXPECT_EQ(bench.Stat("iotlb"), 1u) << "the head stays on the bad one";
  EXPECT_THAT(bench.queue.Situation(), ::testing::HasSubstr("IQE"));
}

TEST(Conformance, IOM_16_ARingOfNHoldsNMinusOneAndSoftwareWaitsForTheRest) {
  QueueBench bench(Config(8));
  bench.iotlb.behaviour.answer_after = 5'000;
  bench.CommandAt(1'000, InvalidationKind::kIotlb);
  InvalidationCommand* fence = bench.WaitAt(1'000);  // holds everything behind it back until 6,210
  std::vector<InvalidationCommand*> behind;
  for (int i = 0; i < 9; ++i) behind.push_back(bench.CommandAt(2'000, InvalidationKind::kIotlb));
  bench.Run();
  for (int i = 0; i < 7; ++i) EXPECT_EQ(bench.Placed(behind[static_cast<std::size_t>(i)]), 2'000u) << i;
  EXPECT_GT(bench.Placed(behind[7]), bench.Answered(fence) - 100);
  EXPECT_GT(bench.Placed(behind[8]), bench.Placed(behind[7]));
  EXPECT_EQ(bench.Stat("queue_full"), 2u);
  EXPECT_EQ(bench.Stat("answered"), 11u) << "nothing is lost";
}

TEST(Conformance, IOM_16_ReservedTypesAndGranularitiesStopTheQueue) {
  struct Row {
    InvalidationKind kind;
    Granularity granularity;
    std::uint64_t address;
    std::uint8_t shift;
  };
  for (const Row& row : {Row{InvalidationKind::kNone, Granularity::kGlobal, 0, 12},
                         Row{InvalidationKind::kContext, Granularity::kPage, 0, 12},
                         Row{InvalidationKind::kIotlb, Granularity::kPasid, 0, 12},
                         Row{InvalidationKind::kIotlb, Granularity::kPage, 0, 31},
                         Row{InvalidationKind::kIotlb, Granularity::kPage, 0x1000, 13},
                         Row{InvalidationKind::kPasidIotlb, Granularity::kPasid, 0, 12},
                         Row{InvalidationKind::kPasidCache, Granularity::kPasid, 0, 12},
                         Row{InvalidationKind::kDeviceTlb, Granularity::kPage, 0, 11}}) {
    Invalidation what;
    what.kind = row.kind;
    what.granularity = row.granularity;
    what.page_shift = row.shift;
    EXPECT_NE(FaultOf({{what, 0, Pasid(), row.address}, 32, nullptr}, Config()), nullptr)
        << static_cast<int>(row.kind) << ' ' << static_cast<int>(row.granularity);
  }
}

TEST(Conformance, IOM_20_DeviceTlbInvalidationsGoAfterEarlierIotlbOnes) {
  QueueBench bench(Config());
  bench.iotlb.behaviour.answer_after = 3'000;
  bench.CommandAt(1'000, InvalidationKind::kIotlb, Granularity::kDomain);
  bench.DeviceTlbAt(1'000);
  bench.Run();
  EXPECT_EQ(bench.Seen("iotlb")[0].time, 1'110u);
  ASSERT_EQ(bench.Seen("port0").size(), 1u);
  EXPECT_EQ(bench.Seen("port0")[0].time, 4'110u) << "the moment the IOTLB has answered";
  EXPECT_EQ(bench.Stat("order_stalls"), 1u);
}

TEST(Conformance, IOM_20_MipThrottlesTheRequestsOfOneFunction) {
  QueueBench bench(Config());
  for (int i = 0; i < 3; ++i) bench.DeviceTlbAt(1'000, QueueBench::kDevice0, 2);
  bench.CompleteAt(9'000, 1u << 1);
  bench.Run();
  const auto seen = bench.Seen("port0");
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_LT(seen[1].time, 2'000u);
  EXPECT_EQ(seen[2].time, 9'000u);
  EXPECT_EQ(seen[2].tlp.itags, 1u) << "the tag that came back";
}

TEST(Conformance, IOM_21_AWaitCompletesWhenTheInvalidateCompletionHasCome) {
  QueueBench bench(Config());
  bench.DevicesCompleteAfter(10 * kPsPerUs);
  bench.DeviceTlbAt(1'000);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  bench.Run();
  ASSERT_EQ(bench.StatusWrites().size(), 1u);
  EXPECT_GE(bench.StatusWrites()[0], bench.Seen("port0")[0].time + 10 * kPsPerUs);
  EXPECT_GE(bench.Answered(wait), bench.StatusWrites()[0]);
  EXPECT_EQ(bench.Stat("status_writes"), 1u);
  EXPECT_EQ(bench.Stat("waits_completed"), 1u);
}

TEST(Conformance, IOM_21_WithoutAFenceLaterDescriptorsRunEarly) {
  QueueBench bench(Config());
  bench.DevicesCompleteAfter(10 * kPsPerUs);
  bench.DeviceTlbAt(1'000);
  bench.WaitAt(1'000, false);
  InvalidationCommand* later = bench.CommandAt(1'000, InvalidationKind::kContext);
  bench.Run();
  EXPECT_LT(bench.Answered(later), 5'000u);
  EXPECT_EQ(bench.Stat("fence_stalls"), 0u);
}

TEST(Conformance, IOM_21_WithAFenceLaterDescriptorsWait) {
  QueueBench bench(Config());
  bench.DevicesCompleteAfter(10 * kPsPerUs);
  bench.DeviceTlbAt(1'000);
  bench.WaitAt(1'000, true);
  InvalidationCommand* later = bench.CommandAt(1'000, InvalidationKind::kContext);
  bench.Run();
  EXPECT_GT(bench.Answered(later), 10 * kPsPerUs);
  EXPECT_EQ(bench.Stat("fence_stalls"), 1u);
}

TEST(Conformance, IOM_21_CompletionInterruptsCoalesceUntilSoftwareClearsThem) {
  QueueBench bench(Config());
  bench.events.behaviour.answer_after = 5'000;
  for (const Picoseconds at : {1'000u, 2'000u, 20'000u}) {
    InvalidationCommand* wait = bench.CommandAt(at, InvalidationKind::kWait);
    wait->what.what.interrupt = true;
  }
  bench.Run();
  ASSERT_EQ(bench.Seen("events").size(), 2u);
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().kind, IommuEventKind::kWaitDone);
  EXPECT_GT(bench.Seen("events")[1].time, 20'000u);
  EXPECT_EQ(bench.Stat("wait_interrupts"), 2u);
  EXPECT_EQ(bench.Stat("wait_interrupts_coalesced"), 1u);
  EXPECT_TRUE(bench.StatusWrites().empty());
}

TEST(Conformance, IOM_22_ATimeOutAbortsTheWaitAndSoftwareMustResubmit) {
  InvalidationQueueConfig config = Config();
  config.completion_timeout_ps = 50'000;
  QueueBench bench(config);
  bench.events.behaviour.answer_after = 30'000;
  InvalidationCommand* lost = bench.DeviceTlbAt(1'000);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  InvalidationCommand* later = bench.CommandAt(60'000, InvalidationKind::kIotlb);  // while the queue is stopped
  bench.Run(150'000);
  const Picoseconds expired = bench.Seen("port0")[0].time + 50'000;
  EXPECT_EQ(bench.Answered(lost), expired);
  EXPECT_EQ(bench.Answered(wait), expired);
  EXPECT_EQ(wait->status, CompletionStatus::kCompleterAbort);
  EXPECT_TRUE(bench.StatusWrites().empty()) << "aborted without a status write";
  ASSERT_EQ(bench.Seen("events").size(), 1u);
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().kind, IommuEventKind::kTimeout);
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().requester, QueueBench::kDevice0)
      << "the record register holds the SID";
  EXPECT_GE(bench.Answered(later), expired + 30'000) << "no fetch until software has cleared the error";
  EXPECT_NE(bench.Answered(later), kNever) << "fetching resumes at the head";
  EXPECT_EQ(bench.Stat("timeouts"), 1u);
  EXPECT_EQ(bench.Stat("aborted_waits"), 1u);

  // Software resubmits; the tag is free again.
  bench.DevicesCompleteAfter(100);
  bench.DeviceTlbAt(200'000);
  InvalidationCommand* again = bench.WaitAt(200'000);
  bench.Run();
  EXPECT_EQ(again->status, CompletionStatus::kSuccess);
  EXPECT_EQ(bench.Seen("port0")[1].tlp.itags, 0u);
}

TEST(Conformance, IOM_22_TimeOutsAreExact) {
  InvalidationQueueConfig config = Config();
  config.completion_timeout_ps = 50'000;
  QueueBench bench(config);
  InvalidationCommand* early = bench.DeviceTlbAt(1'000);
  const Picoseconds sent = 1'110;
  bench.CompleteAt(sent + 49'999, 1u << 0);
  bench.Run();
  EXPECT_EQ(bench.Stat("timeouts"), 0u);
  EXPECT_EQ(early->status, CompletionStatus::kSuccess);
  EXPECT_EQ(bench.Answered(early), sent + 49'999);
}

TEST(Conformance, IOM_22_ABadDescriptorIsDroppedOnceSoftwareHasClearedTheError) {
  QueueBench bench(Config());
  bench.events.behaviour.answer_after = 5'000;
  InvalidationCommand* bad = bench.CommandAt(1'000, InvalidationKind::kNone);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  bench.Run();
  EXPECT_EQ(bad->status, CompletionStatus::kCompleterAbort);
  EXPECT_EQ(wait->status, CompletionStatus::kSuccess);
  EXPECT_GT(bench.Answered(wait), 6'000u);
  EXPECT_EQ(bench.Stat("queue_errors"), 1u);
}

// The IOTLB answers when the writes it has translated are visible (its own tests), so the status comes after them.
TEST(Conformance, IOM_23_TheStatusComesAfterTheIotlbHasDrained) {
  QueueBench bench(Config());
  bench.iotlb.behaviour.answer_after = 7'000;
  (*bench.CommandAt(1'000, InvalidationKind::kPasidIotlb, Granularity::kPasid)).what.pasid = Pasid(3);
  bench.WaitAt(1'000);
  bench.Run();
  EXPECT_EQ(bench.Seen("iotlb")[0].As<InvalidationRequest>().what.pasid, Pasid(3));
  EXPECT_EQ(bench.StatusWrites().front(), bench.Seen("iotlb")[0].time + 7'000);
}

TEST(Conformance, IOM_29_TheRiscvFenceReportsTheTimeOutAndTheQueueStops) {
  InvalidationQueueConfig config = Config();
  config.descriptor_bytes = 16;
  config.completion_timeout_ps = 50'000;
  QueueBench bench(config);
  bench.events.behaviour.answer_after = 30'000;
  bench.iotlb.behaviour.answer_after = 9'000;
  bench.CommandAt(1'000, InvalidationKind::kIotlb);
  bench.DeviceTlbAt(1'000);  // not ordered behind the IOTLB: that needs a fence
  InvalidationCommand* fence = bench.WaitAt(1'000);
  InvalidationCommand* behind = bench.CommandAt(1'000, InvalidationKind::kIotlb);
  bench.Run();
  const Picoseconds sent = bench.Seen("port0")[0].time;
  EXPECT_LT(sent, 9'000u);
  ASSERT_EQ(bench.Seen("events").size(), 1u);
  EXPECT_EQ(bench.Seen("events")[0].time, sent + 50'000) << "the fence waits for the invalidation, then reports";
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().kind, IommuEventKind::kTimeout);
  EXPECT_GT(bench.Answered(fence), sent + 80'000) << "stopped until software clears it";
  EXPECT_EQ(fence->status, CompletionStatus::kSuccess);
  EXPECT_GT(bench.Answered(behind), bench.Answered(fence) - 100);
  for (const PeerEvent& event : bench.Seen("memory")) {
    if (!testing::IsWrite(event)) {
      EXPECT_EQ(event.length_bytes % 16, 0u);
      EXPECT_LE(event.length_bytes, 64u);
    }
  }
}

TEST(Conformance, ATS_14_The33rdInvalidateRequestWaitsForATag) {
  QueueBench bench(Config());
  for (int i = 0; i < 33; ++i) bench.DeviceTlbAt(1'000);
  bench.DeviceTlbAt(1'000, QueueBench::kDevice1);  // another device has tags, but the queue is in order
  bench.CompleteAt(50'000, 1u << 17);
  bench.Run();
  const auto seen = bench.Seen("port0");
  ASSERT_EQ(seen.size(), 33u);
  std::uint32_t tags = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_LT(seen[i].time, 5'000u);
    tags |= 1u << seen[i].tlp.itags;
  }
  EXPECT_EQ(tags, 0xFFFF'FFFFu) << "all 32 tags, each once";
  EXPECT_EQ(seen[32].time, 50'000u);
  EXPECT_EQ(seen[32].tlp.itags, 17u);
  EXPECT_GE(bench.Seen("port1")[0].time, 50'000u);
  EXPECT_TRUE(bench.Seen("events").empty()) << "a stall is not an error";
  EXPECT_EQ(bench.Stat("itag_stalls"), 1u);
}

TEST(Conformance, ATS_17_ARequestIsCompleteWithItsLastCompletion) {
  QueueBench bench(Config());
  InvalidationCommand* two = bench.DeviceTlbAt(1'000);
  InvalidationCommand* eight = bench.DeviceTlbAt(1'000);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  bench.CompleteAt(10'000, 1u << 0, 2);
  bench.CompleteAt(20'000, 1u << 0, 2);
  for (Picoseconds i = 0; i < 8; ++i) bench.CompleteAt(30'000 + i, 1u << 1, 0);
  bench.Run();
  EXPECT_EQ(bench.Answered(two), 20'000u);
  EXPECT_EQ(bench.Answered(eight), 30'007u);
  EXPECT_EQ(bench.StatusWrites().front(), 30'007u);
  EXPECT_NE(bench.Answered(wait), kNever);
}

TEST(Conformance, ATS_17_AnUnknownTagIsAnErrorAndProcessingContinues) {
  QueueBench bench(Config());
  bench.CompleteAt(500, 1u << 4);
  bench.DevicesCompleteAfter(100);
  bench.DeviceTlbAt(1'000);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  bench.Run();
  ASSERT_EQ(bench.Seen("events").size(), 1u);
  EXPECT_EQ(bench.Seen("events")[0].As<IommuEvent>().kind, IommuEventKind::kCompletionError);
  EXPECT_EQ(bench.Stat("completion_errors"), 1u);
  EXPECT_EQ(wait->status, CompletionStatus::kSuccess);
  EXPECT_NE(bench.Answered(wait), kNever);
}

TEST(Conformance, ATS_19_TheTimeOutIsAMinuteByDefaultAndAnUnreachableFunctionRunsIntoIt) {
  EXPECT_EQ(InvalidationQueueConfig().completion_timeout_ps, 60 * kPsPerSecond);
  InvalidationQueueConfig config = Config();
  config.completion_timeout_ps = 5'000;
  QueueBench bench(config);
  InvalidationCommand* lost = bench.DeviceTlbAt(1'000, 0x900);
  bench.Run();
  EXPECT_EQ(bench.Stat("unreachable"), 1u);
  EXPECT_EQ(bench.Answered(lost), 6'110u);
  EXPECT_EQ(lost->status, CompletionStatus::kCompleterAbort);
}

TEST(Conformance, PRI_16_AWaitWithPageRequestDrainFollowsThePageRequestsReceived) {
  QueueBench bench(Config());
  bench.DevicesCompleteAfter(10'000);
  bench.pri_queue.behaviour.answer_after = 4'000;
  bench.DeviceTlbAt(1'000);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  wait->what.what.page_request_drain = true;
  bench.Run();
  const auto asked = bench.Seen("pri_queue");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].As<InvalidationRequest>().what.what.kind, InvalidationKind::kWait);
  EXPECT_EQ(asked[0].time, bench.Seen("port0")[0].time + 10'000) << "page requests come ahead of the completion";
  EXPECT_EQ(bench.StatusWrites().front(), asked[0].time + 4'000);
}

}  // namespace
}  // namespace siov
