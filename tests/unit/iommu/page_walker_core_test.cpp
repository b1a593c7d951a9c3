// SPDX-License-Identifier: Apache-2.0
// Laws of the walk: how many dependent reads each kind takes, in which order, and what the caches save.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/core_walks.h"

namespace siov {
namespace {

using namespace walks;

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
  std::vector<std::uint64_t> expected{
      spaces.structures().RootEntryAddress(kDevice), spaces.structures().ContextEntryAddress(kDevice),
      spaces.structures().DirectoryEntryAddress(kDevice, 3), spaces.structures().PasidEntryAddress(kDevice, 3)};
  for (unsigned level = 4; level >= 1; --level) {
    expected.push_back(spaces.EntryAddress(space, TableStage::kFirst, level, kVa));
  }
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).reads, expected);
}

// The walk whose access number `failing` is answered with an error; and how many accesses came before its end.
std::pair<FaultReason, std::size_t> WalkWithError(AddressSpaceClass config, PageWalkerConfig walker,
                                                  std::size_t failing, bool translated = false) {
  AddressSpaces spaces({config}, 7);
  PageWalkerCore core(walker, spaces);
  OngoingWalk walk;
  WalkRequest request{kDevice, Pasid(3), kVa};
  request.write = true;
  request.translated = translated;
  core.Begin(walk, request);
  std::size_t accesses = 0;
  while (core.Next(walk)) {
    if (accesses++ == failing) core.AccessFailed(walk);
  }
  return {static_cast<FaultReason>(walk.result().fault_reason), accesses};
}

TEST(PageWalk, AnAccessThatFailsEndsTheWalkWithTheFaultOfWhatItWasFor) {
  const auto first = Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone);
  const auto second = Class(TranslationStages::kSecondOnly, TableFormat::kNone, TableFormat::kX86FourLevel);
  auto dirty = first;
  dirty.first_accessed_dirty = true;
  auto second_dirty = second;
  second_dirty.second_accessed_dirty = true;
  PageWalkerConfig riscv;
  riscv.profile = IommuProfile::kRiscv;
  struct Row {
    const AddressSpaceClass* space;
    std::size_t failing;
    FaultReason reason;
  };
  for (const Row& row : {Row{&first, 0, kRootReadError}, Row{&first, 1, kContextReadError},
                         Row{&first, 2, kPasidDirectoryReadError}, Row{&first, 3, kPasidEntryReadError},
                         Row{&first, 4, kFirstStageReadError}, Row{&first, 7, kFirstStageReadError},
                         Row{&second, 4, kSecondStageReadError}, Row{&dirty, 5, kFirstStageUpdateFailed}}) {
    EXPECT_EQ(WalkWithError(*row.space, {}, row.failing), std::pair(row.reason, row.failing + 1)) << row.failing;
  }
  const std::size_t updates_leaf = WalkWithError(second_dirty, {}, 99).second - 1;
  EXPECT_EQ(WalkWithError(second_dirty, {}, updates_leaf), std::pair(kSecondStageUpdateFailed, updates_leaf + 1));
  EXPECT_EQ(WalkWithError(first, riscv, 0), std::pair(kRiscvDeviceDirectoryAccessFault, std::size_t{1}));
  const auto [none, all] = WalkWithError(first, {}, 99);
  EXPECT_EQ(none, kNoFault);
  EXPECT_EQ(all, 8u);
}

TEST(PageWalk, NestedReadsFirstStageEntriesWhereTheSecondStagePutsThem) {
  AddressSpaces spaces({Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel)}, 7);
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

// What procedural tables say, mapped page by page into explicit ones of both stages: the same walks, read by read.
TEST(PageWalk, ExplicitTablesAreWalkedLikeTheProceduralOnesTheyCopy) {
  for (const unsigned shift : {kPageShift4K, kPageShift2M}) {
    AddressSpaceClass config = Class(TranslationStages::kNested, TableFormat::kX86FiveLevel, TableFormat::kSv48);
    config.first_leaf_shift = config.second_leaf_shift = static_cast<std::uint8_t>(shift);
    AddressSpaces procedural({config}, 7);
    config.explicit_pages = config.explicit_second_stage = true;
    AddressSpaces sparse({config}, 7);
    const AddressSpace space = *procedural.Find(Pasid(3));
    const unsigned leaf = LevelOfLeaf(shift);
    const auto map_guest = [&](std::uint64_t guest) {
      const std::uint64_t page = procedural.ReadEntry(space, TableStage::kSecond, leaf, guest).address;
      sparse.MapSecondStage(Pasid(3), PageBase(guest, shift), shift, page, true, true);
    };
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::uint64_t va = PageBase(kVa + (i << shift) + ((i % 3) << 39), shift);
      const std::uint64_t guest = procedural.ReadEntry(space, TableStage::kFirst, leaf, va).address;
      sparse.Map(Pasid(3), va, shift, guest, true, true);
      map_guest(guest);
      for (unsigned level = 5; level >= leaf; --level) {
        map_guest(procedural.TableAddress(space, TableStage::kFirst, level, va));
      }
    }
    for (const PageWalkerConfig& walker : {PageWalkerConfig{}, Cached()}) {
      PageWalkerCore one(walker, procedural);
      PageWalkerCore other(walker, sparse);
      for (std::uint64_t i = 0; i < 20; ++i) {
        const std::uint64_t va = kVa + (i << shift) + ((i % 3) << 39);
        const Outcome expected = WalkTo(one, Pasid(3), va);
        const Outcome outcome = WalkTo(other, Pasid(3), va);
        EXPECT_EQ(outcome.reads, expected.reads);
        EXPECT_EQ(outcome.result.address, expected.result.address);
        EXPECT_EQ(outcome.result.page_shift, expected.result.page_shift);
        EXPECT_TRUE(outcome.result.write);
      }
    }
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

TEST(PageWalk, SecondStageReadsAreThoseOfItsEntries) {
  AddressSpaces spaces({Class(TranslationStages::kSecondOnly, TableFormat::kNone, TableFormat::kX86FourLevel)}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  const AddressSpace space = *spaces.Find(Pasid(3));
  const Outcome outcome = WalkTo(core, Pasid(3), kVa);
  ASSERT_EQ(outcome.reads.size(), 8u);
  for (unsigned level = 4; level >= 1; --level) {
    EXPECT_EQ(outcome.reads[8 - level], spaces.EntryAddress(space, TableStage::kSecond, level, kVa)) << level;
  }
}

}  // namespace
}  // namespace siov
