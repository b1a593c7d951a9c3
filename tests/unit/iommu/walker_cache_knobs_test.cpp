// SPDX-License-Identifier: Apache-2.0
// The knobs of the walker's caches: partitions by tenant class, ports with slots, and what is refused.
#include <gtest/gtest.h>

#include "models/iommu/page_walker/cache_ports.h"
#include "models/iommu/page_walker/page_walker_core.h"
#include "tests/support/core_walks.h"

namespace siov {
namespace {

using walks::Entries;
using walks::kDevice;
using walks::kVa;
using walks::Outcome;
using walks::WalkTo;

// PASIDs 1 to 10 use partition 0, 101 to 110 partition 1. Two-stage VMs of ten PASIDs each.
std::vector<AddressSpaceClass> QuietAndNoisy(TranslationStages stages) {
  AddressSpaceClass quiet = walks::Class(stages, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  quiet.count = 10;
  quiet.pasids_per_domain = 10;
  if (stages == TranslationStages::kFirstOnly) quiet.second_format = TableFormat::kNone;
  AddressSpaceClass noisy = quiet;
  noisy.first_pasid = 101;
  noisy.cache_partition = 1;
  return {quiet, noisy};
}

WalkerCacheConfig Shared(std::uint32_t entries, std::uint32_t partitions) {
  WalkerCacheConfig cache = Entries(entries);
  cache.partitions = partitions;
  return cache;
}

PageWalkerConfig AllCaches(std::uint32_t entries, std::uint32_t partitions) {
  PageWalkerConfig config;
  config.context_cache = config.pasid_cache = config.nested_cache = Shared(entries, partitions);
  config.first_stage_cache.fill(Shared(entries, partitions));
  config.second_stage_cache.fill(Shared(entries, partitions));
  return config;
}

// A quiet tenant's walk, a noisy class's walks all over the place, and the quiet tenant's next walk.
Outcome AfterNoise(std::uint32_t partitions) {
  const auto classes = QuietAndNoisy(TranslationStages::kNested);
  AddressSpaces spaces(classes, 7);
  PageWalkerCore core(AllCaches(8, partitions), spaces, CachePartitions(classes));
  WalkTo(core, Pasid(3), kVa);
  for (std::uint32_t i = 0; i < 64; ++i) WalkTo(core, Pasid(101 + i % 10), kVa + (std::uint64_t{i} << 32));
  return WalkTo(core, Pasid(3), kVa + kPage4K);
}

TEST(WalkerCacheKnobs, PartitionsKeepAClassesEntriesFromOthers) {
  const Outcome shared = AfterNoise(1);
  EXPECT_FALSE(shared.tally.pasid_hit);
  EXPECT_FALSE(shared.tally.first_cache_hit);
  EXPECT_GE(shared.reads.size(), 2u + 4u + 4u) << "at best the second stage's upper levels are left";
  const Outcome apart = AfterNoise(2);
  EXPECT_TRUE(apart.tally.pasid_hit);
  EXPECT_TRUE(apart.tally.first_cache_hit);
  EXPECT_LE(apart.reads.size(), 1u + 4u);  // the leaf, and the second stage of where it points
}

// What both classes use is learned in each partition, and an invalidation finds it in both.
TEST(WalkerCacheKnobs, SharedEntriesAreInvalidatedInEveryPartition) {
  auto classes = QuietAndNoisy(TranslationStages::kNested);
  classes[0].cache_partition_spread = 2;  // one VM's tenants in both partitions
  AddressSpaces spaces(classes, 7);
  PageWalkerConfig config;
  config.context_cache = Shared(8, 2);
  config.second_stage_cache.fill(Shared(64, 2));
  PageWalkerCore core(config, spaces, CachePartitions(classes));
  EXPECT_FALSE(WalkTo(core, Pasid(1), kVa).tally.context_hit);
  EXPECT_FALSE(WalkTo(core, Pasid(2), kVa).tally.context_hit);
  EXPECT_TRUE(WalkTo(core, Pasid(1), kVa).tally.context_hit);
  EXPECT_TRUE(WalkTo(core, Pasid(2), kVa).tally.context_hit);
  CacheInvalidation all;
  all.what.kind = InvalidationKind::kContext;
  all.what.granularity = InvalidationGranularity::kGlobal;
  EXPECT_EQ(core.Invalidate(all), 2u);
  EXPECT_FALSE(WalkTo(core, Pasid(1), kVa).tally.context_hit);
  EXPECT_FALSE(WalkTo(core, Pasid(2), kVa).tally.context_hit);
  CacheInvalidation page;
  page.what.kind = InvalidationKind::kIotlb;
  page.what.granularity = InvalidationGranularity::kDomain;
  page.what.domain = spaces.Find(Pasid(1))->domain_id;
  EXPECT_GT(core.Invalidate(page), 0u);
  EXPECT_EQ(WalkTo(core, Pasid(1), kVa).tally.second_cache_hits, 0u);
  EXPECT_EQ(WalkTo(core, Pasid(2), kVa).tally.second_cache_hits, 0u);
}

TEST(WalkerCacheKnobs, APageOfAPasidIsForgottenInItsPartition) {
  const auto classes = QuietAndNoisy(TranslationStages::kFirstOnly);
  AddressSpaces spaces(classes, 7);
  PageWalkerCore core(AllCaches(64, 2), spaces, CachePartitions(classes));
  WalkTo(core, Pasid(103), kVa);
  EXPECT_TRUE(WalkTo(core, Pasid(103), kVa).tally.first_cache_hit);
  core.InvalidatePage(Pasid(103), kVa);
  EXPECT_FALSE(WalkTo(core, Pasid(103), kVa).tally.first_cache_hit);
}

TEST(WalkerCacheKnobs, CachesThatTakeTimeAreAskedBeforeTheyAreLookedAt) {
  const auto classes = QuietAndNoisy(TranslationStages::kNested);
  AddressSpaces spaces(classes, 7);
  PageWalkerConfig config = AllCaches(64, 1);
  config.pasid_cache.lookup_latency_ps = 1;
  config.first_stage_cache[0].lookup_latency_ps = config.first_stage_cache[2].lookup_latency_ps = 1;
  config.nested_cache.lookup_latency_ps = 1;
  PageWalkerCore core(config, spaces);
  std::vector<WalkerCacheSet> asked;
  OngoingWalk walk;
  core.Begin(walk, {kDevice, Pasid(3), kVa});
  while (const auto access = core.Next(walk)) {
    if (access.kind == EntryAccess::Kind::kLookUp) asked.push_back(access.lookup);
  }
  const auto levels = static_cast<WalkerCacheSet>(SetOf(FirstStageCache(2)) | SetOf(FirstStageCache(4)));
  const WalkerCacheSet nested = SetOf(kNestedPages);
  EXPECT_EQ(asked, (std::vector<WalkerCacheSet>{SetOf(kPasidEntries), levels, nested, nested, nested, nested}));
}

TEST(CachePorts, SlotsAreTakenInOrderAndTheSlowestCacheDecides) {
  PageWalkerConfig config;
  config.pasid_cache = Entries(4);
  config.pasid_cache.lookup_latency_ps = 10;
  config.pasid_cache.slots = 2;
  config.first_stage_cache[0] = config.first_stage_cache[1] = Entries(4);
  config.first_stage_cache[0].lookup_latency_ps = 3;
  config.first_stage_cache[1].lookup_latency_ps = 5;
  CachePorts ports(config);
  const auto pasid = [&](Picoseconds now) { return ports.Ask(SetOf(kPasidEntries), now); };
  EXPECT_EQ(pasid(100).done, 110u);
  EXPECT_EQ(pasid(101).done, 111u);
  EXPECT_EQ(pasid(102).start, 110u);
  EXPECT_EQ(pasid(103).start, 111u);
  EXPECT_EQ(pasid(130).start, 130u);
  EXPECT_EQ(ports.Ask(FirstStageCaches(4), 200).done, 205u);
  EXPECT_EQ(ports.Ask(FirstStageCaches(4), 200).start, 200u) << "no slots configured: nobody waits";
}

TEST(WalkerCacheKnobs, WhatCouldHaveNoEffectIsRefused) {
  const auto fields = [](const WalkerCacheConfig& cache) {
    std::vector<std::string> names;
    for (const ConfigFault& fault : cache.Validate("c")) names.push_back(fault.field);
    return names;
  };
  WalkerCacheConfig none;
  none.lookup_latency_ps = 5;
  EXPECT_EQ(fields(none), std::vector<std::string>{"c.lookup_latency"});
  WalkerCacheConfig untimed = Entries(8);
  untimed.slots = 2;
  EXPECT_EQ(fields(untimed), std::vector<std::string>{"c.slots"});
  EXPECT_EQ(fields(Shared(0, 2)), std::vector<std::string>{"c.partitions"});
  EXPECT_EQ(fields(Shared(7, 2)), std::vector<std::string>{"c.entries"});
  WalkerCacheConfig oracle = Entries(8);
  oracle.policy = ReplacementPolicy::kBelady;
  EXPECT_EQ(fields(oracle), std::vector<std::string>{"c.policy"});
  EXPECT_TRUE(fields(Shared(8, 2)).empty());
}

}  // namespace
}  // namespace siov
