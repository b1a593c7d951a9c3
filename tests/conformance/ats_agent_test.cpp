// SPDX-License-Identifier: Apache-2.0
// ATS on the side of the translation agent (docs/requirements/ats.md): what its completions say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/iommu_bench.h"
#include "tests/support/root_port_bench.h"

namespace siov {
namespace {

using Bench = testing::IommuBench;

const Translation& AnswerOf(Tlp* request) { return request->translation; }

TEST(Conformance, ATS_06_AHoleIsAnAnswerAndIsAskedForAgain) {
  Bench::Config config;
  config.classes[0].resident_fraction = 0;
  Bench bench(config);
  Tlp* first = bench.At(0, TlpKind::kTranslationRequest, 1, 0x5000);
  Tlp* second = bench.At(50'000, TlpKind::kTranslationRequest, 1, 0x5000);
  bench.Run();
  for (Tlp* request : {first, second}) {
    EXPECT_EQ(request->status, CompletionStatus::kSuccess);
    EXPECT_FALSE(AnswerOf(request).read || AnswerOf(request).write);
  }
  EXPECT_EQ(bench.Misses(), 2u);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "no_access_answers"), 2u);
  EXPECT_EQ(Bench::Stat(bench.faults, "faults"), 0u);
}

TEST(Conformance, ATS_09_RightsAreThoseThereAreWhateverWasAskedFor) {
  Bench::Config config;
  config.classes[0].read_only = true;
  Bench bench(config);
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 1, 0x5000);  // NW = 0: would like to write
  request->execute = true;
  bench.Run();
  EXPECT_EQ(request->status, CompletionStatus::kSuccess);
  EXPECT_TRUE(AnswerOf(request).read);
  EXPECT_FALSE(AnswerOf(request).write);
  EXPECT_FALSE(AnswerOf(request).global);
  EXPECT_FALSE(request->execute) << "vtd: always 0";
  EXPECT_EQ(Bench::Stat(bench.faults, "faults"), 0u);
}

TEST(Conformance, ATS_10_TheInterruptRangeIsForUntranslatedRequestsOnly) {
  Bench bench;
  Tlp* writes = bench.At(0, TlpKind::kTranslationRequest, Bench::kWithoutPasid, 0xFEE0'0000);
  Tlp* reads_only = bench.At(0, TlpKind::kTranslationRequest, Bench::kWithoutPasid, 0xFEE0'1000);
  reads_only->no_write = true;
  Tlp* ordinary = bench.At(0, TlpKind::kTranslationRequest, 1, 0xFEE0'0000);
  bench.Run();
  EXPECT_TRUE(AnswerOf(writes).write && AnswerOf(writes).untranslated_only);
  EXPECT_FALSE(AnswerOf(writes).read);
  EXPECT_EQ(AnswerOf(writes).page_shift, kPageShift4K) << "S = 0";
  EXPECT_FALSE(AnswerOf(reads_only).write || AnswerOf(reads_only).untranslated_only || AnswerOf(reads_only).read);
  EXPECT_TRUE(AnswerOf(ordinary).read && AnswerOf(ordinary).write);
  EXPECT_FALSE(AnswerOf(ordinary).untranslated_only);
  for (Tlp* request : {writes, reads_only, ordinary}) {
    EXPECT_EQ(request->status, CompletionStatus::kSuccess);
  }
}

// Pages 5 and 6 are of 4 KiB, what follows is a 2 MiB page: the completion ends before it.
TEST(Conformance, ATS_02_ACompletionStopsWhereThePageSizeChanges) {
  Bench::Config config;
  config.classes[0].explicit_pages = true;
  Bench bench(config);
  for (const std::uint64_t page : {0x1F'E000u, 0x1F'F000u}) {
    bench.spaces.Map(Pasid(1), page, kPageShift4K, 0x1000'0000 + 3 * page, true, true);
  }
  bench.spaces.Map(Pasid(1), 0x20'0000, kPageShift2M, 0x8000'0000, true, true);
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 1, 0x1F'E000);
  request->translations = 4;
  bench.Run();
  EXPECT_EQ(request->status, CompletionStatus::kSuccess);
  ASSERT_EQ(request->translations, 2u);
  ASSERT_NE(request->batch, nullptr);
  EXPECT_EQ(request->translation.address, 0x1000'0000u + 3 * 0x1F'E000u);
  EXPECT_EQ(request->batch->further[0].address, 0x1000'0000u + 3 * 0x1F'F000u)
      << "contiguous where it was asked for only";
  EXPECT_TRUE(request->batch->further[0].read && request->batch->further[0].write);
  EXPECT_EQ(request->length_bytes, 16u) << "whole entries of 8 bytes";
}

// Never more than asked for, no filler for holes, and a single translation is 8 bytes.
TEST(Conformance, ATS_02_NeverMoreThanAskedForAndNoFillers) {
  Bench::Config config;
  config.classes[0].explicit_pages = true;
  Bench bench(config);
  for (std::uint64_t page = 0; page < 8; ++page) {
    if (page != 3) bench.spaces.Map(Pasid(1), page << 12, kPageShift4K, 0x1000'0000 + (page << 12), true, page != 1);
  }
  Tlp* three = bench.At(0, TlpKind::kTranslationRequest, 1, 0x4000);
  three->translations = 3;
  Tlp* to_the_hole = bench.At(0, TlpKind::kTranslationRequest, 1, 0x0000);
  to_the_hole->translations = 8;
  Tlp* hole = bench.At(0, TlpKind::kTranslationRequest, 1, 0x3000);
  hole->translations = 8;
  bench.Run();
  EXPECT_EQ(three->translations, 3u);
  ASSERT_EQ(to_the_hole->translations, 3u);
  EXPECT_FALSE(to_the_hole->batch->further[0].write) << "rights are each page's own";
  EXPECT_TRUE(to_the_hole->batch->further[1].write);
  EXPECT_EQ(hole->translations, 1u);
  EXPECT_FALSE(AnswerOf(hole).read);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "further_translations"), 4u);
}

TEST(Conformance, ATS_01_LengthsAreEvenAndUpToTheCompletionBoundary) {
  testing::RootPortBench bench;
  const auto ask = [&](std::uint32_t double_words, std::uint8_t translations) {
    Tlp* request =
        bench.Send(TlpKind::kTranslationRequest, AddressType::kTranslationRequest, 0x0100, 0x5000, 4 * double_words);
    request->translations = translations;
    return request;
  };
  Tlp* longest = ask(16, 8);  // RCB 64
  Tlp* too_long = ask(20, 10);
  Tlp* odd = ask(3, 1);
  bench.Run();
  EXPECT_EQ(longest->status, CompletionStatus::kSuccess);
  EXPECT_EQ(too_long->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(odd->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(Bench::Stat(bench.port, "malformed"), 2u);
}

// Context, address width and interrupt range are checked; page tables are not.
TEST(Conformance, ATS_12_WhatTranslatedRequestsAreCheckedFor) {
  testing::RootPortBench bench;
  ContextEntry disabled;
  disabled.dte = disabled.pre = false;
  bench.structures.SetContext(0x0200, disabled);
  ContextEntry absent;
  absent.present = false;
  bench.structures.SetContext(0x0300, absent);
  const auto read = [&](RequesterId requester, std::uint64_t address) {
    return bench.Send(TlpKind::kMemoryRead, AddressType::kTranslated, requester, address);
  };
  Tlp* anywhere = read(0x0100, 0x1234'5678'9000);
  const std::vector<Tlp*> refused = {read(0x0200, 0x5000), read(0x0300, 0x5000), read(0x0100, std::uint64_t{1} << 52),
                                     read(0x0100, 0xFEE0'0000)};
  bench.Run();
  EXPECT_EQ(anywhere->status, CompletionStatus::kSuccess);
  for (Tlp* request : refused) EXPECT_EQ(request->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_THAT(bench.Reasons(), ::testing::ElementsAre(0x44, 0x41, 0x83, 0x87));
}

// With PASID only if the context entry allows it (EPTR), and never with the one that stands for none.
TEST(Conformance, PAS_04_ARequestWithThePasidOfRequestsWithoutIsAFault) {
  testing::RootPortBench bench;
  ContextEntry context;
  context.rid_pasid = 7;
  bench.structures.SetContext(0x0100, context);
  context.eptr = false;
  bench.structures.SetContext(0x0200, context);
  for (const RequesterId requester : {RequesterId{0x0100}, RequesterId{0x0200}}) {
    Tlp* read = bench.Send(TlpKind::kMemoryRead, AddressType::kTranslated, requester, 0x5000);
    read->pasid = Pasid(7);
  }
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.port, "refused"), 2u);
  EXPECT_THAT(bench.Reasons(), ::testing::ElementsAre(0x48, 0x49));
}

// A function that may not use ATS: its translation requests are refused and recorded, its other requests are not
// touched.
TEST(Conformance, ATS_07_AFunctionWithoutDteIsRefused) {
  Bench::Config config;
  config.faults.event_masked = true;
  Bench bench(config);
  ContextEntry context = bench.spaces.structures().default_context();
  context.dte = context.pre = false;
  bench.spaces.structures().SetContext(0x0100, context);
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 1, 0x5000);
  Tlp* read = bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);  // joins its walk, and is not refused with it
  bench.Run();
  EXPECT_EQ(request->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(read->status, CompletionStatus::kSuccess);
  ASSERT_TRUE(bench.faults.registers()[0]);
  EXPECT_EQ(bench.faults.registers()[0]->reason, 0x44);
  EXPECT_EQ(bench.faults.registers()[0]->at, AddressType::kTranslationRequest);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "unsupported_answers"), 1u);
}

// DTE cleared while the device still has ATS on: the order of disabling turned round.
TEST(Conformance, ATS_22_DteClearedBeforeTheDeviceMakesItsRequestsFaults) {
  testing::RootPortBench bench;
  Tlp* before = bench.Send(TlpKind::kMemoryRead, AddressType::kTranslated, 0x0100, 0x5000);
  bench.Run();
  EXPECT_EQ(before->status, CompletionStatus::kSuccess);
  ContextEntry context;
  context.dte = context.pre = false;
  bench.structures.SetContext(0x0100, context);
  Tlp* after = bench.link.Packet(TlpKind::kMemoryRead, 0x5000, 64);
  after->at = AddressType::kTranslated;
  after->requester = 0x0100;
  bench.link.SendAt(2 * kPsPerUs, *after);
  bench.simulation.agenda.RunUntil(3 * kPsPerUs);
  EXPECT_EQ(after->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_THAT(bench.Reasons(), ::testing::ElementsAre(0x44));
}

bool Dirty(const Bench& bench, std::uint64_t address) {
  return bench.spaces.ReadEntry(*bench.spaces.Find(Pasid(1)), TableStage::kFirst, 1, address).dirty;
}

TEST(Conformance, ATS_08_NwZeroMarksThePageDirtyNwOneDoesNot) {
  Bench::Config config;
  config.classes[0].first_accessed_dirty = true;
  Bench bench(config);
  Tlp* may_write = bench.At(0, TlpKind::kTranslationRequest, 1, 0x5000);
  Tlp* reads_only = bench.At(0, TlpKind::kTranslationRequest, 1, 0x6000);
  reads_only->no_write = true;
  bench.Run(50'000);
  EXPECT_TRUE(AnswerOf(may_write).read && AnswerOf(may_write).write);
  EXPECT_TRUE(Dirty(bench, 0x5000)) << "without a write";
  EXPECT_TRUE(AnswerOf(reads_only).read);
  EXPECT_FALSE(AnswerOf(reads_only).write);
  EXPECT_FALSE(Dirty(bench, 0x6000));
  // Asked for again with NW = 0, the page that is held clean is walked once more.
  Tlp* upgrade = bench.At(60'000, TlpKind::kTranslationRequest, 1, 0x6000);
  bench.Run();
  EXPECT_TRUE(AnswerOf(upgrade).write);
  EXPECT_TRUE(Dirty(bench, 0x6000));
  EXPECT_EQ(Bench::Stat(bench.iotlb, "dirty_walks"), 1u);
}

TEST(Conformance, PAS_04_RequestsWithoutPasidAreTranslatedByRidPasidAndHeldApart) {
  Bench::Config config;
  config.classes[0].count = 4;
  config.faults.event_masked = true;
  Bench bench(config);
  ContextEntry context = bench.spaces.structures().default_context();
  context.rid_pasid = 2;
  bench.spaces.structures().SetContext(0x0100, context);
  Tlp* without = bench.At(0, TlpKind::kMemoryRead, Bench::kWithoutPasid, 0x5010);
  bench.Run(50'000);
  EXPECT_EQ(without->status, CompletionStatus::kSuccess);
  EXPECT_EQ(without->address, bench.spaces.Translate(Pasid(2), 0x5000).address + 0x10);
  bench.At(60'000, TlpKind::kMemoryRead, Bench::kWithoutPasid, 0x5020);
  bench.Run(100'000);
  EXPECT_EQ(bench.Hits(), 1u);
  // With that PASID it is a fault, however warm the entry is.
  Tlp* with = bench.At(110'000, TlpKind::kTranslationRequest, 2, 0x5000);
  bench.Run(200'000);
  EXPECT_EQ(bench.Hits(), 1u);
  EXPECT_EQ(with->status, CompletionStatus::kUnsupportedRequest);
  ASSERT_TRUE(bench.faults.registers()[0]);
  EXPECT_EQ(bench.faults.registers()[0]->reason, 0x48);
}

}  // namespace
}  // namespace siov
