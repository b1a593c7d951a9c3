// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/invalidation_queue/invalidation_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/queue_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using testing::QueueBench;
using Granularity = InvalidationGranularity;

InvalidationQueueConfig Config() {
  InvalidationQueueConfig config;
  config.entries = 8;
  config.execute_latency_ps = 10;
  return config;
}

// Fetch 100, execute 10, IOTLB 20. The wait executes meanwhile, and writes its status at once.
TEST(InvalidationQueue, AnIotlbInvalidationAndItsWaitTakeWhatTheirStepsTake) {
  QueueBench bench(Config());
  InvalidationCommand* inv = bench.CommandAt(1'000, InvalidationKind::kIotlb);
  InvalidationCommand* wait = bench.WaitAt(1'000);
  bench.Run();
  EXPECT_EQ(bench.Answered(inv), 1'130u);
  EXPECT_THAT(bench.StatusWrites(), ElementsAre(1'130u));
  EXPECT_EQ(bench.Answered(wait), 1'130u);
  EXPECT_EQ(bench.Placed(inv), 1'000u);
  EXPECT_THAT(Segments(wait->ledger), ElementsAre("invalidate_wait 1000..1130"));
  EXPECT_EQ(bench.Stat("fetches"), 1u);
  EXPECT_EQ(bench.Stat("answered"), 2u);
  EXPECT_EQ(bench.Stat("service_time"), 130u + 130u);
  EXPECT_EQ(bench.queue.Situation(), "");
}

TEST(InvalidationQueue, FetchesByLinesAndAroundTheRing) {
  QueueBench bench(Config());
  for (int i = 0; i < 9; ++i) bench.CommandAt(1'000 + 500 * static_cast<Picoseconds>(i / 3), InvalidationKind::kIotlb);
  bench.Run();
  std::vector<std::string> reads;
  const std::uint64_t ring = bench.Seen("memory").front().address;
  for (const PeerEvent& event : bench.Seen("memory")) {
    reads.push_back(std::to_string((event.address - ring) / 32) + "+" + std::to_string(event.length_bytes / 32));
  }
  EXPECT_THAT(reads, ElementsAre("0+2", "2+1", "3+1", "4+2", "6+2", "0+1"));
  EXPECT_EQ(bench.Stat("iotlb"), 9u);
}

TEST(InvalidationQueue, EveryKindGoesWhereItsCacheIs) {
  QueueBench bench(Config());
  bench.DevicesCompleteAfter(50);
  bench.CommandAt(1'000, InvalidationKind::kContext, Granularity::kGlobal);
  (*bench.CommandAt(2'000, InvalidationKind::kPasidCache, Granularity::kPasid)).what.pasid = Pasid(5);
  (*bench.CommandAt(3'000, InvalidationKind::kPasidIotlb, Granularity::kPage, 0x3000)).what.pasid = Pasid(5);
  bench.CommandAt(4'000, InvalidationKind::kInterruptEntry, Granularity::kPage, 7);
  InvalidationCommand* device = bench.DeviceTlbAt(5'000, QueueBench::kDevice1);
  device->what.what.kind = InvalidationKind::kPasidDeviceTlb;
  device->what.pasid = Pasid(5);
  bench.CommandAt(6'000, InvalidationKind::kHostPermission, Granularity::kPage, 0x8000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "iotlb"),
              ElementsAre("iotlb 1110 request invalidation 0x0", "iotlb 2110 request invalidation 0x0",
                          "iotlb 3110 request invalidation 0x3000", "iotlb 6110 request invalidation 0x8000"));
  EXPECT_THAT(Lines(bench.log, "interrupts"), ElementsAre("interrupts 4110 request invalidation 0x7"));
  ASSERT_EQ(bench.Seen("port1").size(), 1u);
  const Tlp& request = bench.Seen("port1")[0].tlp;
  EXPECT_EQ(request.kind, TlpKind::kInvalidateRequest);
  EXPECT_EQ(request.pasid, Pasid(5));
  EXPECT_EQ(request.virtual_address, 0x5000u);
  EXPECT_EQ(bench.Answered(device), 5'160u);
  for (const char* name : {"context", "pasid_cache", "pasid_iotlb", "interrupt_entry", "device_tlb", "host_permission",
                           "invalidate_completions"}) {
    EXPECT_EQ(bench.Stat(name), 1u) << name;
  }
}

// It is on its way when it is executed; the page request queue sends it on.
TEST(InvalidationQueue, APageGroupResponseGoesToThePageRequestQueueWithTheStoryOfItsRequests) {
  QueueBench bench(Config());
  InvalidationCommand* response = bench.CommandAt(1'000, InvalidationKind::kPageGroupResponse);
  response->page_group.group = 9;
  bench.Run();
  EXPECT_EQ(bench.Placed(response), 1'000u);
  EXPECT_EQ(bench.Answered(response), 1'110u);
  ASSERT_THAT(Lines(bench.log, "page_responses"), ElementsAre("page_responses 1110 request page_response 0x0"));
  const Tlp& message = bench.Seen("page_responses")[0].tlp;
  EXPECT_EQ(message.page_group, 9u);
  EXPECT_EQ(message.requester, QueueBench::kDevice0);
  EXPECT_THAT(Segments(message.ledger), ElementsAre("page_response 1000..1110"));
  EXPECT_EQ(bench.Stat("page_responses"), 1u);
}

TEST(InvalidationQueue, SaysWhatItWaitsFor) {
  QueueBench bench(Config());
  bench.DeviceTlbAt(1'000, QueueBench::kDevice0, 1);
  bench.DeviceTlbAt(1'000, QueueBench::kDevice0, 1);
  bench.Run(5'000);
  EXPECT_EQ(bench.queue.Situation(),
            "iommu0.invalidation_queue waits for a free ITag of device 256 (1 descriptors in flight, 1 of them "
            "invalidate requests, 0 waits)");
  EXPECT_EQ(bench.queue.blocked_by(), InvalidationQueueCore::Block::kItag);
}

}  // namespace
}  // namespace siov
