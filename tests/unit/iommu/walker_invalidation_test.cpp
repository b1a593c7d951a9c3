// SPDX-License-Identifier: Apache-2.0
// What invalidations and page requests remove from the walker's caches.
#include <gtest/gtest.h>

#include "tests/support/core_walks.h"

namespace siov {
namespace {

using namespace walks;

TEST(PageWalk, InvalidatePageForgetsTheWayToThePage) {
  AddressSpaceClass nested = Class(TranslationStages::kNested, TableFormat::kX86FourLevel, TableFormat::kX86FourLevel);
  nested.first_pasid = 2000;
  nested.pasids_per_domain = 2;
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone), nested},
                       7);
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
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone), nested},
                       7);
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
    OngoingWalk walk;
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

// Which walks in progress an invalidation makes stale, descriptor by descriptor.
TEST(PageWalk, TheInvalidationsThatOvertakeAWalk) {
  using Granularity = InvalidationGranularity;
  AddressSpaces spaces({Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)}, 7);
  const std::uint16_t own = kFirstStageDomain;
  const std::uint16_t other = own + 1;
  const auto overtakes = [&](InvalidationKind kind, Granularity granularity, std::uint16_t domain, std::uint32_t pasid,
                             RequesterId requester = kDevice, std::uint8_t function_mask = 0) {
    PageWalkerCore core(Cached(), spaces);
    OngoingWalk walk;
    core.Begin(walk, {kDevice, Pasid(3), kVa});
    for (int read = 0; read < 6; ++read) EXPECT_TRUE(core.Next(walk));
    CacheInvalidation invalidation = Invalidate(kind, granularity, domain);
    invalidation.pasid = Pasid(pasid);
    invalidation.requester = requester;
    invalidation.what.function_mask = function_mask;
    return core.Overtake(walk, invalidation);
  };
  const auto context = InvalidationKind::kContext;
  EXPECT_TRUE(overtakes(context, Granularity::kGlobal, other, 4));
  EXPECT_TRUE(overtakes(context, Granularity::kDomain, other, 4)) << "acts as global";
  EXPECT_TRUE(overtakes(context, Granularity::kDevice, other, 4));
  EXPECT_FALSE(overtakes(context, Granularity::kDevice, own, 3, kDevice ^ 1));
  EXPECT_TRUE(overtakes(context, Granularity::kDevice, own, 3, kDevice ^ 1, 1)) << "the mask covers the function";
  for (const InvalidationKind kind : {InvalidationKind::kPasidCache, InvalidationKind::kPasidIotlb}) {
    EXPECT_TRUE(overtakes(kind, Granularity::kPasid, own, 3));
    EXPECT_FALSE(overtakes(kind, Granularity::kPasid, own, 4));
    EXPECT_FALSE(overtakes(kind, Granularity::kPasid, other, 3));
  }
  EXPECT_TRUE(overtakes(InvalidationKind::kPasidCache, Granularity::kDomain, own, 4));
  EXPECT_FALSE(overtakes(InvalidationKind::kPasidCache, Granularity::kDomain, other, 3));
  EXPECT_TRUE(overtakes(InvalidationKind::kPasidIotlb, Granularity::kPage, own, 3));
  EXPECT_FALSE(overtakes(InvalidationKind::kPasidIotlb, Granularity::kPage, own, 4));
  EXPECT_TRUE(overtakes(InvalidationKind::kIotlb, Granularity::kPage, own, 4)) << "of the domain, whatever PASID";
  EXPECT_FALSE(overtakes(InvalidationKind::kIotlb, Granularity::kPage, other, 3));
  EXPECT_TRUE(overtakes(InvalidationKind::kIotlb, Granularity::kDomain, own, 4));
  EXPECT_FALSE(overtakes(InvalidationKind::kIotlb, Granularity::kDomain, other, 3));
  EXPECT_FALSE(overtakes(InvalidationKind::kHostPermission, Granularity::kGlobal, own, 3)) << "of translated requests";
}

}  // namespace
}  // namespace siov
