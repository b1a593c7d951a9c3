// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/live_mappings.h"

#include <gtest/gtest.h>

#include "tests/trace/trace_support.h"

namespace siov {
namespace {

constexpr std::uint64_t kTop = 0xffff'ffff'ffff'f000;

std::uint64_t Translate(const LiveMappings& live, std::uint32_t domain, std::uint64_t iova) {
  const TraceRecord* mapping = live.Find(domain, iova);
  return mapping == nullptr ? 0 : mapping->pa + (iova - mapping->iova);
}

TEST(LiveMappings, FindsOnlyWithinTheRangeAndTheDomain) {
  LiveMappings live;
  live.Map(Mapping(3, 0x10000, 0x900000, 0x2000, 0));
  EXPECT_EQ(Translate(live, 3, 0x10000), 0x900000u);
  EXPECT_EQ(Translate(live, 3, 0x11fff), 0x901fffu);
  EXPECT_EQ(Translate(live, 3, 0x12000), 0u);
  EXPECT_EQ(Translate(live, 3, 0xffff), 0u);
  EXPECT_EQ(Translate(live, 4, 0x10000), 0u);
}

TEST(LiveMappings, OneUnmapCoversManyMaps) {
  LiveMappings live;
  for (std::uint64_t page = 0; page < 8; ++page)
    live.Map(Mapping(3, 0x10000 + page * 0x1000, 0x1000 * page, 0x1000, 0));
  live.Unmap(3, 0x11000, 0x6000);
  EXPECT_EQ(live.size(), 2u);
  EXPECT_NE(live.Find(3, 0x10000), nullptr);
  EXPECT_NE(live.Find(3, 0x17000), nullptr);
}

TEST(LiveMappings, PartialUnmapKeepsBothEnds) {
  LiveMappings live;
  live.Map(Mapping(3, 0x10000, 0x900000, 0x4000, 0));
  live.Unmap(3, 0x11000, 0x1000);
  EXPECT_EQ(Translate(live, 3, 0x10800), 0x900800u);
  EXPECT_EQ(live.Find(3, 0x11000), nullptr);
  EXPECT_EQ(Translate(live, 3, 0x12000), 0x902000u);
  EXPECT_EQ(Translate(live, 3, 0x13fff), 0x903fffu);
}

TEST(LiveMappings, NewMappingReplacesWhatItOverlaps) {
  LiveMappings live;
  live.Map(Mapping(3, 0x10000, 0x900000, 0x4000, 0));
  live.Map(Mapping(3, 0x10000, 0x100000, 0x1000, 0));
  live.Map(Mapping(3, 0x12000, 0x200000, 0x1000, 0));
  EXPECT_EQ(Translate(live, 3, 0x10000), 0x100000u);
  EXPECT_EQ(Translate(live, 3, 0x11000), 0x901000u);
  EXPECT_EQ(Translate(live, 3, 0x12000), 0x200000u);
  EXPECT_EQ(Translate(live, 3, 0x13000), 0x903000u);
}

TEST(LiveMappings, RangeAtTheTopOfTheAddressSpace) {
  LiveMappings live;
  live.Map(Mapping(3, kTop, 0x900000, 0x1000, 0));
  EXPECT_EQ(Translate(live, 3, kTop + 0xfff), 0x900fffu);
  live.Unmap(3, kTop, 0x1000);
  EXPECT_EQ(live.size(), 0u);
}

TEST(LiveMappings, OnlyDomainWithIsSilentWhenSeveralHaveIt) {
  LiveMappings live;
  EXPECT_EQ(live.OnlyDomainWith(0x10000), TraceRecord::kNoDomain);
  live.Map(Mapping(3, 0x10000, 0, 0x1000, 0));
  live.Map(Mapping(5, 0x20000, 0, 0x1000, 0));
  EXPECT_EQ(live.OnlyDomainWith(0x10000), 3u);
  EXPECT_EQ(live.OnlyDomainWith(0x20000), 5u);
  live.Map(Mapping(5, 0x10000, 0, 0x1000, 0));
  EXPECT_EQ(live.OnlyDomainWith(0x10000), TraceRecord::kNoDomain);
}

}  // namespace
}  // namespace siov
