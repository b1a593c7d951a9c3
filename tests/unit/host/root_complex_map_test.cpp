// SPDX-License-Identifier: Apache-2.0
#include "models/host/registers/root_complex_map.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

TEST(RootComplexMapTest, BusesAndAddressesOfBridgesChooseThePort) {
  const RootComplexMap map({{0x10'0000'0000, 0x11'0000'0000, 0xC000'0000, 0xC010'0000, 1, 3, true},
                            {0x11'0000'0000, 0x12'0000'0000, 0, 0, 5, 5, true}});
  EXPECT_EQ(map.ports(), 2u);
  RegisterAccess access;
  access.configuration = true;
  const auto at_bus = [&](RequesterId function) {
    access.function = function;
    return map.PortOf(access);
  };
  EXPECT_EQ(at_bus(0x0100), 0u);
  EXPECT_EQ(at_bus(0x03FF), 0u);
  EXPECT_EQ(at_bus(0x0500), 1u);
  EXPECT_FALSE(at_bus(0x0400).has_value());
  EXPECT_FALSE(at_bus(0x0000).has_value()) << "the root complex has no registers of its own";
  access.configuration = false;
  const auto at = [&](std::uint64_t address) {
    access.address = address;
    return map.PortOf(access);
  };
  EXPECT_EQ(at(0x10'FFFF'FFF8), 0u);
  EXPECT_EQ(at(0x11'0000'0000), 1u);
  EXPECT_EQ(at(0xC000'0000), 0u) << "narrow BARs";
  EXPECT_FALSE(at(0xC010'0000).has_value());
  EXPECT_FALSE(at(0x0).has_value()) << "an empty window holds nothing";
}

}  // namespace
}  // namespace siov
