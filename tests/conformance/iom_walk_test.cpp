// SPDX-License-Identifier: Apache-2.0
// Page tables: rights, accessed and dirty bits, nesting (docs/requirements/iom.md, 11.1), seen through the accesses the
// walker sends to memory and the answers it gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/walker_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::WalkerBench;

using namespace testing::walker_requests;

TEST(Conformance, IOM_05_FirstStageRightsAreThoseOfEveryLevelAndTheRequestsPrivilege) {
  WalkerBench bench({}, {FirstStage()});
  EntryOverride change;
  change.supervisor = true;
  bench.spaces.SetEntry(Pasid(3), TableStage::kFirst, 3, kVa, change);  // one level is enough
  EXPECT_EQ(FaultOf(bench.Translate(Read(3))), kSupervisorPage);
  change = {};
  change.no_write = true;
  bench.spaces.SetEntry(Pasid(4), TableStage::kFirst, 2, kVa, change);
  EXPECT_EQ(FaultOf(bench.Translate(Read(4))), kNoFault);
  EXPECT_EQ(FaultOf(bench.Translate(Write(4)), true), kNoWritePermission);
  // A privileged request needs SRE; it may write what is read-only unless WPE.
  WalkRequest privileged = Write(4);
  privileged.privileged = true;
  EXPECT_EQ(bench.Translate(privileged).fault_reason, kSupervisorRequestDisabled);
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 4);
  entry.sre = true;
  bench.spaces.structures().SetPasidEntry(kDevice, 4, entry);
  EXPECT_EQ(FaultOf(bench.Translate(privileged), true, true), kNoFault);
  entry.wpe = true;
  bench.spaces.structures().SetPasidEntry(kDevice, 4, entry);
  EXPECT_EQ(FaultOf(bench.Translate(privileged), true, true), kNoWritePermission);
  entry = bench.spaces.ReadPasidEntry(kDevice, 3);
  entry.sre = true;
  bench.spaces.structures().SetPasidEntry(kDevice, 3, entry);
  const Translation supervisor_page = bench.Translate(Read(3));
  EXPECT_TRUE(supervisor_page.privileged_read && !supervisor_page.read);
}

TEST(Conformance, IOM_06_SecondStageRightsAreAndedOverItsLevels) {
  AddressSpaceClass config = Class(TranslationStages::kSecondOnly);
  config.second_format = TableFormat::kSv39;
  config.explicit_pages = true;
  WalkerBench bench({}, {config});
  bench.spaces.Map(Pasid(3), 0x1000, kPageShift4K, 0x5000, true, false);
  bench.spaces.Map(Pasid(3), 0x2000, kPageShift4K, 0x6000, true, true);
  bench.spaces.Map(Pasid(3), 0x3000, kPageShift4K, 0x7000, false, false);
  EXPECT_EQ(FaultOf(bench.Translate(Write(3, 0x1000)), true), kNoWritePermission);
  EXPECT_EQ(FaultOf(bench.Translate(Write(3, 0x2000)), true), kNoFault);
  EXPECT_EQ(bench.Translate(Read(3, 0x3000)).fault_reason, kSecondStageNotPresent);
  EXPECT_EQ(bench.Translate(Read(3, std::uint64_t{1} << 41)).fault_reason, kAboveGuestWidth);
  EntryOverride change;
  change.no_write = true;
  bench.spaces.SetEntry(Pasid(3), TableStage::kSecond, 2, 0x2000, change);
  EXPECT_EQ(FaultOf(bench.Translate(Write(3, 0x2000)), true), kNoWritePermission);
}

TEST(Conformance, IOM_07_NestedWalkReadsEveryFirstStageEntryThroughTheSecondStage) {
  struct Row {
    TableFormat first, second;
    std::uint8_t first_leaf, second_leaf;
    std::size_t reads;
  };
  const auto four = TableFormat::kX86FourLevel;
  const auto five = TableFormat::kX86FiveLevel;
  std::vector<AddressSpaceClass> classes;
  const std::vector<Row> rows{{four, four, 12, 12, 24}, {five, five, 12, 12, 35}, {five, four, 12, 12, 29},
                              {four, five, 12, 12, 29}, {four, four, 21, 12, 19}, {four, four, 12, 30, 14}};
  for (const Row& row : rows) {
    classes.push_back(Nested());
    classes.back().first_pasid = static_cast<std::uint32_t>(1000 * classes.size());
    classes.back().first_format = row.first;
    classes.back().second_format = row.second;
    classes.back().first_leaf_shift = row.first_leaf;
    classes.back().second_leaf_shift = row.second_leaf;
  }
  WalkerBench bench({}, classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Pasid pasid(static_cast<std::uint32_t>(1000 * (i + 1)));
    const Translation translation = bench.Translate(Read(pasid.value()));
    EXPECT_THAT(bench.Reads(), SizeIs(rows[i].reads + 4)) << "row " << i;
    EXPECT_EQ(translation.address, bench.spaces.Translate(pasid, kVa).address);
  }
}

TEST(Conformance, IOM_08_FirstStageEntriesNeedTheSecondStagesRights) {
  AddressSpaceClass config = Nested();
  config.first_accessed_dirty = true;
  WalkerBench bench({}, {config});
  const std::uint64_t table = bench.spaces.TableAddress(bench.Space(3), TableStage::kFirst, 2, kVa);
  EntryOverride read_only;
  read_only.no_write = true;
  bench.spaces.SetEntry(Pasid(3), TableStage::kSecond, 1, table, read_only);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kFirstStageNotWritable);
  // Without an update to make, the table may be read-only.
  bench.spaces.UseEntry(bench.Space(3), TableStage::kFirst, 2, kVa, false);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kNoFault);
  EntryOverride unreadable;
  unreadable.no_read = true;
  bench.spaces.SetEntry(Pasid(3), TableStage::kSecond, 1, table, unreadable);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kFirstStageNotReadable);
  // Final rights are those of both stages.
  const std::uint64_t output = bench.spaces.ReadEntry(bench.Space(4), TableStage::kFirst, 1, kVa).address;
  bench.spaces.SetEntry(Pasid(4), TableStage::kSecond, 1, output, read_only);
  EXPECT_EQ(FaultOf(bench.Translate(Write(4)), true), kNoWritePermission);
  EXPECT_EQ(FaultOf(bench.Translate(Read(4))), kNoFault);
}

TEST(Conformance, IOM_09_AccessedAndDirtyBitsAreSetOnceBeforeTheAnswer) {
  AddressSpaceClass config = FirstStage();
  config.first_accessed_dirty = true;
  WalkerBench bench({}, {config});
  const AddressSpace space = bench.Space(3);
  std::vector<std::uint64_t> entries;
  for (unsigned level = 4; level >= 1; --level) {
    entries.push_back(bench.spaces.EntryAddress(space, TableStage::kFirst, level, kVa));
  }
  const auto leaf = [&] { return bench.spaces.ReadEntry(space, TableStage::kFirst, 1, kVa); };
  EXPECT_TRUE(bench.Translate(Read(3)).clean);
  EXPECT_EQ(bench.Updates(), entries);
  EXPECT_TRUE(leaf().accessed && !leaf().dirty);
  EXPECT_FALSE(bench.Translate(Write(3)).clean);
  EXPECT_THAT(bench.Updates(), ElementsAre(entries.back()));
  EXPECT_TRUE(leaf().dirty);
  bench.Translate(Write(3));
  EXPECT_THAT(bench.Updates(), IsEmpty());
  EXPECT_EQ(bench.Stat("updates"), 5u);
  // A write that is not allowed dirties nothing.
  EntryOverride read_only;
  read_only.no_write = true;
  bench.spaces.SetEntry(Pasid(4), TableStage::kFirst, 1, kVa, read_only);
  bench.Translate(Write(4));
  EXPECT_FALSE(bench.spaces.ReadEntry(bench.Space(4), TableStage::kFirst, 1, kVa).dirty);
  // Walks that are not snooped cannot update.
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 5);
  entry.page_walk_snoop = false;
  bench.spaces.structures().SetPasidEntry(kDevice, 5, entry);
  EXPECT_EQ(bench.Translate(Read(5)).fault_reason, kFirstStageUpdateUnsnooped);
}

TEST(Conformance, IOM_09_SecondStageIsTrackedOnlyWithSsade) {
  AddressSpaceClass config = Class(TranslationStages::kSecondOnly);
  config.second_accessed_dirty = true;
  AddressSpaceClass plain = Class(TranslationStages::kSecondOnly);
  plain.first_pasid = 500;
  WalkerBench bench({}, {config, plain});
  EXPECT_TRUE(bench.spaces.ReadPasidEntry(kDevice, 3).ssade);
  bench.Translate(Write(3));
  EXPECT_THAT(bench.Updates(), SizeIs(4));
  EXPECT_TRUE(bench.spaces.ReadEntry(bench.Space(3), TableStage::kSecond, 1, kVa).dirty);
  bench.Translate(Write(500));
  EXPECT_THAT(bench.Updates(), IsEmpty());
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 4);
  entry.page_walk_snoop = false;
  bench.spaces.structures().SetPasidEntry(kDevice, 4, entry);
  EXPECT_EQ(bench.Translate(Read(4)).fault_reason, kSecondStageUpdateUnsnooped);
}

TEST(Conformance, IOM_10_OutputsInTheInterruptWindowAreFaults) {
  AddressSpaceClass config = FirstStage();
  config.explicit_pages = true;
  WalkerBench bench({}, {config});
  bench.spaces.Map(Pasid(3), 0x1000, kPageShift4K, 0xFEE0'0000, true, true);
  EXPECT_EQ(bench.Translate(Write(3, 0x1000)).fault_reason, kInterruptRange);
  // A large page around the window is used in pieces that leave it out.
  bench.spaces.Map(Pasid(3), std::uint64_t{1} << 30, kPageShift1G, 0xC000'0000, true, true);
  EXPECT_EQ(bench.Translate(Write(3, (std::uint64_t{1} << 30) + 0x3EE0'1000)).fault_reason, kInterruptRange);
  const Translation beside = bench.Translate(Write(3, (std::uint64_t{1} << 30) + 0x3ED0'1000));
  EXPECT_EQ(beside.fault_reason, kNoFault);
  EXPECT_EQ(beside.page_shift, kPageShift2M);
  EXPECT_EQ(bench.Translate(WithoutPasid(0xFEE0'1000)).fault_reason, kInterruptRange);
}

TEST(Conformance, IOM_29_RiscvProcessDirectoryPassesTheSecondStage) {
  AddressSpaceClass nested = Nested();
  nested.first_format = nested.second_format = TableFormat::kSv39;
  AddressSpaceClass first = FirstStage();
  first.first_pasid = 500;
  first.first_format = TableFormat::kSv48;
  PageWalkerConfig config;
  config.profile = IommuProfile::kRiscv;
  WalkerBench bench(config, {nested, first});
  bench.Translate(Read(500));
  EXPECT_THAT(bench.Reads(), SizeIs(2 + 3 + 4));  // device directory, process directory, Sv48
  bench.Translate(Read(3));
  // Each of three process-directory levels costs three second-stage reads more.
  EXPECT_THAT(bench.Reads(), SizeIs(2 + 3 * (3 + 1) + 15));
  EXPECT_EQ(bench.Translate(Read(3, std::uint64_t{1} << 38)).fault_reason, kRiscvReadPageFault);
  EXPECT_EQ(bench.Translate(Write(3, std::uint64_t{1} << 38)).fault_reason, kRiscvWritePageFault);
  EXPECT_EQ(bench.Translate(Read(700)).fault_reason, kRiscvProcessDirectoryNotValid);
  EntryOverride absent;
  absent.not_present = true;
  const std::uint64_t output = bench.spaces.ReadEntry(bench.Space(4), TableStage::kFirst, 1, kVa).address;
  bench.spaces.SetEntry(Pasid(4), TableStage::kSecond, 1, output, absent);
  EXPECT_EQ(bench.Translate(Read(4)).fault_reason, kRiscvReadGuestPageFault);
  ContextEntry context = bench.spaces.structures().Context(kDevice);
  context.dte = context.pre = false;
  bench.spaces.structures().SetContext(kDevice, context);
  WalkRequest translation_request = Read(500);
  translation_request.translation_request = true;
  EXPECT_EQ(bench.Translate(translation_request).fault_reason, kRiscvTransactionDisallowed);
}

}  // namespace
}  // namespace siov
