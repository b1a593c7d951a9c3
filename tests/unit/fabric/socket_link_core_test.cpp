// SPDX-License-Identifier: Apache-2.0
// What crosses between sockets and when, and which memory an address lies in.
#include "models/fabric/socket_link/socket_link_core.h"

#include <gtest/gtest.h>

#include "models/fabric/home_router/home_router_core.h"

namespace siov {
namespace {

SocketLinkConfig Config() {
  SocketLinkConfig config;
  config.bytes_per_second = 8e9;  // 125 ps a byte
  config.header_bytes = 8;
  config.latency_ps = 25'000;
  return config;
}

TEST(SocketLinkCore, EachLineHasAHeaderAndTravelsWhole) {
  const SocketLinkConfig config = Config();
  EXPECT_EQ(SocketLinkBytes(config, 0x1000, 64, false), 8u);
  EXPECT_EQ(SocketLinkBytes(config, 0x1000, 64, true), 72u);
  EXPECT_EQ(SocketLinkBytes(config, 0x1000, 8, true), 72u);
  EXPECT_EQ(SocketLinkBytes(config, 0x103F, 2, true), 144u) << "of two lines";
  EXPECT_EQ(SocketLinkBytes(config, 0x1000, 512, true), 576u);
  EXPECT_EQ(SocketLinkBytes(config, 0x1000, 0, false), 8u);
}

TEST(SocketLinkCore, TheWireSendsOneAfterTheOther) {
  SocketWire wire(Config());
  const SocketWire::Crossing first = wire.Send(1'000, 72);
  EXPECT_EQ(first.begins, 1'000u);
  EXPECT_EQ(first.sent, 10'000u);
  EXPECT_EQ(first.arrives, 35'000u);
  const SocketWire::Crossing second = wire.Send(2'000, 8);
  EXPECT_EQ(second.begins, 10'000u);
  EXPECT_EQ(second.arrives, 36'000u);
  EXPECT_EQ(wire.Send(11'001, 8).begins, 11'001u);
}

TEST(SocketLinkCore, LinesAreTakenAsFarAsThereAreAny) {
  SocketLineTracker tracker(4);
  EXPECT_TRUE(tracker.limited());
  EXPECT_EQ(tracker.NeededBy(3), 3u);
  EXPECT_EQ(tracker.NeededBy(9), 4u) << "one that is larger takes all";
  EXPECT_TRUE(tracker.Take(3));
  EXPECT_FALSE(tracker.Take(2));
  EXPECT_TRUE(tracker.Take(1));
  EXPECT_EQ(tracker.taken(), 4u);
  tracker.Give(3);
  EXPECT_TRUE(tracker.Take(2));
  EXPECT_FALSE(SocketLineTracker(0).limited());
}

TEST(HomeRoutes, HighAddressBitsNameTheMemory) {
  const HomeRoutes routes({HomeRoute{}, HomeRoute{0}, HomeRoute{1}});
  EXPECT_EQ(routes.HomeOf(0), 0u);
  EXPECT_EQ(routes.HomeOf((std::uint64_t{1} << 48) - 1), 0u);
  EXPECT_EQ(routes.HomeOf(std::uint64_t{1} << 48), 1u);
  EXPECT_EQ(routes.HomeOf(memory_map::BaseOf(2) + 0x1234), 2u);
  EXPECT_EQ(routes.HomeOf(memory_map::BaseOf(3)), std::nullopt);
  EXPECT_TRUE(routes.To(0).local());
  EXPECT_EQ(routes.To(2).link, 1u);
}

}  // namespace
}  // namespace siov
