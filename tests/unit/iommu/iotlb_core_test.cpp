// SPDX-License-Identifier: Apache-2.0
// What each invalidation descriptor removes from the IOTLB (VT-d 6.5.2.3 table 23, 6.5.2.4 table 24), and which walks
// in progress it makes stale.
#include "models/iommu/iotlb/iotlb_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;
using Type = PasidTranslationType;

constexpr std::uint64_t kPage = 0x5000;

CacheInvalidation Descriptor(Kind kind, Granularity granularity, std::uint16_t domain, std::uint32_t pasid = 0,
                             std::uint64_t address = kPage) {
  CacheInvalidation invalidation;
  invalidation.what.kind = kind;
  invalidation.what.granularity = granularity;
  invalidation.what.domain = domain;
  invalidation.pasid = Pasid(pasid);
  invalidation.address = address;
  return invalidation;
}

Translation Entry(Type type, std::uint16_t domain, unsigned shift = kPageShift4K) {
  Translation translation;
  translation.read = true;
  translation.page_shift = static_cast<std::uint8_t>(shift);
  translation.pgtt = type;
  translation.domain = domain;
  return translation;
}

PageTag Tag(std::uint32_t pasid, std::uint64_t address, unsigned shift = kPageShift4K) {
  return {address >> shift, pasid, 1, static_cast<std::uint8_t>(shift)};
}

// Every combination that the tables tell apart.
TEST(IotlbCore, TablesOfRemoval) {
  const auto expected = [](Kind kind, Granularity granularity, Type type, bool domain, bool pasid, bool range) {
    const bool first = type == kPgttFirstStage || type == kPgttNested;
    if (kind == Kind::kIotlb) {
      if (granularity == Granularity::kGlobal) return true;
      if (granularity == Granularity::kDomain) return domain;
      return domain && (first || range);
    }
    if (granularity == Granularity::kPasid) return domain && pasid;
    return domain && pasid && first && range;
  };
  int removed = 0;
  for (const auto& [kind, granularity] :
       {std::pair(Kind::kIotlb, Granularity::kGlobal), std::pair(Kind::kIotlb, Granularity::kDomain),
        std::pair(Kind::kIotlb, Granularity::kPage), std::pair(Kind::kPasidIotlb, Granularity::kPasid),
        std::pair(Kind::kPasidIotlb, Granularity::kPage)}) {
    for (const Type type : {kPgttFirstStage, kPgttSecondStage, kPgttNested, kPgttPassThrough}) {
      for (int bits = 0; bits < 8; ++bits) {
        const bool domain = (bits & 1) != 0;
        const bool pasid = (bits & 2) != 0;
        const bool range = (bits & 4) != 0;
        const bool gone = Removes(Descriptor(kind, granularity, 5, 9), Tag(pasid ? 9 : 8, range ? kPage : 0x9000),
                                  Entry(type, domain ? 5 : 6));
        EXPECT_EQ(gone, expected(kind, granularity, type, domain, pasid, range))
            << static_cast<int>(kind) << ' ' << static_cast<int>(granularity) << ' ' << static_cast<int>(type) << ' '
            << bits;
        removed += gone ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(removed, 32 + 16 + 12 + 8 + 2);
  for (const Kind other : {Kind::kContext, Kind::kPasidCache, Kind::kDeviceTlb}) {
    EXPECT_FALSE(Removes(Descriptor(other, Granularity::kGlobal, 5, 9), Tag(9, kPage), Entry(kPgttFirstStage, 5)));
  }
}

TEST(IotlbCore, RangesMeetPagesOfEverySize) {
  CacheInvalidation megabytes = Descriptor(Kind::kPasidIotlb, Granularity::kPage, 5, 9, 0x20'0000);
  megabytes.what.page_shift = kPageShift2M;
  const Translation small = Entry(kPgttFirstStage, 5);
  EXPECT_TRUE(Removes(megabytes, Tag(9, 0x20'0000), small));
  EXPECT_TRUE(Removes(megabytes, Tag(9, 0x3F'F000), small));
  EXPECT_FALSE(Removes(megabytes, Tag(9, 0x40'0000), small));
  EXPECT_FALSE(Removes(megabytes, Tag(9, 0x1F'F000), small));
  // A page in the middle of a larger one that is cached.
  const CacheInvalidation page = Descriptor(Kind::kPasidIotlb, Granularity::kPage, 5, 9, 0x27'5000);
  EXPECT_TRUE(Removes(page, Tag(9, 0x20'0000, kPageShift2M), Entry(kPgttFirstStage, 5, kPageShift2M)));
  EXPECT_TRUE(Removes(page, Tag(9, 0, kPageShift1G), Entry(kPgttFirstStage, 5, kPageShift1G)));
  CacheInvalidation everything = page;
  everything.what.page_shift = 64;
  EXPECT_TRUE(Removes(everything, Tag(9, 0x7FFF'FFFF'F000), small));
}

// Requests without PASID are translated by the entry RID_PASID but stay marked; an invalidation of that PASID means
// them.
TEST(IotlbCore, EntriesWithoutPasidAreOfRidPasid) {
  AddressSpaces spaces({AddressSpaceClass{}}, 1);
  IotlbConfig config;
  config.geometry.entries = 4;
  IotlbCore core(config, spaces, CachePartitions());
  EXPECT_TRUE(core.PassesWithoutPasid(7));
  ContextEntry context;
  context.rid_pasid = 9;
  spaces.structures().SetContext(7, context);
  EXPECT_FALSE(core.PassesWithoutPasid(7));
  core.Fill(7, Pasid(), kPage, Entry(kPgttFirstStage, 5));
  EXPECT_EQ(core.Lookup(7, Pasid(9), kPage), nullptr);
  EXPECT_NE(core.Lookup(7, Pasid(), kPage), nullptr);
  EXPECT_EQ(core.Invalidate(Descriptor(Kind::kPasidIotlb, Granularity::kPage, 5, 1)), 0u);
  EXPECT_EQ(core.Invalidate(Descriptor(Kind::kPasidIotlb, Granularity::kPage, 5, 9)), 1u);
}

TEST(IotlbCore, WalksThatMayHaveReadWhatIsGone) {
  AddressSpaceClass first;
  first.count = 9;
  AddressSpaceClass second;
  second.first_pasid = 100;
  second.stages = TranslationStages::kSecondOnly;
  second.second_format = TableFormat::kX86FourLevel;
  const AddressSpaces spaces({first, second}, 1);
  const IotlbCore core(IotlbConfig{}, spaces, CachePartitions());
  const auto overlaps = [&](const CacheInvalidation& invalidation, std::uint32_t pasid, std::uint64_t address) {
    return core.Overlaps(invalidation, MissKey::Of(1, Pasid(pasid), address));
  };
  const CacheInvalidation page = Descriptor(Kind::kPasidIotlb, Granularity::kPage, 1, 3);
  EXPECT_TRUE(overlaps(page, 3, kPage));
  EXPECT_FALSE(overlaps(page, 3, 0x6000));
  EXPECT_FALSE(overlaps(page, 4, kPage));
  EXPECT_TRUE(overlaps(Descriptor(Kind::kPasidIotlb, Granularity::kPasid, 1, 3), 3, 0x6000));
  const CacheInvalidation in_domain = Descriptor(Kind::kIotlb, Granularity::kPage, kFirstVmDomain);
  EXPECT_TRUE(overlaps(in_domain, 100, kPage));
  EXPECT_FALSE(overlaps(in_domain, 100, 0x6000));
  EXPECT_FALSE(overlaps(in_domain, 3, kPage));
  EXPECT_TRUE(overlaps(in_domain, 5000, 0));  // unknown: rather yes
  EXPECT_TRUE(overlaps(Descriptor(Kind::kIotlb, Granularity::kPage, kFirstStageDomain), 3, 0x6000));
  EXPECT_TRUE(overlaps(Descriptor(Kind::kIotlb, Granularity::kGlobal, 77), 3, 0x6000));
  EXPECT_TRUE(overlaps(Descriptor(Kind::kPasidCache, Granularity::kDomain, 77), 3, 0));
  EXPECT_FALSE(overlaps(Descriptor(Kind::kPasidCache, Granularity::kPasid, 1, 4), 3, 0));
  EXPECT_TRUE(overlaps(Descriptor(Kind::kContext, Granularity::kDevice, 1), 3, 0));
}

}  // namespace
}  // namespace siov
