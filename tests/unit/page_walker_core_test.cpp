// SPDX-License-Identifier: Apache-2.0
// Laws of the walk: how many dependent reads each kind takes, in which order, and what the caches save.
#include "models/page_walker/page_walker_core.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace siov {
namespace {

constexpr RequesterId kDevice = 0x0100;
constexpr std::uint64_t kVa = 0x12'3456'7000;

CacheGeometry Entries(std::uint32_t entries) {
  CacheGeometry geometry;
  geometry.entries = entries;
  return geometry;
}

AddressSpaceClass Class(TranslationStages stages, TableFormat first, TableFormat second) {
  AddressSpaceClass config;
  config.first_pasid = 1;
  config.count = 1000;
  config.stages = stages;
  config.first_format = first;
  config.second_format = second;
  return config;
}

// All caches on.
PageWalkerConfig Cached() {
  PageWalkerConfig config;
  config.context_cache = Entries(16);
  config.pasid_cache = Entries(16);
  config.first_stage_cache.fill(Entries(16));
  config.second_stage_cache.fill(Entries(64));
  return config;
}

struct Outcome {
  std::vector<std::uint64_t> reads;
  Translation result;
  WalkTally tally;
  std::size_t table_reads() const { return reads.size() - tally.structure_reads; }
};

Outcome WalkTo(PageWalkerCore& core, Pasid pasid, std::uint64_t address) {
  Walk walk;
  core.Begin(walk, {kDevice, pasid, address});
  Outcome outcome;
  while (const auto access = core.Next(walk)) outcome.reads.push_back(access->address);
  outcome.result = walk.result();
  outcome.tally = walk.tally();
  return outcome;
}

// (n+1)(m+1)-1 for n on m levels; n for one stage (VT-d 3.8; RISC-V privileged specification, two-stage translation).
TEST(PageWalkLaw, ColdWalksTakeTheReadsOfTheFormula) {
  using Format = TableFormat;
  struct Row {
    TranslationStages stages;
    Format first, second;
    std::uint8_t first_leaf, second_leaf;
    std::size_t reads;
  };
  const auto nested = TranslationStages::kNested;
  for (const Row& row : {
           Row{TranslationStages::kFirstOnly, Format::kX86FourLevel, Format::kNone, 12, 12, 4},
           Row{TranslationStages::kFirstOnly, Format::kX86FiveLevel, Format::kNone, 12, 12, 5},
           Row{TranslationStages::kFirstOnly, Format::kX86FourLevel, Format::kNone, 21, 12, 3},
           Row{TranslationStages::kFirstOnly, Format::kX86FourLevel, Format::kNone, 30, 12, 2},
           Row{TranslationStages::kFirstOnly, Format::kSv57, Format::kNone, 12, 12, 5},
           Row{TranslationStages::kSecondOnly, Format::kNone, Format::kX86FourLevel, 12, 12, 4},
           Row{TranslationStages::kSecondOnly, Format::kNone, Format::kSv39, 12, 21, 2},
           Row{nested, Format::kX86FourLevel, Format::kX86FourLevel, 12, 12, 24},
           Row{nested, Format::kX86FiveLevel, Format::kX86FiveLevel, 12, 12, 35},
           Row{nested, Format::kX86FiveLevel, Format::kX86FourLevel, 12, 12, 29},
           Row{nested, Format::kX86FourLevel, Format::kX86FiveLevel, 12, 12, 29},
           Row{nested, Format::kSv39, Format::kSv39, 12, 12, 15},
           Row{nested, Format::kX86FourLevel, Format::kX86FourLevel, 21, 12, 19},
           Row{nested, Format::kX86FourLevel, Format::kX86FourLevel, 12, 21, 19},
           Row{nested, Format::kX86FourLevel, Format::kX86FourLevel, 30, 30, 8},
           Row{TranslationStages::kPassThrough, Format::kNone, Format::kNone, 12, 12, 0},
       }) {
    AddressSpaceClass config = Class(row.stages, row.first, row.second);
    config.first_leaf_shift = row.first_leaf;
    config.second_leaf_shift = row.second_leaf;
    AddressSpaces spaces({config}, 7);
    // Cold caches save nothing: a walk never profits from itself.
    for (const PageWalkerConfig& walker : {PageWalkerConfig{}, Cached()}) {
      PageWalkerCore core(walker, spaces);
      const Outcome outcome = WalkTo(core, Pasid(3), kVa);
      EXPECT_EQ(outcome.table_reads(), row.reads);
      EXPECT_EQ(outcome.tally.structure_reads, 4u);
      const PageMapping expected = spaces.Translate(Pasid(3), kVa);
      EXPECT_EQ(outcome.result.address, expected.address);
      EXPECT_EQ(outcome.result.page_shift, expected.page_shift);
      EXPECT_TRUE(outcome.result.read && outcome.result.write);
    }
  }
}

TEST(PageWalk, ReadsInHardwareOrder) {
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  const AddressSpace space = *spaces.Find(Pasid(3));
  std::vector<std::uint64_t> expected{spaces.structures().RootEntryAddress(kDevice), spaces.structures().ContextEntryAddress(kDevice),
                                      spaces.structures().DirectoryEntryAddress(kDevice, 3),
                                      spaces.structures().PasidEntryAddress(kDevice, 3)};
  for (unsigned level = 4; level >= 1; --level) {
    expected.push_back(spaces.EntryAddress(space, TableStage::kFirst, level, kVa));
  }
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).reads, expected);
}

TEST(PageWalk, NestedReadsFirstStageEntriesWhereTheSecondStagePutsThem) {
  AddressSpaces spaces(
      {Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel)}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  const AddressSpace space = *spaces.Find(Pasid(3));
  const Outcome outcome = WalkTo(core, Pasid(3), kVa);
  // The root's entry comes after its own second-stage walk: the fifth table read.
  const std::uint64_t guest = spaces.TableAddress(space, TableStage::kFirst, 4, kVa);
  const std::uint64_t host = spaces.ReadEntry(space, TableStage::kSecond, 1, guest).address;
  EXPECT_EQ(outcome.reads[4 + 4], host + space.first.Index(4, kVa) * 8);
  EXPECT_EQ(outcome.reads[4], spaces.EntryAddress(space, TableStage::kSecond, 4, guest));
}

TEST(PageWalk, PagingStructureCachesSkipToTheDeepestTableTheyKnow) {
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)}, 7);
  PageWalkerCore core(Cached(), spaces);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).reads.size(), 8u);
  // Same page table; same page directory; same page-directory-pointer table; same root only.
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa + kPage4K).reads.size(), 1u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa + (std::uint64_t{1} << 21)).reads.size(), 2u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa + (std::uint64_t{1} << 30)).reads.size(), 3u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa + (std::uint64_t{1} << 39)).reads.size(), 4u);
  // Another PASID of the same device needs its PASID entry (two reads), not the context (two fewer).
  const Outcome other = WalkTo(core, Pasid(4), kVa);
  EXPECT_EQ(other.tally.structure_reads, 2u);
  EXPECT_EQ(other.table_reads(), 4u);
}

TEST(PageWalk, LeavesAreNeverInPagingStructureCaches) {
  AddressSpaceClass config = Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone);
  config.first_leaf_shift = kPageShift2M;
  AddressSpaces spaces({config}, 7);
  PageWalkerCore core(Cached(), spaces);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 3u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 1u);  // the leaf itself is read again
}

TEST(PageWalk, WarmNestedWalkNeedsTheLeafAndTheFinalSecondStage) {
  AddressSpaceClass config = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  config.guest_memory_bits = 31;  // two 1 GiB regions: 1,024 second-stage page tables
  AddressSpaces spaces({config}, 7);
  PageWalkerConfig walker = Cached();
  walker.second_stage_cache.fill(Entries(4096));
  PageWalkerCore core(walker, spaces);
  WalkTo(core, Pasid(3), kVa);
  // Same page: the leaf's table is known by its host address; the final address needs its last second-stage level.
  const Outcome again = WalkTo(core, Pasid(3), kVa);
  EXPECT_EQ(again.tally.first_reads[0], 1u);
  EXPECT_EQ(again.tally.second_reads[0], 1u);
  EXPECT_EQ(again.reads.size(), 2u);
}

TEST(PageWalk, NestedCacheSparesTablesTheirSecondStage) {
  AddressSpaceClass config = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  AddressSpaces spaces({config}, 7);
  PageWalkerConfig walker;
  walker.nested_cache = Entries(64);
  PageWalkerCore core(walker, spaces);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 24u);
  const Outcome again = WalkTo(core, Pasid(3), kVa);
  EXPECT_EQ(again.tally.nested_cache_hits, 4u);
  EXPECT_EQ(again.table_reads(), 8u);  // four first-stage entries, four second-stage ones of the final address
}

TEST(PageWalk, SecondStageCachesAreSharedByADomain) {
  AddressSpaceClass config = Class(TranslationStages::kSecondOnly, TableFormat::kNone, TableFormat::kX86FourLevel);
  config.pasids_per_domain = 2;
  AddressSpaces spaces({config}, 7);
  PageWalkerCore core(Cached(), spaces);
  EXPECT_EQ(WalkTo(core, Pasid(1), kVa).table_reads(), 4u);
  EXPECT_EQ(WalkTo(core, Pasid(2), kVa).table_reads(), 1u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 4u);
}

TEST(PageWalk, FaultsEndTheWalkAtTheEntryThatCausesThem) {
  AddressSpaceClass absent = Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone);
  absent.count = 1;
  absent.resident_fraction = 0;
  AddressSpaceClass explicit_second = absent;
  explicit_second.first_pasid = 2;
  explicit_second.stages = TranslationStages::kSecondOnly;
  explicit_second.second_format = TableFormat::kSv39;
  explicit_second.explicit_pages = true;
  AddressSpaces spaces({absent, explicit_second}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);

  const Outcome not_present = WalkTo(core, Pasid(1), kVa);
  EXPECT_EQ(not_present.result.fault_reason, kFirstStageNotPresent);
  EXPECT_FALSE(not_present.result.read || not_present.result.write);
  EXPECT_EQ(not_present.reads.size(), 8u);
  // Nothing that faulted is cached: the page is there as soon as software put it there (IOM-13).
  EXPECT_TRUE(spaces.MakeResident(Pasid(1), kVa));
  EXPECT_TRUE(WalkTo(core, Pasid(1), kVa).result.write);

  EXPECT_EQ(WalkTo(core, Pasid(1), std::uint64_t{1} << 47).result.fault_reason, kNotCanonical);
  EXPECT_EQ(WalkTo(core, Pasid(1), std::uint64_t{1} << 47).reads.size(), 4u);
  EXPECT_EQ(WalkTo(core, Pasid(2), std::uint64_t{1} << 41).result.fault_reason, kAboveGuestWidth);
  const Outcome no_table = WalkTo(core, Pasid(2), 0);
  EXPECT_EQ(no_table.result.fault_reason, kSecondStageNotPresent);
  EXPECT_EQ(no_table.reads.size(), 5u);  // already the root's entry refers to nothing
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).result.fault_reason, kPasidEntryNotPresent);

  spaces.Map(Pasid(2), 0x1000, kPageShift4K, 0xFEE0'1000, true, true);
  EXPECT_EQ(WalkTo(core, Pasid(2), 0x1000).result.fault_reason, kInterruptRange);
  spaces.Map(Pasid(2), 0x2000, kPageShift4K, 0x5000, true, false);
  const Translation read_only = WalkTo(core, Pasid(2), 0x2000).result;
  EXPECT_TRUE(read_only.read);
  EXPECT_FALSE(read_only.write);
}

TEST(PageWalk, PasidEntryThatIsNotPresentIsNotCached) {
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)}, 7);
  PageWalkerCore core(Cached(), spaces);
  WalkTo(core, Pasid(5000), kVa);
  const Outcome again = WalkTo(core, Pasid(5000), kVa);
  EXPECT_FALSE(again.tally.pasid_hit);
  EXPECT_TRUE(again.tally.context_hit);
}

TEST(PageWalk, InvalidatePageForgetsTheWayToThePage) {
  AddressSpaceClass nested = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  nested.first_pasid = 2000;
  nested.pasids_per_domain = 2;
  AddressSpaces spaces(
      {Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone), nested}, 7);
  PageWalkerCore core(Cached(), spaces);
  WalkTo(core, Pasid(3), kVa);
  WalkTo(core, Pasid(4), kVa);
  core.InvalidatePage(Pasid(3), kVa);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 4u);
  EXPECT_EQ(WalkTo(core, Pasid(4), kVa).table_reads(), 1u);
  // Nested: the whole domain, so also what its other PASID has.
  WalkTo(core, Pasid(2000), kVa);
  WalkTo(core, Pasid(2001), kVa);
  WalkTo(core, Pasid(2002), kVa);
  core.InvalidatePage(Pasid(2000), kVa);
  EXPECT_EQ(WalkTo(core, Pasid(2001), kVa).table_reads(), 24u);
  EXPECT_LT(WalkTo(core, Pasid(2002), kVa).table_reads(), 24u);
}

CacheInvalidation Invalidate(InvalidationKind kind, InvalidationGranularity granularity, std::uint16_t domain) {
  CacheInvalidation invalidation;
  invalidation.what.kind = kind;
  invalidation.what.granularity = granularity;
  invalidation.what.domain = domain;
  invalidation.requester = kDevice;
  return invalidation;
}

// What each descriptor removes from the walker's caches, seen through the reads of the next walk (VT-d tables 23, 24).
TEST(PageWalk, InvalidationsRemoveWhatTheirDescriptorsName) {
  using Granularity = InvalidationGranularity;
  AddressSpaceClass nested = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  nested.first_pasid = 2000;
  nested.pasids_per_domain = 2;
  nested.guest_memory_bits = 31;
  AddressSpaces spaces(
      {Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone), nested}, 7);
  const std::uint16_t vm = spaces.Find(Pasid(2000))->domain_id;
  const auto reads_after = [&](const CacheInvalidation& invalidation, std::uint32_t pasid) {
    PageWalkerConfig config = Cached();
    config.second_stage_cache.fill(Entries(4096));
    PageWalkerCore core(config, spaces);
    WalkTo(core, Pasid(3), kVa);
    WalkTo(core, Pasid(2000), kVa);
    core.Invalidate(invalidation);
    return WalkTo(core, Pasid(pasid), kVa).reads.size();
  };
  CacheInvalidation none;
  EXPECT_EQ(reads_after(none, 3), 1u);
  EXPECT_EQ(reads_after(none, 2000), 2u);
  // The PASID cache makes the context cache unnecessary; both gone, all four structures are read.
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kContext, Granularity::kGlobal, 0), 3), 1u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kPasidCache, Granularity::kGlobal, 0), 3), 3u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kPasidCache, Granularity::kDomain, vm), 3), 1u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kPasidCache, Granularity::kDomain, vm), 2000), 4u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kIotlb, Granularity::kGlobal, 0), 3), 4u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kIotlb, Granularity::kDomain, vm), 3), 1u);
  EXPECT_EQ(reads_after(Invalidate(InvalidationKind::kIotlb, Granularity::kDomain, vm), 2000), 24u);
  // A guest page far from everything: first-stage entries of the VM go all the same, second-stage ones stay.
  CacheInvalidation page = Invalidate(InvalidationKind::kIotlb, Granularity::kPage, vm);
  page.address = std::uint64_t{1} << 40;
  EXPECT_EQ(reads_after(page, 2000), 9u);
  page.address = 0;
  page.what.page_shift = 64;
  EXPECT_EQ(reads_after(page, 2000), 24u);
  page.what.leaf_only = true;
  EXPECT_EQ(reads_after(page, 2000), 9u);
  CacheInvalidation of_pasid = Invalidate(InvalidationKind::kPasidIotlb, Granularity::kPasid, vm);
  of_pasid.pasid = Pasid(2000);
  EXPECT_EQ(reads_after(of_pasid, 2000), 9u);
  EXPECT_EQ(reads_after(of_pasid, 3), 1u);
  CacheInvalidation in_pasid = Invalidate(InvalidationKind::kPasidIotlb, Granularity::kPage, kFirstStageDomain);
  in_pasid.pasid = Pasid(3);
  in_pasid.address = kVa + (std::uint64_t{1} << 21);  // another page directory entry, the same PDP entry
  EXPECT_EQ(reads_after(in_pasid, 3), 1u);
  in_pasid.what.page_shift = 30;
  EXPECT_EQ(reads_after(in_pasid, 3), 4u);  // the way to the range goes, from the root on
  in_pasid.what.leaf_only = true;
  EXPECT_EQ(reads_after(in_pasid, 3), 1u);
}

TEST(PageWalk, AWalkAnInvalidationOvertookLearnsNothing) {
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)}, 7);
  for (const bool overlaps : {true, false}) {
    PageWalkerCore core(Cached(), spaces);
    Walk walk;
    core.Begin(walk, {kDevice, Pasid(3), kVa});
    EXPECT_FALSE(core.Overtake(walk, CacheInvalidation()));  // it has read nothing yet
    for (int read = 0; read < 6; ++read) ASSERT_TRUE(core.Next(walk));
    CacheInvalidation invalidation =
        Invalidate(InvalidationKind::kPasidIotlb, InvalidationGranularity::kPasid, kFirstStageDomain);
    invalidation.pasid = Pasid(overlaps ? 3 : 4);
    EXPECT_EQ(core.Overtake(walk, invalidation), overlaps);
    while (core.Next(walk)) {
    }
    EXPECT_EQ(walk.result().overtaken, overlaps);
    EXPECT_TRUE(walk.result().read);
    EXPECT_EQ(WalkTo(core, Pasid(3), kVa).reads.size(), overlaps ? 8u : 1u);
  }
}

TEST(PageWalkerConfig, ValidateNamesEveryFault) {
  PageWalkerConfig config;
  config.walkers = 0;
  config.first_stage_cache[0].entries = 8;
  config.first_stage_cache[0].ways = 3;
  const ConfigFaults faults = config.Validate();
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].field, "walkers");
  EXPECT_EQ(faults[1].field.find("first_stage_cache.l2"), 0u);
  EXPECT_TRUE(PageWalkerConfig{}.Validate().empty());
}

}  // namespace
}  // namespace siov
