// SPDX-License-Identifier: Apache-2.0
// A socket with a memory of its own and one behind a socket link: when requests are answered and writes visible, and in
// which order. Memory 0 takes 1,000 ps, memory 1 takes 2,000; the link 100 ps a byte and 10,000 ps each way, so that a
// read of a line in memory 1 takes 800 + 10,000 + 2,000 + 7,200 + 10,000 = 30,000 ps, and so does a write.
#include "models/fabric/home_router/home_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "models/fabric/socket_link/socket_link.h"
#include "models/memory/memory.h"
#include "models/translation/memory_map.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kNear = 0x1000;
constexpr std::uint64_t kFar = memory_map::BaseOf(1) + 0x1000;
constexpr std::uint64_t kNowhere = memory_map::BaseOf(2) + 0x1000;

MemoryConfig MemoryOf(Picoseconds latency) {
  MemoryConfig config;
  config.residency = MemoryResidency::kAllLlc;
  config.llc_latency_ps = latency;
  config.llc_bytes_per_second = 0;
  return config;
}

SocketLinkConfig LinkOf(std::uint32_t outstanding_lines) {
  SocketLinkConfig config;
  config.outstanding_lines = outstanding_lines;
  config.bytes_per_second = 10e9;
  config.header_bytes = 8;
  config.latency_ps = 10'000;
  return config;
}

class HomeRouterTest : public ::testing::Test {
 protected:
  explicit HomeRouterTest(std::uint32_t outstanding_lines = 0)
      : link_("link", simulation_, "link", LinkOf(outstanding_lines)) {
    port_.socket.bind(*router_.in[0]);
    other_port_.socket.bind(*router_.in[1]);
    walker_.socket.bind(*router_.from_agent[0]);
    router_.to_memory.bind(*near_.in[0]);
    router_.agents_to_memory.bind(*near_.from_agent[0]);
    router_.to_link[0]->bind(*link_.from_router[0]);
    router_.agents_to_link[0]->bind(*link_.from_agents[0]);
    router_.to_host.bind(host_.socket);
    link_.to_memory[1]->bind(*far_.in[0]);
    link_.agents_to_memory[1]->bind(*far_.from_agent[0]);
    // Nothing comes from the other socket.
    idle_port_.socket.bind(*link_.from_router[1]);
    idle_walker_.socket.bind(*link_.from_agents[1]);
    link_.to_memory[0]->bind(idle_memory_.socket);
    link_.agents_to_memory[0]->bind(idle_tables_.socket);
    near_.to_host.bind(unused_near_.socket);
    far_.to_host.bind(unused_far_.socket);
    host_.behaviour.buffered = false;
    host_.behaviour.gives_back_posted = false;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }
  // Told to the host when it is visible.
  Tlp* RecordAt(Picoseconds at, std::uint64_t address, bool relaxed = false) {
    return port_.WriteAt(at, address, 0x100, relaxed, true);
  }
  void FlushAt(Picoseconds at, ScriptedInitiator& from, RequesterId requester) {
    Tlp* flush = from.Packet(TlpKind::kMemoryRead, 0, 0);
    flush->requester = requester;
    from.SendAt(at, *flush);
  }

  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator port_{"port", simulation_, log_};
  ScriptedInitiator other_port_{"other_port", simulation_, log_};
  ScriptedInitiatorOf<TableAccess> walker_{"walker", simulation_, log_};
  ScriptedInitiator idle_port_{"idle_port", simulation_, log_};
  ScriptedInitiatorOf<TableAccess> idle_walker_{"idle_walker", simulation_, log_};
  ScriptedTarget idle_memory_{"idle_memory", simulation_, log_};
  ScriptedTargetOf<TableAccess> idle_tables_{"idle_tables", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> host_{"host", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> unused_near_{"unused_near", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> unused_far_{"unused_far", simulation_, log_};
  HomeRouter router_{"router", simulation_, "router", {HomeRoute{}, HomeRoute{0}}, 2, 1, 1};
  SocketLink link_;
  Memory near_{"near", simulation_, "near", MemoryOf(1'000), 1, 1, true};
  Memory far_{"far", simulation_, "far", MemoryOf(2'000), 1, 1, true};
};

TEST_F(HomeRouterTest, AnswersComeFromTheHomeOfTheAddress) {
  port_.SendAt(0, TlpKind::kMemoryRead, kNear, 64);
  Tlp* far = port_.SendAt(0, TlpKind::kMemoryRead, kFar, 64);
  TableAccess* table = walker_.AccessAt(100'000, TableAccess::Kind::kRead, kFar, 8);
  walker_.AccessAt(100'000, TableAccess::Kind::kWrite, kNear, 8);
  Run(29'999);
  EXPECT_EQ(Lines(log_).size(), 1u);
  Run();
  EXPECT_THAT(Lines(log_, "port"),
              ElementsAre("port 1000 answer read 0x1000", "port 30000 answer read 0x1000000001000"));
  EXPECT_THAT(Segments(far->ledger),
              ElementsAre("socket_link 0..10800", "memory 10800..12800", "socket_link 12800..30000"));
  EXPECT_THAT(Lines(log_, "walker"),
              ElementsAre("walker 101000 answer write 0x1000", "walker 130000 answer read 0x1000000001000"));
  EXPECT_THAT(Segments(table->ledger),
              ElementsAre("socket_link 100000..110800", "memory 110800..112800", "socket_link 112800..130000"));
}

TEST_F(HomeRouterTest, WhoComesLaterWaitsForTheWire) {
  port_.SendAt(0, TlpKind::kMemoryRead, kFar, 64);
  Tlp* second = port_.SendAt(300, TlpKind::kMemoryRead, kFar + 64, 64);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("port 30000 answer read 0x1000000001000", "port 37200 answer read 0x1000000001040"));
  EXPECT_THAT(Segments(second->ledger),
              ElementsAre("socket_link_wait 300..800", "socket_link 800..11600", "memory 11600..13600",
                          "socket_link_wait 13600..20000", "socket_link 20000..37200"));
}

TEST_F(HomeRouterTest, ANearWriteIsVisibleAfterAnOlderFarOne) {
  Tlp* far = RecordAt(0, kFar);
  Tlp* near = RecordAt(100, kNear);
  Run(29'999);
  EXPECT_THAT(log_, IsEmpty());
  Run(30'000);
  EXPECT_THAT(Lines(log_), ElementsAre("host 30000 request observed_write 0x1000000001000",
                                       "host 30000 request observed_write 0x1000"));
  EXPECT_THAT(Segments(far->ledger),
              ElementsAre("socket_link 0..17200", "memory 17200..19200", "socket_link 19200..30000"));
  EXPECT_THAT(Segments(near->ledger), ElementsAre("memory 100..1100", "order_wait 1100..30000"));
}

TEST_F(HomeRouterTest, ARelaxedWriteDoesNotWait) {
  RecordAt(0, kFar);
  RecordAt(100, kNear, true);
  Run();
  EXPECT_THAT(Lines(log_).front(), "host 1100 request observed_write 0x1000");
}

TEST_F(HomeRouterTest, AReadWaitsForOlderWritesToTheOtherMemoryAlone) {
  RecordAt(0, kFar);
  Tlp* near = port_.SendAt(100, TlpKind::kMemoryRead, kNear, 64);
  port_.SendAt(20'000, TlpKind::kMemoryRead, kFar, 64);
  Run();
  EXPECT_THAT(Lines(log_, "port"),
              ElementsAre("port 31000 answer read 0x1000", "port 50000 answer read 0x1000000001000"));
  EXPECT_THAT(Segments(near->ledger), ElementsAre("order_wait 100..30000", "memory 30000..31000"));
}

// Of another traffic class, or another root port, nothing waits.
TEST_F(HomeRouterTest, StreamsDoNotWaitForEachOther) {
  RecordAt(0, kFar);
  Tlp* other = other_port_.Packet(TlpKind::kMemoryRead, kNear, 64);
  other->source_port = 1;
  other_port_.SendAt(100, *other);
  Tlp* of_class = port_.Packet(TlpKind::kMemoryRead, kNear, 64);
  of_class->traffic_class = 3;
  port_.SendAt(200, *of_class);
  Run(2'000);
  EXPECT_THAT(Lines(log_), ElementsAre("other_port 1100 answer read 0x1000", "port 1200 answer read 0x1000"));
}

TEST_F(HomeRouterTest, FlushesAreAnsweredWhenWritesAreVisibleOrAllIsServed) {
  RecordAt(0, kFar);
  FlushAt(10, port_, 0x100);
  port_.SendAt(50'000, TlpKind::kMemoryRead, kFar, 64);
  FlushAt(50'100, port_, 0);
  FlushAt(50'200, other_port_, 0);
  Run();
  EXPECT_THAT(Lines(log_, "port"), ElementsAre("port 30000 answer read 0x0", "port 80000 answer read 0x1000000001000",
                                               "port 80000 answer read 0x0"));
  EXPECT_THAT(Lines(log_, "other_port"), ElementsAre("other_port 50200 answer read 0x0"));
}

TEST_F(HomeRouterTest, WhatIsNobodysIsRefused) {
  port_.SendAt(0, TlpKind::kMemoryRead, kNowhere, 64);
  port_.WriteAt(10, kNowhere, 0x100, false, false);
  walker_.AccessAt(20, TableAccess::Kind::kRead, kNowhere, 8);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("port 0 answer read 0x2000000001000 status=1",
                                       "walker 20 answer read 0x2000000001000 status=4"));
}

// Two lines under way at most.
class TwoLinesTest : public HomeRouterTest {
 protected:
  TwoLinesTest() : HomeRouterTest(2) {}
};

// A read of a line is answered after 30,000 ps, and whoever waits is sent then.
TEST_F(TwoLinesTest, ARequestWaitsForLinesUntilAnAnswerIsBack) {
  port_.SendAt(0, TlpKind::kMemoryRead, kFar, 64);
  walker_.AccessAt(100'000, TableAccess::Kind::kPostedWrite, kFar, 8);
  Tlp* both = port_.SendAt(200, TlpKind::kMemoryRead, kFar + 64, 4096 - 64);
  TableAccess* behind = walker_.AccessAt(300, TableAccess::Kind::kRead, kFar, 8);
  port_.SendAt(400, TlpKind::kMemoryRead, kNear, 64);
  Run();
  EXPECT_EQ(Lines(log_)[0], "port 1400 answer read 0x1000") << "its own memory needs no link";
  EXPECT_EQ(Lines(log_)[1], "port 30000 answer read 0x1000000001000");
  EXPECT_EQ(Segments(both->ledger).front(), "socket_link_wait 200..30000");
  const std::string answered = "socket_link_wait 300.." + std::to_string(both->ledger.cursor());
  EXPECT_EQ(Segments(behind->ledger).front(), answered) << "in order, and of lines it needs one";
}

}  // namespace
}  // namespace siov
