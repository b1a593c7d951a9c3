// SPDX-License-Identifier: Apache-2.0
// What the walker's caches of structures hold counts until it is invalidated, whatever memory says meanwhile; and which
// walks in progress an invalidation overtakes whose PASID, rights or end are special.
#include <gtest/gtest.h>

#include "tests/support/core_walks.h"

namespace siov {
namespace {

using namespace walks;
using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;

AddressSpaceClass FourLevels() {
  return Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone);
}

Outcome WalkFor(PageWalkerCore& core, const WalkRequest& request) {
  OngoingWalk walk;
  core.Begin(walk, request);
  Outcome outcome;
  while (const auto access = core.Next(walk)) outcome.reads.push_back(access.address);
  outcome.result = walk.result();
  outcome.tally = walk.tally();
  return outcome;
}

CacheInvalidation Invalidation(Kind kind, Granularity granularity, std::uint32_t pasid = 0) {
  CacheInvalidation invalidation;
  invalidation.what.kind = kind;
  invalidation.what.granularity = granularity;
  invalidation.what.domain = kFirstStageDomain;
  invalidation.requester = kDevice;
  invalidation.pasid = Pasid(pasid);
  return invalidation;
}

struct Profile {
  IommuProfile profile;
  FaultReason no_ats, no_process, gone;
};
constexpr Profile kProfiles[] = {
    {IommuProfile::kVtd, kDeviceTlbDisabled, kPasidBeyondDirectory, kContextNotPresent},
    {IommuProfile::kRiscv, kRiscvTransactionDisallowed, kRiscvTransactionDisallowed, kRiscvDeviceDirectoryNotValid},
};

class StaleStructures : public ::testing::TestWithParam<Profile> {
 protected:
  PageWalkerConfig Config() const {
    PageWalkerConfig config;
    config.profile = GetParam().profile;
    config.process_directory_levels = 1;  // RISC-V: 256 processes
    return config;
  }
  // VT-d: 8,192 PASIDs.
  static ContextEntry Narrow() {
    ContextEntry context;
    context.pdts = 0;
    return context;
  }
  void SetContext(bool present, bool dte, bool fpd) {
    ContextEntry context = Narrow();
    context.present = present;
    context.dte = context.pre = dte;
    context.fpd = fpd;
    spaces_.structures().SetContext(kDevice, context);
  }
  AddressSpaces spaces_{{FourLevels()}, 7};
};

TEST_P(StaleStructures, TheContextCacheIsBelievedUntilItIsInvalidated) {
  PageWalkerConfig config = Config();
  config.context_cache = Entries(16);
  PageWalkerCore core(config, spaces_);
  SetContext(true, false, true);
  const Outcome first = WalkTo(core, Pasid(3), kVa);
  EXPECT_EQ(first.result.fault_reason, kNoFault);
  EXPECT_TRUE(first.tally.context_looked_up);
  EXPECT_FALSE(first.tally.context_hit);
  SetContext(false, true, false);
  const Outcome held = WalkTo(core, Pasid(4), kVa);
  EXPECT_EQ(held.result.fault_reason, kNoFault) << "memory says that there is no entry";
  EXPECT_TRUE(held.tally.context_hit);
  EXPECT_TRUE(held.result.fpd) << "as the entry that was read says";
  const Outcome asks = WalkFor(core, {kDevice, Pasid(4), kVa, false, false, true});
  EXPECT_EQ(asks.result.fault_reason, GetParam().no_ats);
  EXPECT_TRUE(asks.result.fpd);
  EXPECT_EQ(asks.reads.size(), 0u);
  EXPECT_EQ(WalkTo(core, Pasid(9'000), kVa).result.fault_reason, GetParam().no_process);
  core.Invalidate(Invalidation(Kind::kContext, Granularity::kDevice));
  EXPECT_EQ(WalkTo(core, Pasid(4), kVa).result.fault_reason, GetParam().gone);
}

TEST_P(StaleStructures, ThePasidCacheIsBelievedUntilItIsInvalidated) {
  PageWalkerConfig config = Config();
  config.pasid_cache = Entries(16);
  PageWalkerCore core(config, spaces_);
  SetContext(true, false, false);
  DirectoryEntry directory;
  directory.fpd = true;
  spaces_.structures().SetDirectory(kDevice, 3, directory);
  PasidEntry entry = spaces_.ReadPasidEntry(kDevice, 3);
  entry.fpd = true;
  spaces_.structures().SetPasidEntry(kDevice, 3, entry);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).result.fault_reason, kNoFault);
  SetContext(false, true, true);
  spaces_.structures().SetDirectory(kDevice, 3, DirectoryEntry());
  spaces_.structures().ResetPasidEntry(kDevice, 3);
  const Outcome held = WalkTo(core, Pasid(3), kVa);
  EXPECT_EQ(held.result.fault_reason, kNoFault);
  EXPECT_TRUE(held.tally.pasid_hit);
  EXPECT_FALSE(held.tally.context_looked_up);
  EXPECT_EQ(held.tally.structure_reads, 0u);
  EXPECT_EQ(held.table_reads(), 4u);
  const Outcome asks = WalkFor(core, {kDevice, Pasid(3), kVa, false, false, true});
  EXPECT_EQ(asks.result.fault_reason, GetParam().no_ats) << "the context that was read forbids it";
  EXPECT_FALSE(asks.result.fpd) << "of the context alone";
  EXPECT_EQ(asks.reads.size(), 0u);
  const Outcome faults = WalkTo(core, Pasid(3), std::uint64_t{1} << 47);
  EXPECT_NE(faults.result.fault_reason, kNoFault);
  EXPECT_TRUE(faults.result.fpd) << "of the entry as well";
  core.Invalidate(Invalidation(Kind::kPasidCache, Granularity::kGlobal));
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).result.fault_reason, GetParam().gone);
}

INSTANTIATE_TEST_SUITE_P(OfBothProfiles, StaleStructures, ::testing::ValuesIn(kProfiles));

// Before the context entry has arrived nobody knows the PASID that translates: rather yes than no.
TEST(OvertakenWalks, AWalkWithoutPasidIsOneOfRidPasidOnceThatIsKnown) {
  AddressSpaces spaces({FourLevels()}, 7);
  ContextEntry context;
  context.rid_pasid = 9;
  spaces.structures().SetContext(kDevice, context);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  for (const int reads : {1, 6}) {
    for (const std::uint32_t pasid : {9u, 3u}) {
      OngoingWalk walk;
      core.Begin(walk, {kDevice, Pasid(), kVa});
      for (int read = 0; read < reads; ++read) ASSERT_TRUE(core.Next(walk));
      EXPECT_EQ(core.Overtake(walk, Invalidation(Kind::kPasidIotlb, Granularity::kPasid, pasid)),
                reads == 1 || pasid == 9)
          << reads << ' ' << pasid;
    }
  }
}

TEST(OvertakenWalks, AWalkThatIsOverIsNotOvertaken) {
  AddressSpaces spaces({FourLevels()}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  OngoingWalk walk;
  core.Begin(walk, {kDevice, Pasid(3), kVa});
  while (core.Next(walk)) {
  }
  EXPECT_FALSE(core.Overtake(walk, Invalidation(Kind::kIotlb, Granularity::kGlobal)));
  EXPECT_FALSE(walk.result().overtaken);
}

// Who waits for it must learn that it may have read what is gone, fault or not.
TEST(OvertakenWalks, AWalkThatFaultsAfterwardsStaysOvertaken) {
  AddressSpaceClass absent = FourLevels();
  absent.resident_fraction = 0;
  AddressSpaces spaces({absent}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  for (const bool overtaken : {false, true}) {
    OngoingWalk walk;
    core.Begin(walk, {kDevice, Pasid(3), kVa});
    for (int read = 0; read < 6; ++read) ASSERT_TRUE(core.Next(walk));
    if (overtaken) {
      EXPECT_TRUE(core.Overtake(walk, Invalidation(Kind::kIotlb, Granularity::kGlobal)));
    }
    while (core.Next(walk)) {
    }
    EXPECT_EQ(walk.result().fault_reason, kFirstStageNotPresent);
    EXPECT_EQ(walk.result().overtaken, overtaken);
  }
}

TEST(OvertakenWalks, HostPermissionsMeanTranslatedRequestsAndForgetNoOtherInvalidation) {
  AddressSpaces spaces({FourLevels()}, 7);
  PageWalkerCore core(PageWalkerConfig{}, spaces);
  const CacheInvalidation permission = Invalidation(Kind::kHostPermission, Granularity::kGlobal);
  const CacheInvalidation everything = Invalidation(Kind::kIotlb, Granularity::kGlobal);
  for (const bool translated : {false, true}) {
    for (const bool before : {false, true}) {
      OngoingWalk walk;
      WalkRequest request{kDevice, Pasid(3), kVa};
      request.translated = translated;
      core.Begin(walk, request);
      for (int read = 0; read < 5; ++read) ASSERT_TRUE(core.Next(walk));
      if (before) {
        EXPECT_TRUE(core.Overtake(walk, everything));
      }
      EXPECT_EQ(core.Overtake(walk, permission), translated);
      while (core.Next(walk)) {
      }
      EXPECT_EQ(walk.result().overtaken, translated || before) << translated << before;
      EXPECT_FALSE(walk.result().fpd);
    }
  }
}

// The second stage has no PASID: the way to a page goes for all of the domain. Where there is no table nothing happens.
TEST(PageWalk, APageRequestForgetsTheWayThroughTheSecondStage) {
  AddressSpaceClass second = Class(TranslationStages::kSecondOnly, TableFormat::kNone, TableFormat::kX86FourLevel);
  second.pasids_per_domain = 2;
  AddressSpaceClass through = Class(TranslationStages::kPassThrough, TableFormat::kNone, TableFormat::kNone);
  through.first_pasid = 2'000;
  AddressSpaces spaces({second, through}, 7);
  PageWalkerCore core(Cached(), spaces);
  for (const std::uint32_t pasid : {1u, 3u}) WalkTo(core, Pasid(pasid), kVa);
  core.InvalidatePage(Pasid(5'000), kVa);
  core.InvalidatePage(Pasid(2'001), kVa);
  EXPECT_EQ(WalkTo(core, Pasid(1), kVa).table_reads(), 1u);
  core.InvalidatePage(Pasid(2), kVa);
  EXPECT_EQ(WalkTo(core, Pasid(1), kVa).table_reads(), 4u);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).table_reads(), 1u);
}

// Whatever stages the entry leads to.
TEST(PageWalk, ThePasidCacheHoldsEntriesOfAllKinds) {
  for (const TranslationStages stages : {TranslationStages::kFirstOnly, TranslationStages::kSecondOnly,
                                         TranslationStages::kNested, TranslationStages::kPassThrough}) {
    const bool first = stages == TranslationStages::kFirstOnly || stages == TranslationStages::kNested;
    const bool second = stages == TranslationStages::kSecondOnly || stages == TranslationStages::kNested;
    AddressSpaces spaces({Class(stages, first ? TableFormat::kX86FourLevel : TableFormat::kNone,
                                second ? TableFormat::kX86FourLevel : TableFormat::kNone)},
                         7);
    PageWalkerConfig config;
    config.pasid_cache = Entries(4);
    PageWalkerCore core(config, spaces);
    EXPECT_FALSE(WalkTo(core, Pasid(3), kVa).tally.pasid_hit);
    EXPECT_TRUE(WalkTo(core, Pasid(3), kVa).tally.pasid_hit);
  }
}

// The pages of first-stage tables: of a four-level walk four, and not the page that the request itself goes to.
TEST(PageWalk, TheNestedCacheHoldsTablesOnly) {
  AddressSpaces spaces({Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel)}, 7);
  PageWalkerConfig config;
  config.nested_cache = Entries(4);
  PageWalkerCore core(config, spaces);
  WalkTo(core, Pasid(3), kVa);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).tally.nested_cache_hits, 4u);
}

// A hypervisor takes a guest's right to write its tables away. A walk that has to set no bit learns the way, and one
// that has to does not get more rights by it.
TEST(PageWalk, TheNestedCacheKnowsThatTablesAreReadOnly) {
  AddressSpaceClass config = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  config.first_accessed_dirty = true;
  config.explicit_pages = config.explicit_second_stage = true;
  AddressSpaces spaces({config}, 7);
  const AddressSpace space = *spaces.Find(Pasid(3));
  const std::uint64_t other = kVa + kPage4K;  // of the same tables
  const auto map = [&](std::uint64_t guest, bool write) {
    const std::uint64_t page = PageBase(guest, kPageShift4K);
    spaces.MapSecondStage(Pasid(3), page, kPageShift4K, (std::uint64_t{1} << 38) + page, true, write);
  };
  const auto map_tables = [&](bool write) {
    for (unsigned level = 4; level >= 1; --level)
      map(spaces.TableAddress(space, TableStage::kFirst, level, kVa), write);
  };
  map_tables(true);
  for (const std::uint64_t va : {kVa, other}) {
    spaces.Map(Pasid(3), va, kPageShift4K, va & 0xF'F000, true, true);
    map(va & 0xF'F000, true);
  }
  PageWalkerConfig walker;
  walker.nested_cache = Entries(16);
  PageWalkerCore core(walker, spaces);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).result.fault_reason, kNoFault) << "sets its accessed bits";
  map_tables(false);
  CacheInvalidation all;
  all.what.kind = Kind::kIotlb;
  core.Invalidate(all);
  EXPECT_EQ(WalkTo(core, Pasid(3), kVa).result.fault_reason, kNoFault);
  const Outcome sets_a_bit = WalkTo(core, Pasid(3), other);
  EXPECT_EQ(sets_a_bit.tally.nested_cache_hits, 4u);
  PageWalkerCore without_caches(PageWalkerConfig{}, spaces);
  EXPECT_NE(sets_a_bit.result.fault_reason, kNoFault);
  EXPECT_EQ(sets_a_bit.result.fault_reason, WalkTo(without_caches, Pasid(3), other).result.fault_reason);
}

}  // namespace
}  // namespace siov
