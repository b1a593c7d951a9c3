// SPDX-License-Identifier: Apache-2.0
// Tables whose entries all follow the rule are read without looking for exceptions: which those are, and that they say
// the same as where exceptions are looked for.
#include "models/translation/stage_tables.h"

#include <gtest/gtest.h>

#include <functional>

#include "models/translation/address_spaces.h"

namespace siov {
namespace {

constexpr std::uint64_t kVa = 0x7F12'3456'7000;
constexpr Pasid kPasid{3};

AddressSpaceClass Nested() {
  AddressSpaceClass config;
  config.count = 100;
  config.stages = TranslationStages::kNested;
  config.first_format = TableFormat::kX86FourLevel;
  config.second_format = TableFormat::kX86FourLevel;
  config.second_leaf_shift = kPageShift2M;
  return config;
}

// Which stages of a nested class, changed, follow the rule.
void ExpectRegular(bool first, bool second, const std::function<void(AddressSpaceClass*)>& change) {
  AddressSpaceClass config = Nested();
  change(&config);
  const AddressSpaces spaces({config}, 1);
  const AddressSpace space = *spaces.Find(kPasid);
  EXPECT_EQ(spaces.AllAsRuled(spaces.StageOf(space, TableStage::kFirst)), first);
  EXPECT_EQ(spaces.AllAsRuled(spaces.StageOf(space, TableStage::kSecond)), second);
}

TEST(StageTables, ExceptionsAreOfTheStageTheyConcern) {
  ExpectRegular(true, true, [](AddressSpaceClass* config) { config->read_only = true; });
  ExpectRegular(false, true, [](AddressSpaceClass* config) { config->explicit_pages = true; });
  ExpectRegular(false, false,
                [](AddressSpaceClass* config) { config->explicit_pages = config->explicit_second_stage = true; });
  ExpectRegular(false, true, [](AddressSpaceClass* config) { config->resident_fraction = 0.5; });
  ExpectRegular(false, true, [](AddressSpaceClass* config) {
    config->leaf_ranges.emplace_back().bytes = std::uint64_t{1} << kPageShift2M;
  });
  ExpectRegular(false, true, [](AddressSpaceClass* config) { config->first_accessed_dirty = true; });
  ExpectRegular(true, false, [](AddressSpaceClass* config) { config->second_accessed_dirty = true; });
}

// An entry that software changes elsewhere has all be looked up: they say what they said.
TEST(StageTables, SayWhatIsSaidWhereExceptionsAreLookedFor) {
  AddressSpaceClass config = Nested();
  config.read_only = true;
  AddressSpaces ruled({config}, 1);
  AddressSpaces searched({config}, 1);
  searched.SetEntry(Pasid(99), TableStage::kFirst, 1, kVa, EntryOverride{});
  const AddressSpace space = *ruled.Find(kPasid);
  for (const TableStage stage : {TableStage::kFirst, TableStage::kSecond}) {
    const StageTables tables = ruled.StageOf(space, stage);
    ASSERT_TRUE(ruled.AllAsRuled(tables));
    ASSERT_FALSE(searched.AllAsRuled(tables));
    for (unsigned level = tables.layout.levels; level >= tables.leaf_level; --level) {
      const TableEntry entry = ruled.ReadEntry(space, stage, level, kVa);
      const TableEntry other = searched.ReadEntry(space, stage, level, kVa);
      EXPECT_EQ(entry.kind, other.kind) << level;
      EXPECT_EQ(entry.address, other.address) << level;
      EXPECT_EQ(entry.write, other.write) << level;
      EXPECT_EQ(entry.kind == TableEntry::Kind::kLeaf, level == tables.leaf_level) << level;
      EXPECT_EQ(entry.write, stage == TableStage::kSecond || level != 1) << "only the tenant's leaves are read-only";
    }
  }
}

}  // namespace
}  // namespace siov
