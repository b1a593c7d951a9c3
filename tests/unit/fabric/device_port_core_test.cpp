// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port_core.h"

#include <gtest/gtest.h>

#include <set>

#include "models/base/invariant.h"

namespace siov {
namespace {

TEST(TagPool, EveryTagIsUniqueWhileInUse) {
  TagPool pool(32);
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 32; ++i) seen.insert(pool.Take());
  EXPECT_EQ(seen.size(), 32u);
  EXPECT_EQ(*seen.rbegin(), 31u);
  EXPECT_EQ(pool.Take(), TagPool::kNone);
  EXPECT_EQ(pool.in_use(), 32u);
  pool.Give(7);
  EXPECT_EQ(pool.Take(), 7u);
}

TEST(TagPool, RefusesATagThatIsNotInUse) {
  TagPool pool(2);
  EXPECT_THROW(pool.Give(0), InvariantError);
  pool.Take();
  EXPECT_THROW(pool.Give(2), InvariantError);
}

TEST(PasidWidth, IsALimitOnBits) {
  EXPECT_TRUE(PasidFits(Pasid(0xFFFF), 16));
  EXPECT_FALSE(PasidFits(Pasid(0x10000), 16));
  EXPECT_FALSE(PasidFits(Pasid(0), 0));
  EXPECT_TRUE(PasidFits(Pasid(), 0));
}

TEST(OwnMemory, IsReachedByTranslatedRequestsThatTouchIt) {
  const MemoryRanges own({{0x1'0000, 0x2'0000}, {0x8'0000, 0x8'1000}});
  const auto reaches = [&own](std::uint64_t address, std::uint32_t bytes, AddressType at) {
    TlpHeader request;
    request.address = address;
    request.length_bytes = bytes;
    request.at = at;
    return ReachesOwnMemory(own, request);
  };
  EXPECT_TRUE(reaches(0x1'0000, 64, AddressType::kTranslated));
  EXPECT_TRUE(reaches(0x8'0FFF, 1, AddressType::kTranslated));
  EXPECT_TRUE(reaches(0x0'FFC1, 64, AddressType::kTranslated)) << "its last byte";
  EXPECT_FALSE(reaches(0x0'FFC0, 64, AddressType::kTranslated));
  EXPECT_FALSE(reaches(0x2'0000, 64, AddressType::kTranslated));
  EXPECT_FALSE(reaches(0x4'0000, 64, AddressType::kTranslated)) << "between the two";
  EXPECT_FALSE(reaches(0x1'0000, 64, AddressType::kUntranslated)) << "an address of its own space";
}

TEST(DevicePortRoutes, WritesGoToPortalsAndMessagesToTheAtc) {
  EXPECT_EQ(RouteDownstream(TlpKind::kMemoryWrite), DownstreamRoute::kPortal);
  EXPECT_EQ(RouteDownstream(TlpKind::kDeferrableWrite), DownstreamRoute::kPortal);
  EXPECT_EQ(RouteDownstream(TlpKind::kPageGroupResponse), DownstreamRoute::kAtc);
  EXPECT_EQ(RouteDownstream(TlpKind::kInvalidateRequest), DownstreamRoute::kAtc);
  EXPECT_THROW(RouteDownstream(TlpKind::kMemoryRead), InvariantError);
}

TEST(DevicePortConfig, BoundsTagsAndPasidWidth) {
  DevicePortConfig config;
  EXPECT_TRUE(config.Validate().empty());
  config.tags = 0;
  config.pasid_width = 21;
  ASSERT_EQ(config.Validate().size(), 2u);
  EXPECT_EQ(config.Validate()[1].field, "pasid_width");
}

}  // namespace
}  // namespace siov
