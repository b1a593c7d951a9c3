// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/iotlb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/iotlb_bench.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Bench = ::siov::testing::IotlbBench;

using ::siov::testing::SmallIotlb;

TEST(Iotlb, MissWalksThenGoesToMemoryAndAHitGoesAtOnce) {
  Bench bench(SmallIotlb(8));
  Tlp* miss = bench.At(1000, TlpKind::kMemoryRead, 3, 0x5010);
  bench.At(5000, TlpKind::kMemoryRead, 3, 0x5FC0);
  bench.Run();
  EXPECT_THAT(Lines(bench.log),
              ElementsAre("walker 1010 request walk 0x5010", "memory 1310 request read 0x10000005010",
                          "port 1310 release read 0x10000005010", "port 1410 answer read 0x10000005010",
                          "memory 5010 request read 0x10000005fc0", "port 5010 release read 0x10000005fc0",
                          "port 5110 answer read 0x10000005fc0"));
  EXPECT_THAT(Segments(miss->ledger), ElementsAre("iotlb 1000..1010", "walk 1010..1310", "memory 1310..1410"));
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.Stat("misses"), 1u);
}

TEST(Iotlb, LookupsStartOneIntervalApart) {
  Bench bench(SmallIotlb(8, 4));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(10'000, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* waits = bench.At(10'001, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(10'008, TlpKind::kMemoryRead, 3, 0x5000);  // the port is free again in this instant
  bench.Run();
  std::vector<Picoseconds> at_memory;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "memory") at_memory.push_back(event.time);
  }
  EXPECT_THAT(at_memory, ElementsAre(310, 10'010, 10'014, 10'018));
  EXPECT_EQ(Segments(waits->ledger).front(), "iotlb_wait 10001..10004");
}

TEST(Iotlb, MissesOfOnePageShareAWalkAndLargePagesServeTheirNeighbours) {
  Bench bench(SmallIotlb(8));
  bench.answer.page_shift = kPageShift2M;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x20'5000);
  Tlp* merged = bench.At(50, TlpKind::kMemoryRead, 3, 0x20'5040);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x3F'F000);  // same 2 MiB page
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "walker"), ElementsAre("walker 10 request walk 0x205000"));
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 310 request read 0x10000205000", "memory 310 request read 0x10000205040",
                          "memory 1010 request read 0x100003ff000"));
  EXPECT_THAT(Segments(merged->ledger), ElementsAre("iotlb 50..60", "walk_wait 60..310", "memory 310..410"));
  EXPECT_EQ(bench.Stat("merged"), 1u);
}

TEST(Iotlb, MissSlotsAreGivenInOrderOfArrival) {
  Bench bench(SmallIotlb(8, 0, 1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  Tlp* second = bench.At(1, TlpKind::kMemoryRead, 3, 0x2000);
  bench.At(2, TlpKind::kMemoryRead, 4, 0x1000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "walker"), ElementsAre("walker 10 request walk 0x1000", "walker 310 request walk 0x2000",
                                                      "walker 610 request walk 0x1000"));
  EXPECT_EQ(Segments(second->ledger)[1], "iotlb_wait 11..310");
}

// The page that frees the slot is large enough for the miss that waits for it.
TEST(Iotlb, WaitingMissUsesWhatWasFilledMeanwhile) {
  Bench bench(SmallIotlb(8, 0, 1));
  bench.answer.page_shift = kPageShift2M;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x2000);
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "walker").size(), 1u);
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 310 request read 0x10000001000", "memory 310 request read 0x10000002000"));
}

TEST(Iotlb, TranslationRequestsAreAnsweredWithoutMemory) {
  Bench bench(SmallIotlb(8));
  bench.answer.write = false;
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 310 release translation 0x5000", "port 310 answer translation 0x5000"));
  EXPECT_THAT(Lines(bench.log, "memory"), IsEmpty());
  EXPECT_EQ(request->translation.address, 0x100'0000'5000u);
  EXPECT_TRUE(request->translation.read);
  EXPECT_FALSE(request->translation.write);
}

// Survivor of a mutation: pages behind the first cost the port nothing.
TEST(Iotlb, FurtherPagesOfATranslationRequestTakeTheirTurnsAtTheLookupPort) {
  Bench bench(SmallIotlb(8, 4));
  for (std::uint64_t page = 0; page < 4; ++page) bench.At(page, TlpKind::kMemoryRead, 3, 0x4000 + 0x1000 * page);
  Tlp* request = bench.At(10'000, TlpKind::kTranslationRequest, 3, 0x4000);
  request->translations = 4;
  request->length_bytes = 32;
  Tlp* waits = bench.At(10'011, TlpKind::kMemoryRead, 3, 0x4000);
  bench.Run();
  EXPECT_EQ(request->translations, 4);
  // Its first lookup ends at 10010; three more start there, 4 apart.
  EXPECT_EQ(Segments(waits->ledger).front(), "iotlb_wait 10011..10022");
}

TEST(Iotlb, AbsentPagesAreAnsweredNoAccessAndNeverHeld) {
  Bench bench(SmallIotlb(8));
  bench.answer = Translation{};
  bench.answer.fault_reason = kFirstStageNotPresent;
  Tlp* first = bench.At(0, TlpKind::kTranslationRequest, 3, 0x5000);
  bench.At(1000, TlpKind::kTranslationRequest, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(first->status, CompletionStatus::kSuccess);
  EXPECT_FALSE(first->translation.read || first->translation.write);
  EXPECT_EQ(Lines(bench.log, "walker").size(), 2u);
  EXPECT_EQ(bench.Stat("no_access_answers"), 2u);
}

TEST(Iotlb, TranslationIntoTheInterruptWindowIsAborted) {
  Bench bench(SmallIotlb(8));
  bench.answer = Translation{};
  bench.answer.fault_reason = kInterruptRange;
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 3, 0x5000);
  Tlp* read = bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(request->status, CompletionStatus::kCompleterAbort);
  EXPECT_EQ(read->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(bench.Stat("aborted_answers"), 1u);
}

TEST(Iotlb, UntranslatedAccessWithoutTheRightIsRefusedOrDropped) {
  Bench bench(SmallIotlb(8));
  bench.answer.write = false;
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x5000);
  Tlp* read = bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(read->status, CompletionStatus::kSuccess);
  EXPECT_EQ(bench.Stat("dropped_writes"), 2u);
  EXPECT_THAT(Lines(bench.log, "memory"), ElementsAre("memory 1010 request read 0x10000005000"));
  bench.answer = Translation{};
  bench.answer.fault_reason = kFirstStageNotPresent;
  bench.At(3000 + kPsPerMs, TlpKind::kMemoryRead, 4, 0x5000);
  bench.simulation.agenda.RunUntil(2 * kPsPerMs);
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 1000003310 answer read 0x5000 status=1");
  EXPECT_EQ(bench.Stat("refused_reads"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 2u);  // the two reads, which are the port's
}

// What is translated already waits for an older write that walks: order is the root port's and the traffic class's,
// whoever asks. Another port's and another class's requests do not wait.
TEST(Iotlb, NothingPassesOlderWritesOfItsPortAndTrafficClass) {
  Bench bench(SmallIotlb(8));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000, 0x0200);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000);
  bench.At(1002, TlpKind::kMemoryWrite, 3, 0x1040, 0x0200);
  bench.At(1003, TlpKind::kMemoryRead, 3, 0x1080);
  bench.At(1004, TlpKind::kMemoryRead, 3, 0x10C0)->traffic_class = 1;
  Tlp* other = bench.other_port.Packet(TlpKind::kMemoryRead, 0x1100, 64);
  other->requester = 0x0100;
  other->pasid = Pasid(3);
  other->virtual_address = 0x1100;
  bench.other_port.SendAt(1005, *other);
  std::vector<std::string> waited;
  bench.memory.on_arrival = [&](Tlp& payload) { waited.push_back(Segments(payload.ledger).back()); };
  bench.Run();
  const auto lines = Lines(bench.log, "memory");
  EXPECT_THAT(std::vector<std::string>(lines.begin() + 2, lines.end()),
              ElementsAre("memory 1014 request read 0x100000010c0", "memory 1015 request read 0x10000001100",
                          "memory 1310 request write 0x10000009000", "memory 1310 request write 0x10000001000",
                          "memory 1310 request write 0x10000001040", "memory 1310 request read 0x10000001080"));
  EXPECT_EQ(waited[5], "order_wait 1011..1310");
  EXPECT_EQ(waited[6], "order_wait 1012..1310");
  EXPECT_EQ(waited[7], "order_wait 1013..1310");
  EXPECT_EQ(bench.Stat("ordered_writes"), 2u);
  EXPECT_EQ(bench.Stat("ordered_reads"), 1u);
}

// Its own walk goes on meanwhile. A translation request is a read.
TEST(Iotlb, AReadBehindAMissingWriteTakesAtLeastTheWritesTranslation) {
  Bench bench(SmallIotlb(8));
  bench.walker.on_arrival = [&bench](Walk& walk) {
    walk.translation = bench.answer;
    walk.translation.address = 0x100'0000'0000 + walk.address;
    bench.walker.behaviour.answer_after = walk.address == 0x9000 ? 900 : 300;
  };
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(2, TlpKind::kTranslationRequest, 3, 0x1000);
  bench.At(3, TlpKind::kMemoryRead, 3, 0x2000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 910 request write 0x10000009000", "memory 910 request read 0x10000001000",
                          "memory 910 request read 0x10000002000"));
  EXPECT_THAT(Lines(bench.log, "port"), Contains("port 910 answer translation 0x1000"));
  EXPECT_EQ(bench.Stat("ordered_reads"), 3u);
}

// A read that is refused goes no further, and holds nobody up.
TEST(Iotlb, ARefusedReadIsAnsweredAtOnce) {
  Bench bench(SmallIotlb(8));
  bench.walker.on_arrival = [&bench](Walk& walk) {
    walk.translation = bench.answer;
    walk.translation.address = 0x100'0000'0000 + walk.address;
    if (walk.address == 0x1000) walk.translation.fault_reason = kFirstStageNotPresent;
    bench.walker.behaviour.answer_after = walk.address == 0x9000 ? 900 : 300;
  };
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(2, TlpKind::kMemoryRead, 3, 0x2000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"), Contains("port 311 answer read 0x1000 status=1"));
  EXPECT_EQ(Lines(bench.log, "memory").back(), "memory 910 request read 0x10000002000");
}

TEST(Iotlb, RelaxedWritesPassAndAreNotPassed) {
  Bench bench(SmallIotlb(8));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000)->relaxed_ordering = true;
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000)->relaxed_ordering = true;
  bench.At(1002, TlpKind::kMemoryWrite, 3, 0x1040);
  bench.Run();
  const auto lines = Lines(bench.log, "memory");
  EXPECT_THAT(std::vector<std::string>(lines.begin() + 1, lines.end()),
              ElementsAre("memory 1011 request write 0x10000001000", "memory 1310 request write 0x10000009000",
                          "memory 1310 request write 0x10000001040"));
}

TEST(Iotlb, DroppedWriteLetsYoungerOnesGo) {
  Bench bench(SmallIotlb(8));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000);
  bench.walker.on_arrival = [&](Walk& walk) {
    walk.translation = Translation{};
    walk.translation.read = walk.translation.write = walk.address == 0x1000;
    if (walk.address != 0x1000) walk.translation.fault_reason = kFirstStageNotPresent;
  };
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "memory").back(), "memory 1310 request write 0x0");
  EXPECT_EQ(bench.Stat("dropped_writes"), 1u);
}

TEST(Iotlb, RequestsWithoutPasidPassThrough) {
  Bench bench(SmallIotlb(8));
  bench.At(0, TlpKind::kMemoryRead, 0, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"), ElementsAre("memory 10 request read 0x5000"));
  EXPECT_EQ(bench.Stat("without_pasid"), 1u);
}

TEST(Iotlb, AnswersReturnToThePortTheyCameBy) {
  Bench bench(SmallIotlb(8));
  Tlp* read = bench.other_port.Packet(TlpKind::kMemoryRead, 0x5000, 64);
  read->pasid = Pasid(1);
  read->virtual_address = 0x5000;
  bench.other_port.SendAt(0, *read);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "other_port"),
              ElementsAre("other_port 310 release read 0x10000005000", "other_port 410 answer read 0x10000005000"));
  EXPECT_EQ(read->route_depth(), 0u);
}

TEST(Iotlb, InvalidatedAndEvictedPagesWalkAgain) {
  Bench bench(SmallIotlb(1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x2000);
  bench.At(2000, TlpKind::kMemoryRead, 3, 0x1000);
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "walker").size(), 3u);
  EXPECT_EQ(bench.Stat("evictions"), 2u);
  bench.Forget(Pasid(3), 0x1008);
  EXPECT_EQ(bench.Stat("invalidated"), 1u);
  bench.At(2 * kPsPerMs, TlpKind::kMemoryRead, 3, 0x1000);
  bench.simulation.agenda.RunUntil(3 * kPsPerMs);
  EXPECT_EQ(Lines(bench.log, "walker").size(), 4u);
}

}  // namespace
}  // namespace siov
