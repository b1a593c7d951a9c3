// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/translation/fault_reason.h"
#include "tests/support/atc_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bench = AtcBench;

AtcConfig Config(std::uint32_t entries = 8) { return SmallAtc(entries); }

TEST(Atc, MissAsksAndAHitLeavesTranslatedAtOnce) {
  Bench bench(Config());
  Tlp* miss = bench.At(1000, TlpKind::kMemoryRead, 3, 0x5010);
  Tlp* hit = bench.At(5000, TlpKind::kMemoryRead, 3, 0x5040);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 1010 request translation 0x5000", "port 1310 request read 0x10000005010",
                          "port 5010 request read 0x10000005040"));
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 1310 release read 0x10000005010", "engine 1610 answer read 0x10000005010",
                          "engine 5010 release read 0x10000005040", "engine 5310 answer read 0x10000005040"));
  EXPECT_THAT(Segments(miss->ledger), ElementsAre("atc 1000..1010", "memory 1010..1310", "memory 1310..1610"));
  EXPECT_EQ(hit->at, AddressType::kTranslated);
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 2u);
}

TEST(Atc, LookupsStartOneIntervalApart) {
  AtcConfig config = Config();
  config.lookup_interval_ps = 4;
  Bench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(10'000, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* waits = bench.At(10'003, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* free = bench.At(10'008, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(Segments(waits->ledger).front(), "atc_wait 10003..10004");
  EXPECT_EQ(Segments(free->ledger).front(), "atc 10008..10018");
}

TEST(Atc, EqualPagesShareARequestAndSlotsAreGivenInOrder) {
  AtcConfig config = Config();
  config.outstanding_requests = 1;
  Bench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* merged = bench.At(100, TlpKind::kMemoryRead, 3, 0x5040);
  Tlp* waits = bench.At(101, TlpKind::kMemoryRead, 4, 0x5000);
  bench.At(400, TlpKind::kMemoryRead, 3, 0x5080);  // hits under the other's miss
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 10 request translation 0x5000", "port 310 request read 0x10000005000",
                          "port 310 request read 0x10000005040", "port 310 request translation 0x5000",
                          "port 410 request read 0x10000005080", "port 610 request read 0x10000005000"));
  EXPECT_THAT(Segments(merged->ledger), ElementsAre("atc 100..110", "ats_wait 110..310", "memory 310..610"));
  EXPECT_EQ(Segments(waits->ledger)[1], "atc_wait 111..310");
  EXPECT_EQ(bench.Stat("merged"), 1u);
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
}

TEST(Atc, LargePageServesItsNeighboursAlsoThoseThatWaitForASlot) {
  AtcConfig config = Config();
  config.outstanding_requests = 1;
  Bench bench(config);
  bench.translate = [](Tlp&) { return Answer(true, true, kPageShift2M); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x2000);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x1F'F000);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 1010 request read 0x100001ff000");
}

// ATS-12, ATS-21: a missing right is asked for again, not a fault; the retried request does not use the old entry.
TEST(Atc, WriteThroughAReadOnlyEntryAsksAgain) {
  Bench bench(Config());
  bool writable = false;
  bench.translate = [&](Tlp&) { return Answer(true, writable); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1000);
  writable = true;
  bench.At(2000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 2310 request write 0x10000005000");
  EXPECT_EQ(bench.Stat("rights_misses"), 1u);
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

// ATS-06, PRI-04: no access now is asked for, waited for, and asked again.
TEST(Atc, AbsentPageIsRequestedAndTriedAgain) {
  Bench bench(Config());
  bool there = false;
  bench.translate = [&](Tlp&) { return Answer(there, there); };
  Tlp* read = bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* merged = bench.At(500, TlpKind::kMemoryWrite, 3, 0x5040);
  merged->job = nullptr;
  bench.port.on_arrival = [&](Tlp& payload) {
    if (payload.kind == TlpKind::kPageRequest) {
      EXPECT_TRUE(payload.wants_read);
      EXPECT_FALSE(payload.wants_write);
      EXPECT_TRUE(payload.last_in_group);
      there = true;
    }
    bench.OnArrival(payload);
  };
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 10 request translation 0x5000", "port 310 request page_request 0x5000",
                          "port 1310 request translation 0x5000", "port 1610 request read 0x10000005000",
                          "port 1610 request write 0x10000005040"));
  EXPECT_THAT(Segments(read->ledger), ElementsAre("atc 0..10", "memory 10..310", "page_fault 310..1310",
                                                  "memory 1310..1610", "memory 1610..1910"));
  EXPECT_EQ(bench.job.faults, 1u);
  EXPECT_EQ(bench.Stat("page_responses.success"), 1u);
  EXPECT_EQ(bench.Stat("no_access_answers"), 1u);
}

TEST(Atc, RetriesEndAtTheLimit) {
  AtcConfig config = Config();
  config.pri.retry_limit = 2;
  Bench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"), ElementsAre("engine 2910 answer read 0x5000 status=1"));
  EXPECT_EQ(bench.Stat("translation_requests"), 3u);
  EXPECT_EQ(bench.Stat("page_requests"), 2u);
  EXPECT_EQ(bench.Stat("retries_exhausted"), 1u);
}

TEST(Atc, InvalidResponseFailsItsRequests) {
  Bench bench(Config());
  bench.code = PageResponseCode::kInvalidRequest;
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"), ElementsAre("engine 1310 answer write 0x5000 status=1"));
  EXPECT_EQ(bench.Stat("page_responses.invalid"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 1u);
}

// PRI-06: after Response Failure nothing is asked any more, and late responses count for nothing.
TEST(Atc, ResponseFailureStopsThePageRequestInterface) {
  Bench bench(Config());
  bench.code = PageResponseCode::kFailure;
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(100, TlpKind::kMemoryRead, 4, 0x5000);
  bench.At(5000, TlpKind::kMemoryRead, 5, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 1310 answer read 0x5000 status=1", "engine 1310 answer read 0x5000 status=1",
                          "engine 5310 answer read 0x5000 status=1"));
  EXPECT_EQ(bench.Stat("page_requests"), 2u);
  EXPECT_EQ(bench.Stat("page_responses.failure"), 1u);
}

TEST(Atc, WithoutPageRequestsAnAbsentPageIsGivenBackAsAPageFault) {
  AtcConfig config = Config();
  config.pri.enabled = false;
  Bench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, false); };
  Tlp* write = bench.At(0, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"), ElementsAre("engine 310 answer write 0x5000 status=4"));
  EXPECT_THAT(Segments(write->ledger), ElementsAre("atc 0..10", "memory 10..310"));
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

// PRI-02: every page request holds a credit until its response.
TEST(Atc, PageRequestsWaitForCredits) {
  AtcConfig config = Config();
  config.pri.allocation = 1;
  Bench bench(config);
  std::vector<std::uint32_t> asked;
  bench.translate = [&](Tlp& request) {
    const std::uint32_t pasid = request.pasid.value();
    const bool again = std::find(asked.begin(), asked.end(), pasid) != asked.end();
    asked.push_back(pasid);
    return Answer(again, again);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* waits = bench.At(1, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 1610 release read 0x10000005000", "engine 1910 answer read 0x10000005000",
                          "engine 2610 release read 0x10000005000", "engine 2910 answer read 0x10000005000"));
  EXPECT_EQ(Segments(waits->ledger)[2], "page_fault_wait 311..1310");
}

TEST(Atc, UnexpectedResponseIsCountedAndIgnored) {
  Bench bench(Config());
  Tlp* response = bench.messages.Packet(TlpKind::kPageGroupResponse, 0, 0);
  response->page_group = 7;
  bench.messages.SendAt(100, *response);
  bench.Run();
  EXPECT_EQ(bench.Stat("page_responses.unexpected"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

// ATS-07: UR means this function may not use ATS; CA is about one request only.
TEST(Atc, UnsupportedRequestStopsTranslationCompleterAbortDoesNot) {
  Bench bench(Config());
  bench.port.behaviour.status = CompletionStatus::kCompleterAbort;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1000);
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 310 answer read 0x5000 status=1", "engine 1310 answer read 0x5000 status=1",
                          "engine 2010 answer read 0x5000 status=1"));
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
  EXPECT_EQ(bench.Stat("refused_translations"), 2u);
}

// The completion record's page is known; the data write before it still waits for its translation.
TEST(Atc, PostedWritesKeepTheirOrderReadsDoNotWait) {
  Bench bench(Config());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000);
  Tlp* record = bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000);
  bench.At(1002, TlpKind::kMemoryRead, 3, 0x1040);
  bench.Run();
  const auto lines = Lines(bench.log, "port");
  EXPECT_THAT(std::vector<std::string>(lines.begin() + 2, lines.end()),
              ElementsAre("port 1010 request translation 0x9000", "port 1012 request read 0x10000001040",
                          "port 1310 request write 0x10000009000", "port 1310 request write 0x10000001000"));
  EXPECT_THAT(Segments(record->ledger), ElementsAre("atc 1001..1011", "order_wait 1011..1310"));
  EXPECT_EQ(bench.Stat("ordered_writes"), 1u);
}

// Order is owed within a job stream: neither another PASID's write nor another context's waits.
TEST(Atc, AWriteThatWaitsHoldsUpItsOwnJobStreamOnly) {
  Bench bench(Config());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1001, TlpKind::kMemoryWrite, 4, 0x1000);
  bench.At(1002, TlpKind::kMemoryWrite, 3, 0x1040)->job_stream = 1;
  bench.At(1003, TlpKind::kMemoryWrite, 3, 0x1080);
  bench.Run();
  const auto lines = Lines(bench.log, "port");
  EXPECT_THAT(std::vector<std::string>(lines.begin() + 4, lines.end()),
              ElementsAre("port 1010 request translation 0x9000", "port 1011 request write 0x10000001000",
                          "port 1012 request write 0x10000001040", "port 1310 request write 0x10000009000",
                          "port 1310 request write 0x10000001080"));
  EXPECT_EQ(bench.Stat("ordered_writes"), 1u);
}

// A strict write is behind older relaxed ones, which are behind nobody.
TEST(Atc, RelaxedWritesPassAndAreNotPassed) {
  Bench bench(Config());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000)->relaxed_ordering = true;
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000)->relaxed_ordering = true;
  bench.At(1002, TlpKind::kMemoryWrite, 3, 0x1040);
  bench.Run();
  const auto lines = Lines(bench.log, "port");
  EXPECT_THAT(std::vector<std::string>(lines.begin() + 2, lines.end()),
              ElementsAre("port 1010 request translation 0x9000", "port 1011 request write 0x10000001000",
                          "port 1310 request write 0x10000009000", "port 1310 request write 0x10000001040"));
}

TEST(Atc, FailedWriteLetsYoungerOnesGo) {
  AtcConfig config = Config();
  config.pri.enabled = false;
  Bench bench(config);
  bench.translate = [](Tlp& request) {
    const bool there = request.virtual_address == 0x1000;
    return Answer(there, there);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryWrite, 3, 0x9000);
  bench.At(1001, TlpKind::kMemoryWrite, 3, 0x1000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 310 release read 0x10000001000", "engine 610 answer read 0x10000001000",
                          "engine 1310 answer write 0x9000 status=4", "engine 1310 release write 0x10000001000"));
}

TEST(Atc, EntriesAreReplaced) {
  Bench bench(Config(1));
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x2000);
  bench.At(2000, TlpKind::kMemoryRead, 3, 0x1000);
  bench.Run();
  EXPECT_EQ(bench.Stat("evictions"), 2u);
  EXPECT_EQ(bench.Stat("misses"), 3u);
}

// What one tenant class does never evicts what another holds.
TEST(Atc, PartitionsKeepTenantClassesApart) {
  CacheGeometry geometry;
  geometry.entries = 4;
  geometry.partitions = 2;
  AddressSpaceClass quiet;
  quiet.first_pasid = 1;
  AddressSpaceClass noisy;
  noisy.first_pasid = 2;
  noisy.cache_partition = 1;
  AtcEntries entries(geometry, CachePartitions({quiet, noisy}));
  entries.Insert(Pasid(1), 0x5000, Answer(true, true));
  for (std::uint64_t page = 0; page < 8; ++page) entries.Insert(Pasid(2), page << 12, Answer(true, true));
  EXPECT_NE(entries.Lookup(Pasid(1), 0x5000), nullptr);
  EXPECT_EQ(entries.size(), 3u);
}

// One right is enough to use a page, and so to find it smaller than the unit that was asked for.
TEST(Atc, AnAnswerSmallerThanTheUnitIsRefusedWhateverItsRight) {
  AtcConfig config = SmallAtc();
  config.smallest_translation_unit = 1;
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(true, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x6000);
  bench.Run();
  EXPECT_EQ(bench.Stat("undersized_translations"), 1u);
  EXPECT_EQ(bench.Stat("refused_translations"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 1u);
}

}  // namespace
}  // namespace siov
