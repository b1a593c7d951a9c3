// SPDX-License-Identifier: Apache-2.0
// What invalidations remove from the IOTLB, what they wait for, and what is never held (docs/requirements/iom.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/iommu_bench.h"

namespace siov {
namespace {

using Bench = testing::IommuBench;
using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;

AddressSpaceClass Nested(std::uint32_t first_pasid) {
  AddressSpaceClass nested;
  nested.first_pasid = first_pasid;
  nested.stages = TranslationStages::kNested;
  nested.second_format = TableFormat::kX86FourLevel;
  return nested;
}

AddressSpaceClass SecondOnly(std::uint32_t first_pasid) {
  AddressSpaceClass second;
  second.first_pasid = first_pasid;
  second.stages = TranslationStages::kSecondOnly;
  second.first_format = TableFormat::kNone;
  second.second_format = TableFormat::kX86FourLevel;
  return second;
}

Bench::Config With(std::vector<AddressSpaceClass> classes) {
  Bench::Config config;
  config.classes = std::move(classes);
  return config;
}

// Lookup by requester, invalidation by domain id.
TEST(Conformance, IOM_12_TwoDevicesHoldTwoEntriesAndOneDomainInvalidationRemovesBoth) {
  Bench bench;
  bench.At(0, TlpKind::kMemoryRead, 1, 0x5000, 0x0100);
  bench.At(0, TlpKind::kMemoryRead, 1, 0x5000, 0x0200);
  bench.Run(10'000);
  EXPECT_EQ(bench.Misses(), 2u);
  bench.At(20'000, TlpKind::kMemoryRead, 1, 0x5000, 0x0100);
  bench.At(20'000, TlpKind::kMemoryRead, 1, 0x5000, 0x0200);
  bench.Run(30'000);
  EXPECT_EQ(bench.Hits(), 2u);
  bench.InvalidateAt(40'000, Kind::kIotlb, Granularity::kDomain, kFirstStageDomain);
  bench.Run(50'000);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 2u);
  bench.At(60'000, TlpKind::kMemoryRead, 1, 0x5000, 0x0100);
  bench.At(60'000, TlpKind::kMemoryRead, 1, 0x5000, 0x0200);
  bench.Run(70'000);
  EXPECT_EQ(bench.Misses(), 4u);
}

TEST(Conformance, IOM_13_WhatFaultedIsNotHeldSoAPageThatAppearsIsSeenWithoutInvalidation) {
  AddressSpaceClass absent;
  absent.resident_fraction = 0;
  Bench bench(With({absent}));
  Tlp* before = bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);
  bench.Run(10'000);
  EXPECT_EQ(before->status, CompletionStatus::kUnsupportedRequest);
  bench.spaces.MakeResident(Pasid(1), 0x5000);
  Tlp* after = bench.At(20'000, TlpKind::kMemoryRead, 1, 0x5000);
  bench.Run();
  EXPECT_EQ(after->status, CompletionStatus::kSuccess);
}

// A 2 MiB page of the first stage is held in pieces of 4 KiB, because the second stage has those.
TEST(Conformance, IOM_14_AnInvalidationRemovesEveryPieceOfAFracturedPage) {
  AddressSpaceClass nested = Nested(1);
  nested.first_leaf_shift = kPageShift2M;
  Bench bench(With({nested}));
  const std::uint16_t domain = bench.spaces.Find(Pasid(1))->domain_id;
  for (const std::uint64_t piece : {0x0000u, 0x7000u, 0x1F'F000u}) {
    bench.At(0, TlpKind::kMemoryRead, 1, 0x40'0000 + piece);
  }
  bench.At(0, TlpKind::kMemoryRead, 1, 0x60'0000);  // of the next page
  bench.Run(50'000);
  EXPECT_EQ(bench.Misses(), 4u);
  bench.InvalidateAt(60'000, Kind::kPasidIotlb, Granularity::kPage, domain, 1, 0x40'0000, kPageShift2M);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 3u);
}

TEST(Conformance, IOM_17_APageOfTheDomainTakesAllNestedEntriesWithIt) {
  Bench bench(With({Nested(1), SecondOnly(2)}));
  const std::uint16_t nested = bench.spaces.Find(Pasid(1))->domain_id;
  const std::uint16_t second = bench.spaces.Find(Pasid(2))->domain_id;
  for (std::uint64_t page = 1; page <= 10; ++page) {
    bench.At(0, TlpKind::kMemoryRead, 1, page << kPageShift4K);
    bench.At(0, TlpKind::kMemoryRead, 2, page << kPageShift4K);
  }
  bench.Run(100'000);
  EXPECT_EQ(bench.Misses(), 20u);
  bench.InvalidateAt(200'000, Kind::kIotlb, Granularity::kPage, nested, 0, 0x1234'5000);
  bench.Run(300'000);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 10u);
  // Of a second stage alone, the page it names.
  bench.InvalidateAt(400'000, Kind::kIotlb, Granularity::kPage, second, 0, 0x3000);
  bench.Run(500'000);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 11u);
  bench.InvalidateAt(600'000, Kind::kIotlb, Granularity::kGlobal, 0);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 20u);
}

TEST(Conformance, IOM_18_APageOfAPasidIsNeverASecondStageEntry) {
  AddressSpaceClass first;
  first.first_pasid = 3;
  Bench bench(With({first, SecondOnly(4)}));
  const std::uint16_t second = bench.spaces.Find(Pasid(4))->domain_id;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run(50'000);
  bench.InvalidateAt(60'000, Kind::kPasidIotlb, Granularity::kPage, second, 4, 0x5000);
  bench.Run(70'000);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 0u);
  bench.InvalidateAt(80'000, Kind::kPasidIotlb, Granularity::kPage, kFirstStageDomain, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.iotlb, "invalidated"), 1u);
}

// The write is translated and on its way; the invalidation is answered when it is visible.
TEST(Conformance, IOM_23_TranslatedWritesAreVisibleBeforeTheAnswer) {
  Bench bench;
  bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);
  bench.At(20'000, TlpKind::kMemoryWrite, 1, 0x5000);  // visible 10 + 100 later
  bench.InvalidateAt(20'020, Kind::kPasidIotlb, Granularity::kPage, kFirstStageDomain, 1, 0x5000);
  bench.Run();
  Picoseconds answered = 0;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "invalidations") answered = event.time;
  }
  EXPECT_EQ(answered, 20'110u);
}

// Between the change of a table and the answer either translation may be used, after it only the new one.
TEST(Conformance, IOM_25_AfterTheAnswerNobodyUsesTheOldTranslation) {
  AddressSpaceClass mapped;
  mapped.explicit_pages = true;
  Bench bench(With({mapped}));
  constexpr std::uint64_t kOld = 0x1000'0000;
  bench.spaces.Map(Pasid(1), 0x5000, kPageShift4K, kOld, true, true);
  bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);
  bench.Run(10'000);
  bench.spaces.Unmap(Pasid(1), 0x5000);
  std::vector<Tlp*> reads;
  for (Picoseconds at = 20'000; at < 22'000; at += 2) reads.push_back(bench.At(at, TlpKind::kMemoryRead, 1, 0x5000));
  bench.InvalidateAt(21'001, Kind::kPasidIotlb, Granularity::kPage, kFirstStageDomain, 1, 0x5000);
  bench.Run();
  Picoseconds answered = 0;
  int old_before = 0;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "invalidations") answered = event.time;
  }
  ASSERT_GT(answered, 0u);
  for (Tlp* read : reads) {
    const bool old = read->status == CompletionStatus::kSuccess;
    if (read->ledger.start() >= answered) {
      EXPECT_FALSE(old);
    } else {
      old_before += old ? 1 : 0;
    }
  }
  EXPECT_GT(old_before, 0) << "stale use before the answer is allowed, and happens";
}

}  // namespace
}  // namespace siov
