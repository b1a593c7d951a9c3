// SPDX-License-Identifier: Apache-2.0
// Random packets of four functions and the host in two traffic classes, relaxed, id-based or neither, with credits from
// one to infinite, through links, a switch, a root port and an IOTLB: an observer finds none that passed what it may
// not, none that stays, and none that is held up by what it must be able to pass.
//
// SIOV_ORDER_PACKETS is how many there are altogether (60,000 by default; a million take a few minutes).
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iostream>

#include "tests/order/order_fabric.h"

namespace siov::testing {
namespace {

constexpr std::uint64_t kPacketsOfARun = 5'000;

std::uint64_t Packets() {
  const char* const text = std::getenv("SIOV_ORDER_PACKETS");
  return text == nullptr ? 60'000 : std::strtoull(text, nullptr, 10);
}

std::uint32_t OneOf(RandomStream& random, std::initializer_list<std::uint32_t> values) {
  return values.begin()[random.Below(values.size())];
}

// Infinite where it is 0; data for the largest packet at least.
LinkCredits RandomCredits(RandomStream& random) {
  LinkCredits credits;
  credits.posted_header = OneOf(random, {1, 2, 5, 0});
  credits.posted_data = OneOf(random, {16, 20, 64, 0});
  credits.nonposted_header = OneOf(random, {1, 2, 5, 0});
  credits.nonposted_data = OneOf(random, {4, 6, 0});
  return credits;
}

OrderFabric::Config RandomConfig(std::uint64_t seed) {
  RandomStream random(seed);
  OrderFabric::Config config;
  config.seed = seed;
  config.link.generation = 3;
  config.link.lanes = 4;
  config.link.propagation_ps = 2 * kPsPerNs;
  config.link.credit_return_ps = random.Below(50) * kPsPerNs;
  config.uplink = config.link;
  config.uplink.switch_below = config.link.switch_above = true;
  config.link.upstream = RandomCredits(random);
  config.link.downstream = RandomCredits(random);
  config.uplink.upstream = RandomCredits(random);
  config.uplink.downstream = RandomCredits(random);
  config.iotlb.geometry.entries = 4;
  config.iotlb.lookup_latency_ps = 5 * kPsPerNs;
  config.iotlb.lookup_interval_ps = random.Below(20) * kPsPerNs;
  config.iotlb.miss_slots = OneOf(random, {0, 1, 4});
  config.iotlb.order = static_cast<IotlbOrder>(random.Below(4));
  config.root.ingress_latency_ps = 10 * kPsPerNs;
  config.root.fabric_latency_ps = 10 * kPsPerNs;
  config.root.egress_latency_ps = 10 * kPsPerNs;
  config.root.outstanding_reads = OneOf(random, {0, 4});
  config.root.translation_window = OneOf(random, {0, 3});
  return config;
}

void Load(OrderFabric& fabric, std::uint64_t seed, std::uint64_t packets, Picoseconds mean_gap) {
  RandomStream random(seed + 1'000'000);
  Picoseconds at = 0;
  for (std::uint64_t i = 0; i < packets; ++i) {
    at += random.Below(2 * mean_gap);
    random.Bernoulli(0.8) ? fabric.SendUp(at) : fabric.SendDown(at);
  }
}

void ExpectOrder(const std::vector<OrderChecker>& ways, std::uint64_t packets) {
  std::uint64_t entered = 0;
  for (const OrderChecker& way : ways) {
    EXPECT_EQ(way.violations().size() + way.inside() + way.unknown(), 0u) << way.Summary();
    EXPECT_GT(way.entered(), packets / 20) << way.Summary();
    entered += way.entered();
  }
  EXPECT_GT(entered, 5 * packets) << "every packet passes several ways, most are answered";
}

// SystemC elaborates once a process.
void InAProcessOfItsOwn(const std::function<void()>& run) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    run();
    std::cout.flush();
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0) << "see above";
}

OrderHomes::Config RandomHomes(std::uint64_t seed) {
  RandomStream random(seed + 2'000'000);
  OrderHomes::Config homes;
  for (Picoseconds& latency : homes.latency_ps) latency = (20 + random.Below(400)) * kPsPerNs;
  homes.link.bytes_per_second = 10e9 * OneOf(random, {1, 4, 10});
  homes.link.header_bytes = 8;
  homes.link.latency_ps = (5 + random.Below(200)) * kPsPerNs;
  return homes;
}

void ExpectOrderOfAll(bool of_several_memories) {
  for (std::uint64_t seed = 1; (seed - 1) * kPacketsOfARun < Packets(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    InAProcessOfItsOwn([seed, of_several_memories] {
      OrderFabric::Config config = RandomConfig(seed);
      if (of_several_memories) config.homes = RandomHomes(seed);
      OrderFabric fabric(config);
      Load(fabric, seed, kPacketsOfARun, (20 + 20 * (seed % 12)) * kPsPerNs);
      fabric.Run(200 * kPsPerMs);
      ExpectOrder(fabric.Check(), kPacketsOfARun);
    });
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(OrderRandom, NobodyPassesWhatHeMayNotAndAllArrive) { ExpectOrderOfAll(false); }

// Of a host of two sockets: what lies in either memory, in any order.
TEST(OrderRandom, NobodyPassesWhatHeMayNotOnItsWayToEitherMemory) { ExpectOrderOfAll(true); }

// Reads wait for translations that take 30 us, and for the few credits that those before them hold: posted requests and
// answers pass them, as they must lest everything stands still (A3, A4, D3, D4 of the table).
TEST(OrderRandom, StalledReadsHoldUpNeitherPostedRequestsNorAnswers) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    InAProcessOfItsOwn([seed] {
      OrderFabric::Config config = RandomConfig(seed);
      for (LinkCredits* credits : {&config.link.upstream, &config.uplink.upstream}) {
        *credits = {};
        credits->nonposted_header = 2;
      }
      config.link.downstream = config.uplink.downstream = {};
      config.iotlb.miss_slots = 0;
      config.slow_reads = true;
      OrderFabric fabric(config);
      Load(fabric, seed, 1'000, 1'000 * kPsPerNs);
      fabric.Run(200 * kPsPerMs);
      const std::vector<OrderChecker> ways = fabric.Check();
      ExpectOrder(ways, 1'000);
      std::uint64_t longest_read = 0;
      for (const OrderChecker& way : ways) {
        EXPECT_LT(way.longest(WirePacket::Row::kPosted), 5 * kPsPerUs) << way.Summary();
        EXPECT_LT(way.longest(WirePacket::Row::kCompletion), 5 * kPsPerUs) << way.Summary();
        longest_read = std::max(longest_read, way.longest(WirePacket::Row::kRead));
      }
      EXPECT_GT(longest_read, 2 * OrderFabric::kPageSlow) << "reads stall";
    });
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace siov::testing
