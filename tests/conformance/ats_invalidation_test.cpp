// SPDX-License-Identifier: Apache-2.0
// ATS invalidation as a device must do it (docs/requirements/ats.md, ATS-15 to ATS-19), seen at its port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Reads `address` of each PASID, then does it again after an invalidation: who has to ask again?
std::vector<std::uint32_t> AskedAgain(const InvalidateRequest& request, const std::vector<Pasid>& pasids,
                                      const std::vector<std::uint64_t>& addresses) {
  AtcBench bench(SmallAtc(64));
  std::vector<std::uint32_t> asked_again;
  bool invalidated = false;
  bench.translate = [&](Tlp& payload) {
    if (invalidated) asked_again.push_back(payload.pasid.value());
    return Answer(true, true);
  };
  Picoseconds at = 0;
  const auto read_all = [&] {
    for (const Pasid pasid : pasids) {
      for (const std::uint64_t address : addresses) bench.At(at += 10, TlpKind::kMemoryRead, pasid.value(), address);
    }
  };
  read_all();
  InvalidateAt(bench, 10'000, request);
  at = 20'000;
  read_all();
  bench.simulation.agenda.RunUntil(15'000);
  invalidated = true;
  bench.Run();
  EXPECT_THAT(Completions(bench), SizeIs(1));
  return asked_again;
}

TEST(Conformance, ATS_15_WithoutPasidEveryPasidEntryGoesAndOthersByRange) {
  const auto asked =
      AskedAgain({kNoPasid, 0x5000}, {kNoPasid, Pasid(1), Pasid(2), Pasid(3), Pasid(4)}, {0x5000, 0x9000});
  EXPECT_THAT(asked, ElementsAre(Pasid::kNone, 1, 1, 2, 2, 3, 3, 4, 4)) << "of those without PASID one page only";
}

TEST(Conformance, ATS_15_WithPasidOnlyItsEntriesInRangeGo) {
  EXPECT_THAT(AskedAgain({Pasid(2), 0x5000}, {kNoPasid, Pasid(1), Pasid(2)}, {0x5000, 0x9000}), ElementsAre(2));
}

TEST(Conformance, ATS_15_GlobalInvalidateReachesEveryPasidInRange) {
  InvalidateRequest global{Pasid(2), 0x5000};
  global.global = true;
  EXPECT_THAT(AskedAgain(global, {Pasid(1), Pasid(2), Pasid(3)}, {0x5000, 0x9000}), ElementsAre(1, 2, 3));
}

TEST(Conformance, ATS_15_EverythingOfAPasid) {
  EXPECT_THAT(AskedAgain({Pasid(2), 0, 64}, {Pasid(1), Pasid(2)}, {0x5000, 0x1234'5678'9000}), ElementsAre(2, 2));
}

// Ranges of more pages than the cache has entries, and of fewer, in a cache of several page sizes.
TEST(Conformance, ATS_15_RangesOfAnySize) {
  for (const unsigned shift : {13u, 15u, 21u, 22u, 40u}) {
    SCOPED_TRACE(shift);
    const std::vector<std::uint64_t> addresses{0x5000, 0x6000, 0x1F'F000, 0x20'0000, 0x40'0000, 0x1'0000'0000};
    const std::uint64_t base = std::uint64_t{0x5000} >> shift << shift;
    std::size_t in_range = 0;
    for (const std::uint64_t address : addresses) in_range += (address >> shift << shift) == base;
    CacheGeometry geometry;
    geometry.entries = 16;
    AtcEntries entries(geometry);
    for (const std::uint64_t address : addresses) entries.Insert(Pasid(2), address, Answer(true, true));
    entries.Insert(Pasid(3), 0x5000, Answer(true, true));
    entries.Insert(SpaceOf(Pasid(2), true), 0x5000, Answer(true, true));
    entries.Insert(Pasid(2), 0x8000'0000, Answer(true, true, kPageShift2M));
    CacheInvalidation invalidation;
    invalidation.pasid = Pasid(2);
    invalidation.address = base;
    invalidation.what.page_shift = static_cast<std::uint8_t>(shift);
    const bool reaches_large = shift == 40;
    EXPECT_EQ(entries.Invalidate(invalidation), in_range + 1 + reaches_large) << "and the privileged one";
    EXPECT_NE(entries.Lookup(Pasid(3), 0x5000), nullptr);
    EXPECT_EQ(entries.Lookup(Pasid(2), 0x5000), nullptr);
  }
}

TEST(Conformance, ATS_15_APageOfALargeEntryTakesTheWholeEntry) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) { return Answer(true, true, kPageShift2M); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1000);
  InvalidateAt(bench, 1'000, {Pasid(3), 0x7000});
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x1000);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
  EXPECT_EQ(bench.Stat("invalidated_entries"), 1u);
}

TEST(Conformance, ATS_16_CompletionLeavesAfterTheReadsThatUsedTheEntry) {
  AtcBench bench(SmallAtc());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x9000);
  for (int i = 0; i < 4; ++i) bench.At(1'000 + 50 * static_cast<Picoseconds>(i), TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'180, TlpKind::kMemoryRead, 3, 0x9000);  // not of that page: nobody waits for it
  InvalidateAt(bench, 1'200, {Pasid(3), 0x5000, kPageShift4K, false, 7});
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(1));
  EXPECT_EQ(completions[0].time, 1'460u) << "the fourth read left at 1160 and was answered 300 later";
  EXPECT_EQ(completions[0].tlp.itags, 1u << 7);
  EXPECT_EQ(completions[0].tlp.requester, 0x0100);
  EXPECT_FALSE(completions[0].tlp.pasid.valid());
  EXPECT_EQ(bench.Stat("invalidations_behind_reads"), 1u);
}

TEST(Conformance, ATS_16_AReadThatComesBackAtOneMomentFreesEveryInvalidationThatWaits) {
  AtcBench bench(SmallAtc());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 1'100, {Pasid(3), 0x5000, kPageShift4K, false, 0});
  InvalidateAt(bench, 1'150, {Pasid(3), 0, 64, false, 1});
  InvalidateAt(bench, 1'200, {Pasid(4), 0, 64, false, 2});
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(3));
  EXPECT_EQ(completions[0].tlp.itags, 1u << 2) << "no read of that PASID is in flight";
  EXPECT_EQ(completions[0].time, 1'200u);
  EXPECT_EQ(completions[1].time, 1'310u);
  EXPECT_EQ(completions[2].time, 1'310u);
}

// A write that was translated, but may not pass an older one that waits for a page, does not leave with a stale address
// and does not hold the completion up either.
TEST(Conformance, ATS_16_WritesAheadOfTheCompletionOrTranslatedAgain) {
  AtcBench bench(SmallAtc());
  bool remapped = false;
  bench.translate = [&](Tlp& payload) {
    if (payload.virtual_address == 0x9000) return Answer(remapped, remapped);
    return Answer(true, true);
  };
  bench.response_after = 5'000;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryWrite, 3, 0x5000);                // leaves at once
  bench.At(1'100, TlpKind::kMemoryWrite, 3, 0x9000);                // waits for its page until 6410
  Tlp* behind = bench.At(1'200, TlpKind::kMemoryWrite, 3, 0x5040);  // translated, waits behind it
  InvalidateAt(bench, 2'000, {Pasid(3), 0x5000});
  bench.simulation.agenda.RunUntil(3'000);
  remapped = true;
  bench.Run();
  std::vector<std::string> lines = Lines(bench.log, "port");
  lines.erase(lines.begin(), lines.begin() + 2);
  EXPECT_THAT(lines, ElementsAre("port 1010 request write 0x10000005000", "port 1110 request translation 0x9000",
                                 "port 1410 request page_request 0x9000", "port 2000 request translation 0x5000",
                                 "port 2000 request invalidate_done 0x0", "port 6410 request translation 0x9000",
                                 "port 6710 request write 0x10000009000", "port 6710 request write 0x10000005040"));
  EXPECT_THAT(Segments(behind->ledger),
              ElementsAre("atc 1200..1210", "order_wait 1210..2000", "memory 2000..2300", "order_wait 2300..6710"));
  EXPECT_EQ(bench.Stat("retranslated_writes"), 1u);
}

TEST(Conformance, ATS_17_OneCompletionForEachTrafficClassUsed) {
  AtcBench bench(SmallAtc());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  (*bench.At(0, TlpKind::kMemoryRead, 3, 0x9000)).traffic_class = 1;
  InvalidateAt(bench, 1'000, {Pasid(3), 0x5000, kPageShift4K, false, 3});
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(2));
  for (const PeerEvent& completion : completions) {
    EXPECT_EQ(completion.tlp.itags, 1u << 3);
    EXPECT_EQ(completion.tlp.completion_count, 2);
  }
  EXPECT_EQ(completions[0].tlp.traffic_class, 0);
  EXPECT_EQ(completions[1].tlp.traffic_class, 1);
  EXPECT_EQ(bench.Stat("invalidate_completions"), 2u);
}

TEST(Conformance, ATS_18_ATranslationOvertakenByAnInvalidationIsDiscardedAndAskedAgain) {
  AtcBench bench(SmallAtc());
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x9000);
  InvalidateAt(bench, 100, {Pasid(3), 0x5000});
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5040);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 10 request translation 0x5000", "port 10 request translation 0x9000",
                          "port 100 request invalidate_done 0x0", "port 310 request translation 0x5000",
                          "port 310 request read 0x10000009000", "port 610 request read 0x10000005000",
                          "port 1010 request read 0x10000005040"));
  EXPECT_EQ(bench.Stat("discarded_translations"), 1u);
}

// The range need not cover the page asked for: what counts is the page that is answered.
TEST(Conformance, ATS_18_AnAnswerThatOverlapsOnlyBecauseItsPageIsLargeIsDiscardedToo) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp& payload) {
    return Answer(true, true, payload.pasid == Pasid(3) ? kPageShift2M : kPageShift4K);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 100, {Pasid(3), 0x9000});
  bench.At(1'000, TlpKind::kMemoryRead, 4, 0x5000);
  InvalidateAt(bench, 1'100, {Pasid(4), 0x9000});
  bench.Run();
  EXPECT_EQ(bench.Stat("discarded_translations"), 1u) << "the 2 MiB one";
}

// Survivor of a mutation: an answer of exactly the smallest size that overlaps was kept.
TEST(Conformance, ATS_18_AnAnswerOfExactlyTheOverlappingSizeIsDiscarded) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) { return Answer(true, true, kPageShift2M); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 100, {Pasid(3), 0x10'5000});  // the other half of the same 2 MiB
  bench.At(1'000, TlpKind::kMemoryRead, 4, 0x5000);
  InvalidateAt(bench, 1'100, {Pasid(4), 0x20'5000});  // the next 2 MiB
  bench.Run();
  EXPECT_EQ(bench.Stat("discarded_translations"), 1u);
}

// Survivor of a mutation: a G=1 invalidation forgot reads that used a global entry.
TEST(Conformance, ATS_16_AGlobalInvalidationWaitsForTheReadsThatUsedAGlobalEntry) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) {
    Translation translation = Answer(true, true);
    translation.global = true;
    return translation;
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);                        // leaves at 1010, answered at 1310
  InvalidateAt(bench, 1'100, {Pasid(3), 0x5000, kPageShift4K, false, 0});  // does not reach global entries
  InvalidateAt(bench, 1'150, {Pasid(9), 0x5000, kPageShift4K, true, 1});
  InvalidateAt(bench, 1'200, {kNoPasid, 0x5000, kPageShift4K, false, 2});
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(3));
  EXPECT_EQ(completions[0].tlp.itags, 1u << 0);
  EXPECT_EQ(completions[0].time, 1'100u);
  EXPECT_EQ(completions[1].time, 1'310u) << "G=1, whatever its PASID";
  EXPECT_EQ(completions[2].time, 1'310u) << "no PASID: every entry";
}

TEST(Conformance, ATS_19_CompletedWhileTheEngineWaitsForAPage) {
  AtcBench bench(SmallAtc());
  bench.respond = false;
  bench.translate = [](Tlp& payload) {
    const bool there = payload.virtual_address == 0x5000;
    return Answer(there, there);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryWrite, 3, 0x9000);  // its page never comes
  bench.At(2'000, TlpKind::kMemoryWrite, 3, 0x5000);  // may not pass it
  InvalidateAt(bench, 3'000, {Pasid(3), 0, 64});
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(1));
  EXPECT_EQ(completions[0].time, 3'000u);
}

TEST(Conformance, ATS_19_CompletedAfterTranslationWasRefused) {
  AtcBench bench(SmallAtc());
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 1'000, {Pasid(3), 0x5000});
  bench.Run();
  EXPECT_THAT(Completions(bench), SizeIs(1));
}

TEST(Conformance, ATS_19_TheQueueIsAsDeepAsStatedAndNothingIsLost) {
  AtcConfig config = SmallAtc();
  config.invalidate_queue_depth = 2;
  config.invalidation_latency_ps = 100;
  AtcBench bench(config);
  for (std::uint32_t itag = 0; itag < 5; ++itag) {
    InvalidateAt(bench, 1'000 + itag, {Pasid(3), 0x5000, kPageShift4K, false, itag});
  }
  bench.Run();
  const PeerLog completions = Completions(bench);
  ASSERT_THAT(completions, SizeIs(5));
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(completions[i].tlp.itags, 1u << i);
    EXPECT_EQ(completions[i].time, 1'100u + 100u * i) << "one at a time";
  }
  EXPECT_EQ(bench.Stat("stalled_invalidate_requests"), 3u);
  // Accepted at once, or when a place was free.
  EXPECT_THAT(Lines(bench.log, "messages"),
              ElementsAre("messages 1000 release invalidate 0x5000", "messages 1001 release invalidate 0x5000",
                          "messages 1100 release invalidate 0x5000", "messages 1200 release invalidate 0x5000",
                          "messages 1300 release invalidate 0x5000"));
}

}  // namespace
}  // namespace siov
