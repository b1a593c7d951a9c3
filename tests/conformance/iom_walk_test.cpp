// SPDX-License-Identifier: Apache-2.0
// Tables and walk (docs/requirements/iom.md, 11.1; PAS-04), seen through the accesses the walker sends to memory and the
// answers it gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/walker_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
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
  return config;
}
AddressSpaceClass FirstStage() { return Class(TranslationStages::kFirstOnly); }
AddressSpaceClass Nested() { return Class(TranslationStages::kNested); }

WalkRequest Read(std::uint32_t pasid, std::uint64_t address = kVa) { return {kDevice, Pasid(pasid), address}; }
WalkRequest Write(std::uint32_t pasid, std::uint64_t address = kVa) {
  WalkRequest request = Read(pasid, address);
  request.write = true;
  return request;
}
WalkRequest WithoutPasid(std::uint64_t address = kVa) { return {kDevice, Pasid(), address}; }

FaultReason FaultOf(const Translation& translation, bool write = false, bool privileged = false) {
  return AccessFault(translation, {!write, write, privileged});
}

TEST(Conformance, PAS_04_RequestsWithoutPasidAreTranslatedByRidPasid) {
  WalkerBench bench({}, {FirstStage()});
  ContextEntry context = bench.spaces.structures().Context(kDevice);
  ASSERT_EQ(context.rid_pasid, 0u);
  const Translation through = bench.Translate(WithoutPasid());
  EXPECT_EQ(through.pgtt, kPgttPassThrough);
  EXPECT_EQ(PageBase(kVa, through.page_shift), through.address);
  EXPECT_EQ(bench.Reads().back(), bench.spaces.structures().PasidEntryAddress(kDevice, 0));
  // A request with that PASID is a fault.
  EXPECT_EQ(bench.Translate(Read(0)).fault_reason, kPasidEqualsRidPasid);
  // RID_PASID names the entry, whatever tables that has.
  context.rid_pasid = 7;
  bench.spaces.structures().SetContext(kDevice, context);
  EXPECT_EQ(bench.Translate(WithoutPasid()).address, bench.spaces.Translate(Pasid(7), kVa).address);
  EXPECT_EQ(bench.Translate(Read(7)).fault_reason, kPasidEqualsRidPasid);
}

TEST(Conformance, IOM_01_ColdWalkReadsFourStructuresInOrderAndFourTables) {
  WalkerBench bench({}, {FirstStage()});
  bench.Translate(Read(70));
  const TranslationStructures& structures = bench.spaces.structures();
  std::vector<std::uint64_t> expected{structures.RootEntryAddress(kDevice), structures.ContextEntryAddress(kDevice),
                                      structures.DirectoryEntryAddress(kDevice, 70),
                                      structures.PasidEntryAddress(kDevice, 70)};
  for (unsigned level = 4; level >= 1; --level) {
    expected.push_back(bench.spaces.EntryAddress(bench.Space(70), TableStage::kFirst, level, kVa));
  }
  EXPECT_EQ(bench.Reads(), expected);
  EXPECT_EQ(structures.RootEntryAddress(0x0180) - structures.RootEntryAddress(0x0100), 8u);
  EXPECT_EQ(structures.ContextEntryAddress(0x0105) - structures.ContextEntryAddress(0x0100), 5 * 32u);
  EXPECT_EQ(structures.DirectoryEntryAddress(kDevice, 128) - structures.DirectoryEntryAddress(kDevice, 0), 2 * 8u);
  EXPECT_EQ(structures.PasidEntryAddress(kDevice, 130) - structures.PasidEntryAddress(kDevice, 128), 2 * 64u);
}

TEST(Conformance, IOM_02_ContextEntryControlsAreCheckedAndBadCombinationsAreFaults) {
  WalkerBench bench({}, {FirstStage()});
  TranslationStructures& structures = bench.spaces.structures();
  const ContextEntry good = structures.Context(kDevice);
  const auto fault = [&](const ContextEntry& context, WalkRequest request) {
    structures.SetContext(kDevice, context);
    return bench.Translate(request).fault_reason;
  };
  WalkRequest translation_request = Read(3);
  translation_request.translation_request = true;
  ContextEntry context = good;
  context.dte = false;
  EXPECT_EQ(fault(context, Read(3)), kContextInvalid);  // DTE = 0 with PRE = 1
  context.pre = false;
  EXPECT_EQ(fault(context, Read(3)), kNoFault);
  EXPECT_EQ(fault(context, translation_request), kDeviceTlbDisabled);
  context = good;
  context.paside = false;
  EXPECT_EQ(fault(context, Read(3)), kContextInvalid);  // EPTR = 1 with PASIDE = 0
  context.eptr = false;
  EXPECT_EQ(fault(context, Read(3)), kPasidDisabled);
  EXPECT_EQ(fault(context, WithoutPasid()), kNoFault);
  context = good;
  context.pdts = 0;  // 128 directory entries: 8,192 PASIDs
  EXPECT_EQ(fault(context, Read(8191)), kPasidEntryNotPresent);
  EXPECT_EQ(fault(context, Read(8192)), kPasidBeyondDirectory);
  context.rid_pasid = 8192;
  EXPECT_EQ(fault(context, Read(3)), kContextInvalid);
  context = good;
  context.present = false;
  EXPECT_EQ(fault(context, Read(3)), kContextNotPresent);
  context = good;
  context.defect = EntryDefect::kReserved;
  EXPECT_EQ(fault(context, Read(3)), kContextReservedBits);
  context.defect = EntryDefect::kUnreadable;
  EXPECT_EQ(fault(context, Read(3)), kContextReadError);
  EXPECT_EQ(fault(good, translation_request), kNoFault);
}

TEST(Conformance, IOM_03_TranslationTypeDecidesAndPassThroughChangesNothing) {
  WalkerBench bench({}, {FirstStage()});
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 3);
  entry.pgtt = 0;
  bench.spaces.structures().SetPasidEntry(kDevice, 3, entry);
  EXPECT_EQ(bench.Translate(Read(3)).fault_reason, kPasidEntryInvalid);
  entry.pgtt = kPgttPassThrough;
  bench.spaces.structures().SetPasidEntry(kDevice, 3, entry);
  bench.Reads();
  const Translation through = bench.Translate(Read(3));
  EXPECT_THAT(bench.Reads(), SizeIs(4));
  EXPECT_TRUE(through.read && through.write);
  EXPECT_EQ(through.page_shift, kPageShift1G);
  EXPECT_EQ(through.address, PageBase(kVa, kPageShift1G));
  EXPECT_EQ(bench.Translate(Read(3, std::uint64_t{1} << 52)).fault_reason, kAboveHostWidth);
}

TEST(Conformance, IOM_04_FirstStageHasLargePagesAndCanonicalAddresses) {
  AddressSpaceClass config = FirstStage();
  config.first_leaf_shift = kPageShift2M;
  AddressSpaceClass five = FirstStage();
  five.first_pasid = 200;
  five.first_format = TableFormat::kX86FiveLevel;
  WalkerBench bench({}, {config, five});
  const Translation large = bench.Translate(Read(3));
  EXPECT_THAT(bench.Reads(), SizeIs(4 + 3));
  EXPECT_EQ(large.page_shift, kPageShift2M);
  bench.Translate(Read(200));
  EXPECT_THAT(bench.Reads(), SizeIs(4 + 5));
  EXPECT_EQ(bench.Translate(Read(3, std::uint64_t{1} << 47)).fault_reason, kNotCanonical);
  EXPECT_EQ(bench.Translate(Read(3, ~std::uint64_t{0} << 47)).fault_reason, kNoFault);
  EXPECT_EQ(bench.Translate(Read(200, std::uint64_t{1} << 47)).fault_reason, kNoFault);
  EXPECT_EQ(bench.Translate(Read(200, std::uint64_t{1} << 56)).fault_reason, kNotCanonical);
}

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

TEST(Conformance, IOM_28_FpdOfAnyStructureIsReportedWithTheFault) {
  WalkerBench bench({}, {FirstStage()});
  TranslationStructures& structures = bench.spaces.structures();
  PasidEntry entry = bench.spaces.ReadPasidEntry(kDevice, 3);
  entry.fpd = true;
  structures.SetPasidEntry(kDevice, 3, entry);
  EXPECT_TRUE(bench.Translate(Read(3, std::uint64_t{1} << 47)).fpd);
  EXPECT_FALSE(bench.Translate(Read(4, std::uint64_t{1} << 47)).fpd);
  DirectoryEntry directory;
  directory.fpd = true;
  structures.SetDirectory(kDevice, 4, directory);
  EXPECT_TRUE(bench.Translate(Read(4, std::uint64_t{1} << 47)).fpd);
  // A structure that cannot be read is recorded all the same.
  entry.defect = EntryDefect::kUnreadable;
  structures.SetPasidEntry(kDevice, 3, entry);
  const Translation unreadable = bench.Translate(Read(3));
  EXPECT_EQ(unreadable.fault_reason, kPasidEntryReadError);
  EXPECT_FALSE(unreadable.fpd);
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
