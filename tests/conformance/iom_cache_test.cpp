// SPDX-License-Identifier: Apache-2.0
// The walker's caches and their invalidation (docs/requirements/iom.md, 11.2 and 11.3), seen through the reads that the
// next walk still needs. What holds for the IOTLB is tested where that is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/core_walks.h"
#include "tests/support/walker_bench.h"

namespace siov {
namespace {

using ::testing::SizeIs;
using testing::WalkerBench;

constexpr RequesterId kDevice = WalkerBench::kDevice;
constexpr std::uint64_t kVa = 0x12'3456'7000;

AddressSpaceClass Class(TranslationStages stages) {
  AddressSpaceClass config;
  config.count = 100;
  config.stages = stages;
  config.first_format = TableFormat::kX86FourLevel;
  config.second_format = TableFormat::kX86FourLevel;
  config.guest_memory_bits = 31;
  return config;
}

PageWalkerConfig Cached() {
  PageWalkerConfig config;
  CacheGeometry geometry;
  geometry.entries = 4096;
  config.context_cache = config.pasid_cache = geometry;
  config.first_stage_cache.fill(geometry);
  config.second_stage_cache.fill(geometry);
  return config;
}

WalkRequest Read(std::uint32_t pasid, std::uint64_t address = kVa, RequesterId requester = kDevice) {
  return {requester, Pasid(pasid), address};
}

CacheInvalidation Invalidation(InvalidationKind kind, InvalidationGranularity granularity, std::uint16_t domain) {
  CacheInvalidation invalidation;
  invalidation.what.kind = kind;
  invalidation.what.granularity = granularity;
  invalidation.what.domain = domain;
  return invalidation;
}

using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;

TEST(Conformance, IOM_11_NoCacheChangesATranslation) {
  AddressSpaceClass nested = Class(TranslationStages::kNested);
  nested.resident_fraction = 0.7;
  PageWalkerConfig tiny = Cached();
  CacheGeometry one;
  one.entries = 1;
  tiny.first_stage_cache.fill(one);
  tiny.second_stage_cache.fill(one);
  tiny.nested_cache = tiny.pasid_cache = one;
  AddressSpaces spaces({nested}, 7);
  PageWalkerCore without({}, spaces);
  PageWalkerCore with(Cached(), spaces);
  PageWalkerCore few(tiny, spaces);
  std::size_t reads_without = 0;
  std::size_t reads_with = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Pasid pasid(static_cast<std::uint32_t>(1 + i % 7));
    const std::uint64_t address = kVa + (i * i % 11) * kPage4K;
    const walks::Outcome expected = walks::WalkTo(without, pasid, address);
    reads_without += expected.reads.size();
    for (PageWalkerCore* core : {&with, &few}) {
      const walks::Outcome outcome = walks::WalkTo(*core, pasid, address);
      EXPECT_EQ(outcome.result.address, expected.result.address);
      EXPECT_EQ(outcome.result.fault_reason, expected.result.fault_reason);
      EXPECT_EQ(outcome.result.write, expected.result.write);
      reads_with += core == &with ? outcome.reads.size() : 0;
    }
  }
  EXPECT_LT(reads_with, reads_without);
}

TEST(Conformance, IOM_12_StructureCachesAreTaggedByRequesterTableCachesByDomain) {
  WalkerBench bench(Cached(), {Class(TranslationStages::kFirstOnly)});
  bench.Translate(Read(3));
  bench.Reads();
  // The same PASID of another function: its own structures, but the tables of (domain, PASID) are known.
  bench.Translate(Read(3, kVa, 0x0200));
  EXPECT_THAT(bench.Reads(), SizeIs(4 + 1));
  // Another PASID of the first function: its own tables.
  bench.Translate(Read(4));
  EXPECT_THAT(bench.Reads(), SizeIs(2 + 4));
  // A context-cache invalidation goes by requester, a PASID-cache invalidation by (domain, PASID).
  CacheInvalidation pasid = Invalidation(Kind::kPasidCache, Granularity::kPasid, kFirstStageDomain);
  pasid.pasid = Pasid(3);
  bench.Invalidate(pasid);
  bench.Translate(Read(3));
  bench.Translate(Read(3, kVa, 0x0200));
  bench.Translate(Read(4));
  EXPECT_THAT(bench.Reads(), SizeIs((2 + 1) + (2 + 1) + 1));
}

TEST(Conformance, IOM_13_WhatFaultedIsNotCached) {
  AddressSpaceClass config = Class(TranslationStages::kFirstOnly);
  config.explicit_pages = true;
  WalkerBench bench(Cached(), {config});
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kFirstStageNotPresent);
  bench.spaces.Map(Pasid(3), kVa, kPageShift4K, 0x5000, true, true);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kNoFault);
  // The same of a PASID entry.
  EXPECT_EQ(bench.Translate(Read(3000)).fault_reason, kPasidEntryNotPresent);
  bench.spaces.structures().SetPasidEntry(kDevice, 3000, bench.spaces.ReadPasidEntry(kDevice, 3));
  EXPECT_EQ(bench.Translate(Read(3000)).address, 0x5000u);
}

TEST(Conformance, IOM_14_PagingStructureCachesHoldReferencesAndShortenWalks) {
  AddressSpaceClass large = Class(TranslationStages::kFirstOnly);
  large.first_pasid = 500;
  large.first_leaf_shift = kPageShift2M;
  WalkerBench bench(Cached(), {Class(TranslationStages::kFirstOnly), large});
  bench.Translate(Read(3));
  bench.Reads();
  bench.Translate(Read(3, kVa + kPage4K));
  EXPECT_THAT(bench.Reads(), SizeIs(1));
  bench.Translate(Read(500));
  bench.Reads();
  bench.Translate(Read(500));
  EXPECT_THAT(bench.Reads(), SizeIs(1)) << "the leaf is not held here";
  // Rights gathered above are not lost: a supervisor entry of level 4.
  EntryOverride supervisor;
  supervisor.supervisor = true;
  bench.spaces.SetEntry(Pasid(9), TableStage::kFirst, 4, kVa, supervisor);
  bench.Translate(Read(9));
  EXPECT_FALSE(bench.Translate(Read(9, kVa + kPage4K)).read);
}

TEST(Conformance, IOM_15_EntriesThatContradictTheirDomainAreCounted) {
  WalkerBench bench(Cached(), {Class(TranslationStages::kNested)});
  bench.Translate(Read(3));
  bench.Translate(Read(4));
  EXPECT_EQ(bench.Stat("undefined_domains"), 0u);
  // PASID 5 now names the domain of PASID 6, with second-stage tables of its own.
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 5);
  entry.domain = bench.Space(6).domain_id;
  bench.spaces.structures().SetPasidEntry(kDevice, 5, entry);
  bench.Translate(Read(6));
  EXPECT_EQ(bench.Stat("undefined_domains"), 0u);
  bench.Translate(Read(5));
  EXPECT_EQ(bench.Stat("undefined_domains"), 1u);
}

TEST(Conformance, IOM_17_PageOfADomainTakesEveryFirstStageEntryOfTheDomain) {
  AddressSpaceClass nested = Class(TranslationStages::kNested);
  nested.pasids_per_domain = 10;
  WalkerBench bench(Cached(), {nested});
  bench.Translate(Read(3));
  bench.Translate(Read(15));
  CacheInvalidation page = Invalidation(Kind::kIotlb, Granularity::kPage, bench.Space(3).domain_id);
  page.address = std::uint64_t{1} << 40;
  bench.Invalidate(page);
  bench.Reads();
  bench.Translate(Read(3));
  EXPECT_THAT(bench.Reads(), SizeIs(4 + 4 + 1));  // every first-stage entry; of the second stage only leaves
  bench.Translate(Read(15));
  EXPECT_THAT(bench.Reads(), SizeIs(2)) << "another domain";
  bench.Invalidate(Invalidation(Kind::kIotlb, Granularity::kDomain, bench.Space(3).domain_id));
  bench.Translate(Read(3));
  EXPECT_THAT(bench.Reads(), SizeIs(24));
  bench.Invalidate(Invalidation(Kind::kIotlb, Granularity::kGlobal, 0));
  bench.Translate(Read(15));
  EXPECT_THAT(bench.Reads(), SizeIs(24));
}

TEST(Conformance, IOM_18_PageOfAPasidTakesNothingOfTheSecondStage) {
  AddressSpaceClass first = Class(TranslationStages::kFirstOnly);
  first.count = 1;
  first.first_pasid = 3;
  AddressSpaceClass second = Class(TranslationStages::kSecondOnly);
  second.count = 1;
  second.first_pasid = 4;
  WalkerBench bench(Cached(), {first, second});
  bench.Translate(Read(3));
  bench.Translate(Read(4));
  CacheInvalidation page = Invalidation(Kind::kPasidIotlb, Granularity::kPage, bench.Space(4).domain_id);
  page.pasid = Pasid(4);
  page.address = kVa;
  bench.Invalidate(page);
  EXPECT_EQ(bench.Stat("invalidated"), 0u);
  page.what.domain = kFirstStageDomain;
  page.pasid = Pasid(3);
  page.what.leaf_only = true;
  bench.Invalidate(page);
  EXPECT_EQ(bench.Stat("invalidated"), 0u);
  page.what.leaf_only = false;
  bench.Invalidate(page);
  EXPECT_EQ(bench.Stat("invalidated"), 3u);
}

TEST(Conformance, IOM_19_CachedParentsKeepTheirChildrenUntilTheyGoThemselves) {
  WalkerBench bench(Cached(), {Class(TranslationStages::kFirstOnly)});
  bench.Translate(Read(3));
  // The entry is taken away; without an invalidation the cached one serves.
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 3);
  entry.present = false;
  bench.spaces.structures().SetPasidEntry(kDevice, 3, entry);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kNoFault);
  bench.Invalidate(Invalidation(Kind::kContext, Granularity::kGlobal, 0));
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kNoFault);
  bench.Invalidate(Invalidation(Kind::kPasidCache, Granularity::kDomain, kFirstStageDomain));
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kPasidEntryNotPresent);
  // A function mask takes neighbours along; the domain id of a device-selective one means nothing.
  bench.Translate(Read(5, kVa, 0x0101));
  bench.Translate(Read(5, kVa, 0x0104));
  CacheInvalidation device = Invalidation(Kind::kContext, Granularity::kDevice, 77);
  device.requester = 0x0100;
  device.what.function_mask = 2;
  const std::uint64_t before = bench.Stat("invalidated");
  bench.Invalidate(device);
  EXPECT_EQ(bench.Stat("invalidated") - before, 2u) << "0100 and 0101, not 0104";
}

TEST(Conformance, IOM_25_AfterAnInvalidationIsAnsweredOnlyTheNewMappingIsUsed) {
  AddressSpaceClass config = Class(TranslationStages::kFirstOnly);
  config.explicit_pages = true;
  PageWalkerConfig walker = Cached();
  WalkerBench bench(walker, {config});
  bench.spaces.Map(Pasid(3), kVa, kPageShift4K, 0x5000, true, true);
  // The walk is half way when the page goes and its invalidation comes.
  Walk* walk = bench.Request(Read(3));
  bench.iotlb.SendAt(0, *walk);
  bench.simulation.agenda.RunUntil(650);
  bench.spaces.Unmap(Pasid(3), kVa);
  CacheInvalidation page = Invalidation(Kind::kPasidIotlb, Granularity::kPage, kFirstStageDomain);
  page.pasid = Pasid(3);
  page.address = kVa;
  InvalidationRequest* invalidation = bench.invalidations.Packet<InvalidationRequest>();
  invalidation->what = page;
  bench.invalidations.SendAt(660, *invalidation);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  std::map<std::string, Picoseconds> answered;
  for (const PeerEvent& event : bench.log) {
    if (event.event == PeerEventKind::kAnswer) answered[event.peer] = event.time;
  }
  EXPECT_GE(answered.at("invalidations"), answered.at("iotlb")) << "not before the walk";
  EXPECT_TRUE(walk->translation.overtaken) << "nobody may hold it";
}

}  // namespace
}  // namespace siov
