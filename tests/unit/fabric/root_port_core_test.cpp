// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/root_port_core.h"

#include <gtest/gtest.h>

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint64_t kInterruptAddress = 0xFEE0'1000;

TEST(RootPortRoutes, EveryKindAndAddressType) {
  struct Row {
    TlpKind kind;
    AddressType at;
    std::uint64_t address;
    bool with_pasid;
    UpstreamRoute route;
    UpstreamRoute route_when_blocking;
  };
  constexpr auto kUntranslated = AddressType::kUntranslated;
  constexpr auto kTranslated = AddressType::kTranslated;
  using R = UpstreamRoute;
  const Row rows[] = {
      {TlpKind::kMemoryRead, kTranslated, 0x1000, true, R::kMemory, R::kRefused},
      {TlpKind::kMemoryWrite, kTranslated, 0x1000, true, R::kMemory, R::kRefused},
      {TlpKind::kMemoryWrite, kTranslated, kInterruptAddress, false, R::kRefused, R::kRefused},
      {TlpKind::kMemoryRead, kUntranslated, 0x1000, false, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryWrite, kUntranslated, 0x1000, true, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress, false, R::kInterrupts, R::kInterrupts},
      {TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress, true, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryRead, kUntranslated, kInterruptAddress, false, R::kRefused, R::kRefused},
      {TlpKind::kMemoryWrite, AddressType::kTranslationRequest, 0x1000, true, R::kRefused, R::kRefused},
      {TlpKind::kTranslationRequest, AddressType::kTranslationRequest, 0x1000, true, R::kIotlb, R::kRefused},
      {TlpKind::kPageRequest, kUntranslated, 0x1000, true, R::kPriQueue, R::kPriQueue},
      {TlpKind::kInvalidateCompletion, kUntranslated, 0, false, R::kInvalidations, R::kInvalidations},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(RouteUpstream(row.kind, row.at, row.address, row.with_pasid, false), row.route)
        << static_cast<int>(row.kind) << " at " << row.address;
    EXPECT_EQ(RouteUpstream(row.kind, row.at, row.address, row.with_pasid, true), row.route_when_blocking)
        << static_cast<int>(row.kind) << " at " << row.address;
  }
  EXPECT_THROW(RouteUpstream(TlpKind::kDeferrableWrite, kUntranslated, 0, true, false), InvariantError);
}

// What a translated request with PASID 5 of 0x0100 is checked for, in the order of the structures.
class TranslatedChecks : public ::testing::Test {
 protected:
  TranslatedCheck Whole(Pasid pasid, std::uint64_t address, unsigned bits, Containment containment) const {
    const RequesterCheck of_requester = CheckRequester(structures_, 0x0100);
    return CheckTranslated(structures_, of_requester, 0x0100, pasid, address, bits, containment);
  }
  FaultReason Check(std::uint64_t address = 0x1000, Pasid pasid = Pasid(5), unsigned bits = 46) const {
    return Whole(pasid, address, bits, Containment::kNone).reason;
  }
  void With(void (*change)(ContextEntry&)) {
    ContextEntry context;
    change(context);
    structures_.SetContext(0x0100, context);
  }
  void WithEntry(void (*change)(PasidEntry&)) {
    PasidEntry entry;
    entry.present = true;
    entry.pgtt = kPgttFirstStage;
    change(entry);
    structures_.SetPasidEntry(0x0100, 5, entry);
  }
  TranslationStructures structures_{1};
};

TEST_F(TranslatedChecks, EveryRuleOfTheContextEntry) {
  EXPECT_EQ(Check(), kNoFault);
  With([](ContextEntry& context) { context.defect = EntryDefect::kUnreadable; });
  EXPECT_EQ(Check(), kContextReadError);
  With([](ContextEntry& context) { context.present = false; });
  EXPECT_EQ(Check(), kContextNotPresent);
  With([](ContextEntry& context) { context.defect = EntryDefect::kReserved; });
  EXPECT_EQ(Check(), kContextReservedBits);
  With([](ContextEntry& context) { context.dte = false; });
  EXPECT_EQ(Check(), kContextInvalid) << "page requests without a device TLB";
  With([](ContextEntry& context) { context.dte = context.pre = false; });
  EXPECT_EQ(Check(), kDeviceTlbDisabled);
  With([](ContextEntry& context) { context.pre = false; });
  EXPECT_EQ(Check(), kNoFault);
  With([](ContextEntry& context) { context.paside = false; });
  EXPECT_EQ(Check(), kContextInvalid) << "translated requests with PASID without PASIDs";
  With([](ContextEntry& context) { context.paside = context.eptr = false; });
  EXPECT_EQ(Check(), kTranslatedWithPasidDisabled);
  EXPECT_EQ(Check(0x1000, Pasid()), kNoFault);
  With([](ContextEntry& context) {
    context.fpd = true;
    context.eptr = false;
  });
  EXPECT_EQ(Check(), kTranslatedWithPasidDisabled);
}

TEST_F(TranslatedChecks, EveryRuleOfThePasid) {
  With([](ContextEntry& context) { context.pdts = 0; });
  EXPECT_EQ(Check(0x1000, Pasid(8'191)), kNoFault);
  EXPECT_EQ(Check(0x1000, Pasid(8'192)), kPasidBeyondDirectory);
  With([](ContextEntry& context) { context.rid_pasid = 5; });
  EXPECT_EQ(Check(), kPasidEqualsRidPasid);
  With([](ContextEntry&) {});
  WithEntry([](PasidEntry& entry) { entry.defect = EntryDefect::kUnreadable; });
  EXPECT_EQ(Check(), kPasidEntryReadError);
  WithEntry([](PasidEntry& entry) { entry.present = false; });
  EXPECT_EQ(Check(), kPasidEntryNotPresent);
  WithEntry([](PasidEntry& entry) { entry.defect = EntryDefect::kReserved; });
  EXPECT_EQ(Check(), kPasidEntryReservedBits);
  for (std::uint8_t type = 0; type < 8; ++type) {
    PasidEntry entry;
    entry.present = true;
    entry.pgtt = type;
    structures_.SetPasidEntry(0x0100, 5, entry);
    EXPECT_EQ(Check(), type >= 1 && type <= 4 ? kNoFault : kPasidEntryInvalid) << int{type};
  }
}

// Each of the three entries can say that faults of what it leads to are not recorded.
TEST_F(TranslatedChecks, FaultsAreNotRecordedIfContextDirectoryOrEntrySaySo) {
  for (int bits = 0; bits < 8; ++bits) {
    ContextEntry context;
    context.fpd = (bits & 1) != 0;
    DirectoryEntry directory;
    directory.fpd = (bits & 2) != 0;
    PasidEntry entry;
    entry.present = false;
    entry.fpd = (bits & 4) != 0;
    structures_.SetContext(0x0100, context);
    structures_.SetDirectory(0x0100, 5, directory);
    structures_.SetPasidEntry(0x0100, 5, entry);
    const auto fpd = [&](Pasid pasid) { return Whole(pasid, 0x1000, 46, Containment::kNone).fpd; };
    EXPECT_EQ(fpd(Pasid(5)), bits != 0) << bits;
    EXPECT_EQ(fpd(Pasid(6)), (bits & 3) != 0) << "of the same directory entry, " << bits;
    EXPECT_EQ(fpd(Pasid(500)), (bits & 1) != 0) << bits;
    EXPECT_EQ(fpd(Pasid()), (bits & 1) != 0) << bits;
  }
}

// What the second stage translates is no host-physical address; what is above the tables is checked all the same.
TEST_F(TranslatedChecks, GuestPhysicalAddressesAreLeftToTheSecondStage) {
  const auto reason = [&](Pasid pasid, std::uint64_t address, Containment containment) {
    return Whole(pasid, address, 46, containment).reason;
  };
  for (const std::uint64_t address : {std::uint64_t{1} << 50, kInterruptAddress}) {
    EXPECT_EQ(reason(Pasid(5), address, Containment::kSecondStage), kNoFault);
    EXPECT_NE(reason(Pasid(5), address, Containment::kNone), kNoFault);
    EXPECT_NE(reason(Pasid(), address, Containment::kPermissionTable), kNoFault);
    With([](ContextEntry& context) { context.rid_pasid = 5; });
    for (const Containment containment :
         {Containment::kNone, Containment::kSecondStage, Containment::kPermissionTable}) {
      EXPECT_EQ(reason(Pasid(5), address, containment), kPasidEqualsRidPasid) << "the first fault counts";
    }
    With([](ContextEntry&) {});
  }
}

TEST_F(TranslatedChecks, AddressesLieWithinTheHostsWidthAndOutsideTheInterruptRange) {
  EXPECT_EQ(Check((std::uint64_t{1} << 46) - 1), kNoFault);
  EXPECT_EQ(Check(std::uint64_t{1} << 46), kAboveHostWidth);
  EXPECT_EQ(Check(~std::uint64_t{0}, Pasid(5), 64), kNoFault) << "all 64 bits";
  EXPECT_EQ(Check(kInterruptAddress), kInterruptRange);
}

TEST(RootPortConfig, BoundsReads) {
  RootPortConfig config;
  EXPECT_TRUE(config.Validate().empty());
  config.outstanding_reads = (1u << 20) + 1;
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_EQ(config.Validate()[0].field, "outstanding_reads");
}

}  // namespace
}  // namespace siov
