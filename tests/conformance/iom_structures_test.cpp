// SPDX-License-Identifier: Apache-2.0
// The structures above the page tables (docs/requirements/iom.md, 11.1; PAS-04), seen through the accesses the walker
// sends to memory and the answers it gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/translation/fault_matrix.h"
#include "tests/support/walker_bench.h"

namespace siov {
namespace {

using ::testing::SizeIs;
using testing::WalkerBench;
using namespace testing::walker_requests;

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
  // A structure that cannot be read is recorded all the same: FPD suppresses qualified faults alone.
  entry.defect = EntryDefect::kUnreadable;
  structures.SetPasidEntry(kDevice, 3, entry);
  const Translation unreadable = bench.Translate(Read(3));
  EXPECT_EQ(unreadable.fault_reason, kPasidEntryReadError);
  EXPECT_FALSE(RuleOf(static_cast<FaultReason>(unreadable.fault_reason)).qualified);
}

}  // namespace
}  // namespace siov
