// SPDX-License-Identifier: Apache-2.0
#include "models/translation/address_spaces.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace siov {
namespace {

constexpr std::uint64_t kSeed = 42;

AddressSpaceClass Class(std::uint32_t first, std::uint32_t count) {
  AddressSpaceClass config;
  config.first_pasid = first;
  config.count = count;
  return config;
}

AddressSpaceClass Nested(TableFormat first, TableFormat second) {
  AddressSpaceClass config = Class(1, 100);
  config.stages = TranslationStages::kNested;
  config.first_format = first;
  config.second_format = second;
  return config;
}

TEST(TableLayout, WidthsAndRootsOfEveryFormat) {
  struct Row {
    TableFormat format;
    unsigned levels, first_bits, second_bits, second_root_bits;
  };
  for (const Row& row : {Row{TableFormat::kX86FourLevel, 4, 48, 48, 9}, Row{TableFormat::kX86FiveLevel, 5, 57, 57, 9},
                         Row{TableFormat::kSv39, 3, 39, 41, 11}, Row{TableFormat::kSv48, 4, 48, 50, 11},
                         Row{TableFormat::kSv57, 5, 57, 59, 11}}) {
    const TableLayout first = LayoutOf(row.format, TableStage::kFirst);
    const TableLayout second = LayoutOf(row.format, TableStage::kSecond);
    EXPECT_EQ(first.levels, row.levels);
    EXPECT_EQ(second.levels, row.levels);
    EXPECT_EQ(first.input_bits, row.first_bits);
    EXPECT_EQ(second.input_bits, row.second_bits);
    EXPECT_EQ(second.root_index_bits, row.second_root_bits);
    // First-stage addresses are canonical, second-stage ones are plain.
    EXPECT_TRUE(first.Accepts((std::uint64_t{1} << (row.first_bits - 1)) - 1));
    EXPECT_FALSE(first.Accepts(std::uint64_t{1} << (row.first_bits - 1)));
    EXPECT_TRUE(first.Accepts(~std::uint64_t{0} << (row.first_bits - 1)));
    EXPECT_TRUE(second.Accepts((std::uint64_t{1} << row.second_bits) - 1));
    EXPECT_FALSE(second.Accepts(std::uint64_t{1} << row.second_bits));
  }
  const TableLayout sv39x4 = LayoutOf(TableFormat::kSv39, TableStage::kSecond);
  EXPECT_EQ(sv39x4.Index(3, std::uint64_t{0x7FF} << 30), 0x7FFu);
}

TEST(AddressSpaces, PasidsBelongToTheirClassAlsoAcrossTheWrap) {
  AddressSpaceClass wrapping = Class(kMaxPasids - 2, 4);
  wrapping.pasids_per_domain = 2;
  const AddressSpaces spaces({Class(10, 5), wrapping}, kSeed);
  EXPECT_FALSE(spaces.Find(Pasid(9)));
  EXPECT_TRUE(spaces.Find(Pasid(10)));
  EXPECT_TRUE(spaces.Find(Pasid(14)));
  EXPECT_FALSE(spaces.Find(Pasid(15)));
  EXPECT_FALSE(spaces.Find(Pasid()));
  EXPECT_EQ(spaces.Find(Pasid(kMaxPasids - 1))->domain, kMaxPasids - 2);
  EXPECT_EQ(spaces.Find(Pasid(1))->domain, 0u);
  EXPECT_FALSE(spaces.Find(Pasid(2)));
}

TEST(AddressSpaces, NeighboursOfOneTableShareItsPage) {
  const AddressSpaces spaces({Class(1, 2)}, kSeed);
  const AddressSpace space = *spaces.Find(Pasid(1));
  const std::uint64_t va = 0x7F12'3456'7000;
  const std::uint64_t entry = spaces.EntryAddress(space, TableStage::kFirst, 1, va);
  EXPECT_EQ(spaces.EntryAddress(space, TableStage::kFirst, 1, va + kPage4K), entry + 8);
  EXPECT_NE(spaces.TableAddress(space, TableStage::kFirst, 1, va + (std::uint64_t{1} << 21)),
            AlignDown(entry, kPage4K));
  EXPECT_EQ(spaces.ReadEntry(space, TableStage::kFirst, 2, va).address, AlignDown(entry, kPage4K));
  EXPECT_NE(spaces.TableAddress(*spaces.Find(Pasid(2)), TableStage::kFirst, 1, va), AlignDown(entry, kPage4K));
}

TEST(AddressSpaces, TablesOfDifferentLevelsNeverMeet) {
  const AddressSpaces spaces({Class(1, 1)}, kSeed);
  const AddressSpace space = *spaces.Find(Pasid(1));
  std::set<std::uint64_t> tables;
  for (unsigned level = 1; level <= 4; ++level) tables.insert(spaces.TableAddress(space, TableStage::kFirst, level, 0));
  EXPECT_EQ(tables.size(), 4u);
}

TEST(AddressSpaces, NestedKeepsFirstStageTablesInGuestMemory) {
  AddressSpaceClass config = Nested(TableFormat::kSv39, TableFormat::kSv39);
  config.guest_memory_bits = 34;
  const AddressSpaces spaces({config}, kSeed);
  const AddressSpace space = *spaces.Find(Pasid(7));
  for (std::uint64_t va = 0; va < (std::uint64_t{1} << 38); va += std::uint64_t{1} << 33) {
    EXPECT_LT(spaces.EntryAddress(space, TableStage::kFirst, 1, va), std::uint64_t{1} << 34);
    EXPECT_GE(spaces.EntryAddress(space, TableStage::kSecond, 1, va), std::uint64_t{1} << 47);
    const PageMapping mapping = spaces.Translate(Pasid(7), va);
    EXPECT_TRUE(mapping.present);
    EXPECT_FALSE((mapping.address >> 20) == 0xFEE);
  }
}

TEST(AddressSpaces, TheSmallerLeafOfBothStagesIsThePage) {
  AddressSpaceClass config = Nested(TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  config.first_leaf_shift = kPageShift2M;
  const AddressSpaces small_host({config}, kSeed);
  EXPECT_EQ(small_host.Translate(Pasid(1), 0x1234'5000).page_shift, kPageShift4K);
  config.second_leaf_shift = kPageShift1G;
  const AddressSpaces large_host({config}, kSeed);
  const PageMapping mapping = large_host.Translate(Pasid(1), 0x1234'5000);
  EXPECT_EQ(mapping.page_shift, kPageShift2M);
  EXPECT_EQ(mapping.address % (1u << 21), 0u);
}

TEST(AddressSpaces, AboutTheFractionIsResidentAndFaultsMakeTheRest) {
  AddressSpaceClass config = Class(1, 1000);
  config.resident_fraction = 0.25;
  AddressSpaces spaces({config}, kSeed);
  unsigned present = 0;
  for (std::uint32_t page = 0; page < 10'000; ++page) present += spaces.IsResident(Pasid(3), page * kPage4K) ? 1u : 0u;
  EXPECT_NEAR(present, 2500, 150);
  std::uint64_t absent = 0;
  while (spaces.IsResident(Pasid(3), absent)) absent += kPage4K;
  EXPECT_EQ(spaces.touched_pages(), 0u);
  EXPECT_TRUE(spaces.MakeResident(Pasid(3), absent + 5));
  EXPECT_TRUE(spaces.IsResident(Pasid(3), absent));
  EXPECT_EQ(spaces.touched_pages(), 1u);
  EXPECT_FALSE(spaces.MakeResident(Pasid(2000), 0));
  EXPECT_FALSE(spaces.MakeResident(Pasid(3), std::uint64_t{1} << 50));
}

TEST(AddressSpaces, ReadOnlyRefusesWritesForEver) {
  AddressSpaceClass config = Class(1, 1);
  config.read_only = true;
  AddressSpaces spaces({config}, kSeed);
  EXPECT_FALSE(spaces.Translate(Pasid(1), 0).write);
  EXPECT_TRUE(spaces.MakeResident(Pasid(1), 0));
  EXPECT_FALSE(spaces.MakeResident(Pasid(1), 0, true));
}

// What both kinds can express they answer alike, entry by entry.
TEST(AddressSpaces, ExplicitPagesMatchProceduralOnes) {
  for (const unsigned shift : {kPageShift4K, kPageShift2M, kPageShift1G}) {
    AddressSpaceClass config = Nested(TableFormat::kX86FiveLevel, TableFormat::kX86FourLevel);
    config.first_leaf_shift = static_cast<std::uint8_t>(shift);
    const AddressSpaces procedural({config}, kSeed);
    config.explicit_pages = true;
    AddressSpaces sparse({config}, kSeed);
    const AddressSpace space = *procedural.Find(Pasid(9));
    const AddressSpace sparse_space = *sparse.Find(Pasid(9));
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::uint64_t va = (i * 0x3'1415'9265u) & ~((std::uint64_t{1} << shift) - 1);
      const TableEntry leaf = procedural.ReadEntry(space, TableStage::kFirst, LevelOfLeaf(shift), va);
      EXPECT_FALSE(sparse.Translate(Pasid(9), va).present && i == 0);
      sparse.Map(Pasid(9), va, shift, leaf.address, true, true);
      for (unsigned level = 5; level >= LevelOfLeaf(shift); --level) {
        const TableEntry a = procedural.ReadEntry(space, TableStage::kFirst, level, va);
        const TableEntry b = sparse.ReadEntry(sparse_space, TableStage::kFirst, level, va);
        EXPECT_EQ(a.kind, b.kind);
        EXPECT_EQ(a.address, b.address);
        EXPECT_EQ(a.write, b.write);
      }
      EXPECT_EQ(procedural.Translate(Pasid(9), va + 77).address, sparse.Translate(Pasid(9), va + 77).address);
      EXPECT_EQ(procedural.Translate(Pasid(9), va).page_shift, sparse.Translate(Pasid(9), va).page_shift);
    }
  }
}

TEST(AddressSpaces, UnmapRemovesThePageAndTablesThatNobodyUses) {
  AddressSpaceClass config = Class(1, 1);
  config.explicit_pages = true;
  AddressSpaces spaces({config}, kSeed);
  const AddressSpace space = *spaces.Find(Pasid(1));
  spaces.Map(Pasid(1), 0x1000, kPageShift4K, 0x5000, true, false);
  spaces.Map(Pasid(1), 0x2000, kPageShift4K, 0x6000, true, true);
  EXPECT_THROW(spaces.Map(Pasid(1), 0, kPageShift2M, 0, true, true), std::invalid_argument);
  EXPECT_EQ(spaces.Translate(Pasid(1), 0x1234).address, 0x5000u);
  EXPECT_FALSE(spaces.Translate(Pasid(1), 0x1234).write);
  EXPECT_TRUE(spaces.Unmap(Pasid(1), 0x1000));
  EXPECT_FALSE(spaces.Unmap(Pasid(1), 0x1000));
  EXPECT_EQ(spaces.ReadEntry(space, TableStage::kFirst, 2, 0x1000).kind, TableEntry::Kind::kTable);
  EXPECT_TRUE(spaces.Unmap(Pasid(1), 0x2000));
  EXPECT_EQ(spaces.ReadEntry(space, TableStage::kFirst, 4, 0x1000).kind, TableEntry::Kind::kNotPresent);
  spaces.Map(Pasid(1), 0, kPageShift2M, 0, true, true);
  EXPECT_THROW(spaces.Map(Pasid(1), 0x1000, kPageShift4K, 0x5000, true, true), std::invalid_argument);
}

TEST(AddressSpaces, StructuresAreWhereScalableModePutsThem) {
  const AddressSpaces spaces({Class(1, 1)}, kSeed);
  // Bus 1, devices 0-15 and 16-31 have a context table each; 128 entries of 32 bytes fill a page.
  EXPECT_EQ(spaces.structures().RootEntryAddress(0x0180), spaces.structures().RootEntryAddress(0x0100) + 8);
  EXPECT_EQ(spaces.structures().RootEntryAddress(0x0200), spaces.structures().RootEntryAddress(0x0100) + 16);
  EXPECT_EQ(spaces.structures().ContextEntryAddress(0x0101), spaces.structures().ContextEntryAddress(0x0100) + 32);
  EXPECT_NE(spaces.structures().ContextEntryAddress(0x0180) / kPage4K,
            spaces.structures().ContextEntryAddress(0x0100) / kPage4K);
  EXPECT_EQ(spaces.structures().DirectoryEntryAddress(1, 63), spaces.structures().DirectoryEntryAddress(1, 0));
  EXPECT_EQ(spaces.structures().DirectoryEntryAddress(1, kMaxPasids - 1),
            spaces.structures().DirectoryEntryAddress(1, 0) + ((kMaxPasids >> 6) - 1) * 8);
  EXPECT_EQ(spaces.structures().PasidEntryAddress(1, 5), spaces.structures().PasidEntryAddress(1, 4) + 64);
  EXPECT_NE(spaces.structures().PasidEntryAddress(1, 64) / kPage4K,
            spaces.structures().PasidEntryAddress(1, 63) / kPage4K);
}

TEST(AddressSpaces, DomainIdsAreOneForEachVmAndSharedOtherwise) {
  AddressSpaceClass nested = Nested(TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  nested.pasids_per_domain = 4;  // PASIDs 1 to 100: 25 VMs
  AddressSpaceClass second = Class(1000, 2);
  second.stages = TranslationStages::kSecondOnly;
  second.second_format = TableFormat::kX86FourLevel;
  AddressSpaceClass pass = Class(3000, 2);
  pass.stages = TranslationStages::kPassThrough;
  const AddressSpaces spaces({nested, Class(2000, 2), second, pass}, kSeed);
  const auto id = [&spaces](std::uint32_t pasid) { return spaces.Find(Pasid(pasid))->domain_id; };
  EXPECT_EQ(id(1), id(4));
  EXPECT_EQ(id(5), id(4) + 1);
  EXPECT_EQ(id(100), id(1) + 24);
  EXPECT_NE(id(100), id(1000));
  EXPECT_NE(id(1000), id(1001));
  EXPECT_EQ(id(2000), kFirstStageDomain);
  EXPECT_EQ(id(2001), kFirstStageDomain);
  EXPECT_EQ(id(3001), kPassThroughDomain);
  EXPECT_EQ(spaces.ReadPasidEntry(0x100, 5).domain, id(5));
  EXPECT_EQ(spaces.ReadPasidEntry(0x100, 5).pgtt, kPgttNested);
  // Requests without PASID: the lowest PASID nobody has passes them through.
  EXPECT_EQ(spaces.structures().Context(0x100).rid_pasid, 0u);
  EXPECT_EQ(spaces.ReadPasidEntry(0x100, 0).pgtt, kPgttPassThrough);
  EXPECT_FALSE(spaces.ReadPasidEntry(0x100, 200).present);
}

TEST(AddressSpaces, MoreVmsThanDomainIdsAreRefused) {
  AddressSpaceClass nested = Nested(TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  nested.count = kMaxPasids;
  nested.pasids_per_domain = 16;  // 65,536 VMs, three too many
  const ConfigFaults faults = ValidateAddressSpaces({nested});
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field, "address_spaces[0].pasids_per_domain");
  nested.pasids_per_domain = 17;
  EXPECT_TRUE(ValidateAddressSpaces({nested}).empty());
  // With every PASID taken, requests without one are translated by an entry behind the directory.
  EXPECT_EQ(AddressSpaces({nested}, kSeed).structures().Context(1).rid_pasid, kMaxPasids);
}

TEST(AddressSpaces, SingleEntriesCanBeBrokenAndTracked) {
  AddressSpaceClass config = Class(1, 10);
  config.first_accessed_dirty = true;
  AddressSpaces spaces({config}, kSeed);
  const AddressSpace space = *spaces.Find(Pasid(1));
  const auto entry = [&] { return spaces.ReadEntry(space, TableStage::kFirst, 1, 0x5000); };
  EXPECT_FALSE(entry().accessed || entry().dirty);
  spaces.UseEntry(space, TableStage::kFirst, 1, 0x5000, false);
  EXPECT_TRUE(entry().accessed && !entry().dirty);
  spaces.UseEntry(space, TableStage::kFirst, 1, 0x5000, true);
  spaces.UseEntry(space, TableStage::kFirst, 1, 0x5000, false);
  EXPECT_TRUE(entry().accessed && entry().dirty);  // sticky
  EXPECT_FALSE(spaces.ReadEntry(space, TableStage::kFirst, 1, 0x6000).accessed);
  EntryOverride change;
  change.supervisor = true;
  change.no_write = true;
  spaces.SetEntry(Pasid(1), TableStage::kFirst, 1, 0x5000, change);
  EXPECT_FALSE(entry().user || entry().write);
  EXPECT_FALSE(spaces.Translate(Pasid(1), 0x5000).write);
  change.defect = EntryDefect::kUnreadable;
  spaces.SetEntry(Pasid(1), TableStage::kFirst, 1, 0x5000, change);
  EXPECT_EQ(entry().defect, EntryDefect::kUnreadable);
  spaces.ResetEntry(Pasid(1), TableStage::kFirst, 1, 0x5000);
  spaces.ClearAccessedDirty(Pasid(1), TableStage::kFirst, 1, 0x5000);
  EXPECT_TRUE(entry().user && entry().write && !entry().accessed);
}

TEST(AddressSpaceClass, ValidateNamesEveryFault) {
  AddressSpaceClass config = Class(kMaxPasids, 0);
  config.first_format = TableFormat::kNone;
  config.first_leaf_shift = 13;
  config.resident_fraction = 1.5;
  config.cache_partition_spread = 0;
  EXPECT_EQ(config.Validate().size(), 6u);
  EXPECT_TRUE(Class(1, 1).Validate().empty());
  AddressSpaceClass nested = Nested(TableFormat::kSv39, TableFormat::kSv39);
  nested.guest_memory_bits = 42;
  EXPECT_EQ(nested.Validate().size(), 1u);
  nested.guest_memory_bits = 41;
  EXPECT_TRUE(nested.Validate().empty());
  const ConfigFaults overlap = ValidateAddressSpaces({Class(5, 10), Class(kMaxPasids - 1, 7)});
  ASSERT_EQ(overlap.size(), 1u);
  EXPECT_EQ(overlap[0].field, "address_spaces[0].first_pasid");
  EXPECT_TRUE(ValidateAddressSpaces({Class(6, 10), Class(kMaxPasids - 1, 7)}).empty());
}

TEST(AddressSpaces, ARangeMayHaveLeavesOfAnotherSize) {
  AddressSpaceClass space;
  space.leaf_ranges = {{0x4000'0000, std::uint64_t{2} << kPageShift2M, kPageShift2M}};
  const AddressSpaces spaces({space}, 1);
  for (const std::uint64_t address : {0x3FFF'FFFFull, 0x4000'0000ull, 0x403F'FFFFull, 0x4040'0000ull}) {
    const bool inside = address >= 0x4000'0000 && address < 0x4040'0000;
    const PageMapping mapping = spaces.Translate(Pasid(1), address);
    EXPECT_TRUE(mapping.present);
    EXPECT_EQ(mapping.page_shift, inside ? kPageShift2M : kPageShift4K) << std::hex << address;
    EXPECT_EQ(mapping.address % (std::uint64_t{1} << mapping.page_shift), 0u);
  }
  space.leaf_ranges[0].from += kPage4K;
  EXPECT_EQ(space.Validate().at(0).field, "leaf_ranges");
}

TEST(AddressSpaces, AMappingIsAlignedAtEachOfItsEnds) {
  AddressSpaceClass config = Class(1, 1);
  config.explicit_pages = true;
  AddressSpaces spaces({config}, 1);
  EXPECT_THROW(spaces.Map(Pasid(1), 0x1800, kPageShift4K, 0x5000, true, true), std::invalid_argument);
  EXPECT_THROW(spaces.Map(Pasid(1), 0x1000, kPageShift4K, 0x5800, true, true), std::invalid_argument);
  EXPECT_THROW(spaces.Map(Pasid(1), 0x1000, kPageShift4K + 1, 0x5000, true, true), std::invalid_argument);
  EXPECT_THROW(spaces.Map(Pasid(1), 0, kPageShift1G + 9, 0, true, true), std::invalid_argument);
  EXPECT_NO_THROW(spaces.Map(Pasid(1), 0x1000, kPageShift4K, 0x5000, true, true));
}

}  // namespace
}  // namespace siov
