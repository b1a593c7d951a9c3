// SPDX-License-Identifier: Apache-2.0
// The page request queue and the fault service behind it, with exact times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

// enqueue 20, visible 60 later, wake-up 300, service 2,000, response 30.
TEST(PriQueue, StoresTheRequestWakesTheHostAndAnswersByTheSamePort) {
  FaultBench bench(FaultBench::Queue(8));
  bench.At(1000, 3, 0x5000, 17, true, 1);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(Lines(bench.log, "response1").front(), "response1 3410 request page_response 0x0");
  const Tlp& response = bench.responses[0].tlp;
  EXPECT_EQ(response.page_group, 17u);
  EXPECT_EQ(response.response_code, PageResponseCode::kSuccess);
  EXPECT_THAT(Segments(response.ledger),
              ElementsAre("page_request 1000..1020", "page_request 1020..1080", "page_event 1080..1380",
                          "page_fault 1380..3380", "page_response 3380..3410"));
  EXPECT_THAT(bench.forgotten, ElementsAre(std::pair<std::uint32_t, std::uint64_t>(3, 0x5000)));
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), 0x5000));
  EXPECT_EQ(FaultBench::Stat(bench.memory, "written_bytes"), 32u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(PriQueue, PageIsNotResidentBeforeItsFaultIsServed) {
  FaultBench bench(FaultBench::Queue(8));
  bench.At(1000, 3, 0x5000, 17);
  bench.simulation.agenda.RunUntil(3379);
  EXPECT_FALSE(bench.spaces.IsResident(Pasid(3), 0x5000));
  bench.simulation.agenda.RunUntil(3380);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), 0x5000));
}

// One handler: the second request is found by the same pass and waits for the handler, not for another wake-up.
TEST(PriQueue, OneWakeUpReadsAllThatIsThere) {
  FaultBench bench(FaultBench::Queue(8));
  bench.At(1000, 3, 0x5000, 1);
  bench.At(1100, 3, 0x6000, 2);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[1].at, 5410u);
  EXPECT_THAT(Segments(bench.responses[1].tlp.ledger),
              ElementsAre("page_request 1100..1120", "page_request 1120..1180", "page_event 1180..1380",
                          "page_fault_wait 1380..3380", "page_fault 3380..5380", "page_response 5380..5410"));
  EXPECT_EQ(bench.Served("wakeups"), 1u);
  EXPECT_EQ(bench.Served("passes"), 1u);
  EXPECT_EQ(bench.Stat("events"), 1u);
}

// Reading costs 100 an entry and two are read at a time: the third waits for the second pass.
TEST(PriQueue, EntriesAreReadInBatches) {
  FaultServiceConfig config = FaultBench::Handlers(8);
  config.entry_ps = 100;
  config.batch_entries = 2;
  FaultBench bench(FaultBench::Queue(8), config);
  for (std::uint16_t i = 0; i < 3; ++i) bench.At(1000, 3, 0x5000 + 0x1000u * i, i);
  bench.Run();
  EXPECT_EQ(bench.Served("passes"), 2u);
  EXPECT_EQ(bench.responses[1].at, 1380u + 200 + 2000 + 30);
  EXPECT_EQ(bench.responses[2].at, 1580u + 100 + 2000 + 30);
  EXPECT_THAT(Segments(bench.responses[2].tlp.ledger),
              ElementsAre("page_request 1000..1020", "page_request 1020..1080", "page_fault_wait 1080..1580",
                          "page_fault 1580..1680", "page_fault 1680..3680", "page_response 3680..3710"));
}

TEST(PriQueue, PagesOfAGroupAreServedTogetherAndMajorFaultsTakeLonger) {
  FaultServiceConfig config = FaultBench::Handlers();
  config.major_fraction = 1.0;
  FaultBench bench(FaultBench::Queue(8), config);
  bench.At(1000, 3, 0x5000, 1, false);
  bench.At(1000, 3, 0x6000, 1);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].at, 1380u + 100'000 + 30);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), 0x5000));
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), 0x6000));
  EXPECT_EQ(bench.Served("major_faults"), 2u);
  EXPECT_EQ(bench.Served("served"), 1u);
}

// The host hands a guest's fault over in 50, the guest serves in 700 one group after the other, the answer takes 40.
TEST(PriQueue, FaultsOfNestedSpacesAreServedByTheGuest) {
  FaultServiceConfig config = FaultBench::Handlers(2);
  config.guest_inject_ps = 50;
  config.guest_service = Distribution::Constant(700);
  config.guest_respond_ps = 40;
  AddressSpaceClass space = FaultBench::Absent();
  space.stages = TranslationStages::kNested;
  space.second_format = TableFormat::kX86FourLevel;
  space.pasids_per_domain = 2;
  FaultBench bench(FaultBench::Queue(8), config, space);
  bench.At(1000, 3, 0x5000, 1);
  bench.At(1000, 4, 0x5000, 2);  // the same guest
  bench.At(1000, 5, 0x5000, 3);  // another
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 3u);
  EXPECT_EQ(bench.responses[0].at, 1380u + 50 + 700 + 40 + 30);
  EXPECT_EQ(bench.responses[1].at, 1380u + 100 + 700 + 40 + 30);  // two host threads, then its own guest
  EXPECT_EQ(bench.responses[2].at, 1380u + 50 + 1400 + 40 + 30);
  EXPECT_EQ(bench.Served("guest_groups"), 3u);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(4), 0x5000));
}

TEST(PriQueue, UnknownPasidIsInvalidWithoutBotheringTheHost) {
  FaultBench bench(FaultBench::Queue(4));
  bench.At(1000, 500, 0x5000, 1);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kInvalidRequest);
  EXPECT_EQ(bench.responses[0].at, 1030u);
  EXPECT_EQ(bench.Stat("table_errors"), 1u);
  EXPECT_EQ(bench.Served("events"), 0u);
}

TEST(PriQueue, WriteToAReadOnlySpaceIsInvalid) {
  AddressSpaceClass space = FaultBench::Absent();
  space.read_only = true;
  FaultBench bench(FaultBench::Queue(4), FaultBench::Handlers(), space);
  (*bench.At(1000, 3, 0x5000, 1)).wants_write = true;
  bench.Run();
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kInvalidRequest);
  EXPECT_EQ(bench.Served("failed"), 1u);
  EXPECT_EQ(bench.Stat("responses.invalid"), 1u);
}

// A page is taken away once in a while: table first, then IOTLB, device and a wait; it counts as resident until that is
// done, and its next fault is a major one.
TEST(FaultService, SwappedOutPagesAreInvalidatedAndComeBackByMajorFaults) {
  FaultServiceConfig config = FaultBench::Handlers();
  config.swap_out_per_second = 1e6;
  FaultBench bench(FaultBench::Queue(8), config);
  bench.At(1000, 3, 0x5000, 1);
  bench.simulation.agenda.RunUntil(3380);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), 0x5000));
  bench.simulation.agenda.RunUntil(50 * kPsPerUs);
  EXPECT_FALSE(bench.spaces.IsResident(Pasid(3), 0x5000));
  ASSERT_EQ(bench.executed.size(), 4u);  // the response, and these
  EXPECT_EQ(bench.executed[1].kind, InvalidationKind::kPasidIotlb);
  EXPECT_EQ(bench.executed[1].granularity, InvalidationGranularity::kPage);
  EXPECT_EQ(bench.executed[2].kind, InvalidationKind::kPasidDeviceTlb);
  EXPECT_EQ(bench.executed[3].kind, InvalidationKind::kWait);
  EXPECT_EQ(bench.Served("swapped_out"), 1u);
  EXPECT_EQ(bench.service.resident_bytes().level(), 0u);
  bench.At(50 * kPsPerUs, 3, 0x5000, 2);
  bench.simulation.agenda.RunUntil(50 * kPsPerUs + 50'500);
  EXPECT_EQ(bench.Served("major_faults"), 1u);
  EXPECT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[1].at, 50 * kPsPerUs + 380 + 50'000 + 30);
  EXPECT_EQ(bench.Served("copied_bytes"), 2 * 4096u);  // out, and back
}

// The ring of one place is full until its entry was read, though what told of it was cleared before: the request that
// is lost meanwhile is told of by an event of its own, a second one by none.
TEST(PriQueue, AnOverflowIsToldOfOnceWhenNothingElseIs) {
  FaultServiceConfig config = FaultBench::Handlers(8);
  config.entry_ps = 100;
  FaultBench bench(FaultBench::Queue(2), config);
  bench.At(1000, 3, 0x5000, 1);  // told of at 1080, read from 1380 to 1480
  bench.simulation.agenda.RunUntil(1390);
  EXPECT_EQ(bench.Stat("events"), 1u);
  bench.At(1400, 3, 0x6000, 2);
  bench.simulation.agenda.RunUntil(1401);
  EXPECT_EQ(bench.Stat("overflows"), 1u);
  EXPECT_EQ(bench.Stat("events"), 2u);
  bench.At(1410, 3, 0x7000, 3);
  bench.Run();
  EXPECT_EQ(bench.Stat("overflows"), 2u);
  EXPECT_EQ(bench.Stat("events"), 2u);
  EXPECT_EQ(bench.Stat("responses.hardware"), 2u);
  EXPECT_EQ(bench.Served("events"), 2u);
}

}  // namespace
}  // namespace siov
