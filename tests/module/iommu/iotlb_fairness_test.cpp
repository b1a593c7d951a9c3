// SPDX-License-Identifier: Apache-2.0
// Who is looked up next, and whose miss gets a slot, where requesters take turns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/iotlb_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

using Bench = ::siov::testing::IotlbBench;

using ::siov::testing::SmallIotlb;

constexpr RequesterId kFlood = 0x0100;
constexpr RequesterId kOther = 0x0200;

IotlbConfig InTurn(IotlbOrder order, Picoseconds interval, std::uint32_t miss_slots = 0) {
  IotlbConfig config = SmallIotlb(0, interval, miss_slots);
  config.order = order;
  return config;
}

// Addresses of walks in the order in which they were asked for.
std::vector<std::uint64_t> Walked(const Bench& bench) {
  std::vector<std::uint64_t> pages;
  for (const PeerEvent& seen : bench.log) {
    if (seen.peer == "walker" && seen.event == PeerEventKind::kRequest)
      pages.push_back(seen.As<Walk>().address >> kPageShift4K);
  }
  return pages;
}

// Four at once of one function, one instant later two of another.
void Flood(Bench& bench, TlpKind kind = TlpKind::kMemoryRead) {
  for (std::uint64_t page = 1; page <= 4; ++page) bench.At(0, kind, 3, page << kPageShift4K, kFlood);
  bench.At(1, kind, 3, 0x11'000, kOther);
  bench.At(1, kind, 3, 0x12'000, kOther);
  bench.Run();
}

TEST(IotlbFairness, ByDefaultTheFloodIsServedFirst) {
  Bench bench(InTurn(IotlbOrder::kArrival, 100));
  Flood(bench);
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 3, 4, 0x11, 0x12));
  EXPECT_EQ(bench.Stat("port_queue"), 0u);
}

TEST(IotlbFairness, FunctionsTakeTurnsAtThePort) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinFunctions, 100));
  for (std::uint64_t page = 1; page <= 4; ++page) {
    bench.At(0, TlpKind::kMemoryRead, 3, page << kPageShift4K, kFlood);
  }
  Tlp* other = bench.At(1, TlpKind::kMemoryRead, 3, 0x11'000, kOther);
  bench.At(1, TlpKind::kMemoryRead, 3, 0x12'000, kOther);
  bench.Run();
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x11, 3, 0x12, 4));
  EXPECT_THAT(Segments(other->ledger)[0], "iotlb_wait 1..200");
  EXPECT_THAT(Segments(other->ledger)[1], "iotlb 200..210");
}

// The start of a lookup is the same to the picosecond as in order of arrival while nobody has to wait for a turn.
TEST(IotlbFairness, AFreePortIsTakenAtOnce) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinPasids, 4));
  Tlp* first = bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  Tlp* at_its_end = bench.At(1004, TlpKind::kMemoryRead, 3, 0x6000);
  bench.Run();
  EXPECT_THAT(Segments(first->ledger)[0], "iotlb 1000..1010");
  EXPECT_THAT(Segments(at_its_end->ledger)[0], "iotlb 1004..1014");
}

TEST(IotlbFairness, PasidsOfAFunctionTakeTurns) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinPasids, 100));
  for (std::uint64_t page = 1; page <= 3; ++page) bench.At(0, TlpKind::kMemoryRead, 3, page << kPageShift4K);
  bench.At(1, TlpKind::kMemoryRead, 4, 0x11'000);
  bench.Run();
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x11, 3));
}

// Who looks up first though it came later waits for older writes all the same.
TEST(IotlbFairness, TurnsAtThePortDoNotChangeTheOrder) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinPasids, 100));
  for (std::uint64_t page = 1; page <= 3; ++page) bench.At(0, TlpKind::kMemoryWrite, 3, page << kPageShift4K);
  bench.At(1, TlpKind::kMemoryRead, 4, 0x12'000);
  bench.Run();
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x12, 3));
  EXPECT_EQ(Lines(bench.log, "memory").back(), "memory 610 request read 0x10000012000");
}

// Posted writes of a function stay in order whatever their PASIDs.
TEST(IotlbFairness, PostedWritesKeepTheirOrder) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinPasids, 100));
  for (std::uint64_t page = 1; page <= 3; ++page) bench.At(0, TlpKind::kMemoryWrite, 3, page << kPageShift4K);
  bench.At(1, TlpKind::kMemoryWrite, 4, 0x11'000);
  bench.At(1, TlpKind::kMemoryRead, 4, 0x12'000);
  bench.Run();
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x12, 3, 0x11));
}

TEST(IotlbFairness, RootPortsTakeTurns) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinPorts, 100));
  for (std::uint64_t page = 1; page <= 3; ++page) bench.At(0, TlpKind::kMemoryRead, 3, page << kPageShift4K);
  Tlp* other = bench.other_port.Packet(TlpKind::kMemoryRead, 0x11'000, 64);
  other->requester = kFlood;  // a port's functions share its turn, so only the port tells these apart
  other->pasid = Pasid(3);
  other->virtual_address = 0x11'000;
  bench.other_port.SendAt(1, *other);
  bench.Run();
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x11, 3));
}

// A free port for all, one slot for misses: the flood's misses wait for it in turn with the other's.
TEST(IotlbFairness, MissSlotsAreGivenInTurn) {
  Bench bench(InTurn(IotlbOrder::kRoundRobinFunctions, 0, 1));
  Flood(bench);
  EXPECT_THAT(Walked(bench), ElementsAre(1, 2, 0x11, 3, 0x12, 4));
}

}  // namespace
}  // namespace siov
