// SPDX-License-Identifier: Apache-2.0
// Requests for several translations, as a device makes and uses them (docs/requirements/ats.md, ATS-01, ATS-02,
// ATS-18), and prefetches, which follow the same rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

AtcConfig Several(std::uint32_t translations) {
  AtcConfig config = SmallAtc(64);
  config.translations_per_request = translations;
  return config;
}

// Fills in `answered` translations from a table in which every page lies at its own place.
Translation AnswerSeveral(Tlp& payload, std::uint32_t answered, unsigned page_shift = kPageShift4K) {
  payload.translations = static_cast<std::uint8_t>(answered);
  for (std::uint32_t i = 1; i < answered; ++i) {
    const std::uint64_t page = (payload.virtual_address >> page_shift) + i;
    payload.Batch().further[i - 1] = {0x100'0000'0000 + (page << page_shift), true, true, false};
  }
  if (answered > 1) payload.batch = &payload.Batch();
  payload.length_bytes = 8 * answered;
  return Answer(true, true, page_shift);
}

// A job that reads `pages` pages from 0x10'0000 on, 64 bytes of each, 20 apart.
void ReadBuffer(AtcBench& bench, std::uint32_t pages) {
  bench.job.source = 0x10'0000;
  bench.job.size_bytes = pages * 0x1000;
  for (std::uint32_t i = 0; i < pages; ++i) bench.At(20 * i, TlpKind::kMemoryRead, 3, 0x10'0000 + i * 0x1000);
}

TEST(Conformance, ATS_01_OneRequestAsksForTheFollowingPagesOfTheBuffer) {
  AtcBench bench(Several(8));
  std::vector<std::uint32_t> lengths;
  bench.translate = [&](Tlp& payload) {
    lengths.push_back(payload.length_bytes);
    return AnswerSeveral(payload, payload.translations);
  };
  ReadBuffer(bench, 6);
  bench.Run();
  EXPECT_THAT(lengths, ElementsAre(6 * 8)) << "8 bytes for each page of the buffer";
  EXPECT_EQ(bench.Stat("merged"), 5u);
  for (std::uint64_t i = 0; i < 6; ++i) {
    EXPECT_EQ(Lines(bench.log, "port").at(1 + i), "port 310 request read 0x1000010" + std::to_string(i) + "000");
  }
}

TEST(Conformance, ATS_02_WhatIsNotAnsweredIsAskedForAgain) {
  AtcBench bench(Several(8));
  std::vector<std::uint64_t> asked;
  bench.translate = [&](Tlp& payload) {
    asked.push_back(payload.virtual_address);
    return AnswerSeveral(payload, 2);
  };
  ReadBuffer(bench, 4);
  bench.Run();
  EXPECT_THAT(asked, ElementsAre(0x10'0000, 0x10'2000, 0x10'3000));
  EXPECT_EQ(bench.Stat("failed_requests"), 0u);
}

TEST(Conformance, ATS_02_AnAnswerOfOneLargePageServesAll) {
  AtcBench bench(Several(8));
  bench.translate = [&](Tlp& payload) { return AnswerSeveral(payload, 1, kPageShift2M); };
  ReadBuffer(bench, 8);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(bench.Stat("translations_asked"), 8u);
  EXPECT_EQ(bench.Stat("translations_answered"), 1u);
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 310 request read 0x10000107000");
}

TEST(Conformance, ATS_01_NotBeyondTheBufferAndNotWhatIsHeld) {
  AtcBench bench(Several(8));
  std::vector<std::uint32_t> asked;
  bench.translate = [&](Tlp& payload) {
    asked.push_back(payload.translations);
    return AnswerSeveral(payload, payload.translations);
  };
  bench.job.source = 0x10'0000;
  bench.job.size_bytes = 0x4000;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x10'2000);      // two are left
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x10'0000);  // the third is held
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x20'0000);  // not of the buffer
  bench.Run();
  EXPECT_THAT(asked, ElementsAre(2, 2, 1));
}

// Only the page the invalidation means is asked for again.
TEST(Conformance, ATS_18_OneOfSeveralTranslationsIsStale) {
  AtcBench bench(Several(4));
  std::vector<std::uint64_t> asked;
  bench.translate = [&](Tlp& payload) {
    asked.push_back(payload.virtual_address);
    return AnswerSeveral(payload, payload.translations);
  };
  ReadBuffer(bench, 4);
  InvalidateAt(bench, 150, {Pasid(3), 0x10'2000});
  bench.Run();
  EXPECT_THAT(asked, ElementsAre(0x10'0000, 0x10'2000));
  EXPECT_EQ(bench.Stat("discarded_translations"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 0u);
}

TEST(Conformance, ATS_07_ARefusalOfSeveralFailsThoseWhoWaitForThem) {
  AtcBench bench(Several(4));
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  ReadBuffer(bench, 4);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 4u);
}

TEST(Conformance, ATS_06_APrefetchedHoleIsNotHeldAndRaisesNoPageRequest) {
  AtcConfig config = SmallAtc();
  config.prefetch.next_pages = 2;
  AtcBench bench(config);
  bench.translate = [](Tlp& payload) {
    const bool there = payload.virtual_address < 0x7000;
    EXPECT_EQ(payload.job != nullptr, payload.virtual_address == 0x5000);
    return Answer(there, there);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("prefetches_issued"), 2u);
  EXPECT_EQ(bench.Stat("prefetches_useless"), 1u);
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

TEST(Conformance, ATS_18_AnOvertakenPrefetchIsDropped) {
  AtcConfig config = SmallAtc();
  config.prefetch.next_pages = 1;
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 100, {Pasid(3), 0x6000});
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 2u) << "nobody waits for it";
  EXPECT_EQ(bench.Stat("prefetches_useless"), 1u);
}

// Each page has its own rights: a write to one that may only be read asks for it again.
TEST(Conformance, ATS_02_EveryTranslationOfACompletionHasItsOwnRights) {
  AtcBench bench(Several(2));
  int asked = 0;
  bench.translate = [&](Tlp& payload) {
    ++asked;
    const Translation first = AnswerSeveral(payload, payload.translations);
    if (payload.translations > 1) payload.Batch().further[0].write = false;
    return first;
  };
  bench.job.destination = 0x10'0000;
  bench.job.size_bytes = 0x2000;
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x10'0000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x10'1000);
  bench.At(2'000, TlpKind::kMemoryWrite, 3, 0x10'1000);
  bench.Run();
  EXPECT_EQ(bench.Stat("hits"), 1u) << "the read";
  EXPECT_EQ(bench.Stat("rights_misses"), 1u) << "the write";
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace siov
