// SPDX-License-Identifier: Apache-2.0
// A run that stands still says who waits for whom, whatever the peer that is broken.
#include "platforms/run/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/invariant.h"
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A device port, its link, a root port and an IOMMU; the memory behind them keeps what it is asked for.
struct Platform {
  Platform()
      : spaces({AddressSpaceClass{}}, 1),
        port("port", simulation, "dsa0.port", DevicePortConfig{}, 1),
        link("link", simulation, "link0", LinkConfig{}),
        root_port("rp", simulation, "rp0", RootPortConfig{}, 0),
        iotlb("iotlb", simulation, "iommu0.iotlb", IotlbConfig{}, 1, spaces),
        walker("walker", simulation, "iommu0.page_walker", PageWalkerConfig{}, spaces) {
    engine.socket.bind(*port.from_block[0]);
    port.to_link.bind(link.upstream_in);
    port.to_portal.bind(portal.socket);
    port.to_atc.bind(messages.socket);
    link.upstream_out.bind(root_port.from_link);
    root_port.to_link.bind(link.downstream_in);
    link.downstream_out.bind(port.from_link);
    host.socket.bind(root_port.from_host);
    responses.socket.bind(root_port.from_pri_queue);
    root_port.to_iotlb.bind(*iotlb.from_port[0]);
    root_port.to_memory.bind(memory.socket);
    root_port.to_pri_queue.bind(pri_queue.socket);
    root_port.to_interrupts.bind(interrupts.socket);
    root_port.to_invalidation.bind(completions.socket);
    invalidate_requests.socket.bind(root_port.from_invalidation);
    iotlb.to_walker.bind(walker.from_iotlb);
    iotlb.to_walker_invalidation.bind(walker.from_invalidation);
    iotlb.to_memory.bind(memory_of_iotlb.socket);
    iotlb.to_faults.bind(faults.socket);
    invalidations.socket.bind(iotlb.from_invalidation);
    page_requests.socket.bind(iotlb.from_pri_queue);
    root_port.to_faults.bind(port_faults.socket);
    walker.to_memory.bind(memory_of_walker.socket);
  }
  std::vector<const Block*> Blocks() const { return {&port, &link, &root_port, &iotlb, &walker, &memory_of_walker}; }
  void Read() {
    Tlp* read = engine.Packet(TlpKind::kMemoryRead, 0x5000, 64);
    read->pasid = Pasid(0);
    read->virtual_address = 0x5000;
    engine.SendAt(1'000, *read);
    simulation.agenda.RunUntil(kPsPerMs);
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  AddressSpaces spaces;
  ScriptedInitiator engine{"engine", simulation, log};
  ScriptedInitiator host{"host", simulation, log};
  ScriptedInitiator responses{"responses", simulation, log};
  ScriptedTarget portal{"portal", simulation, log};
  ScriptedTarget messages{"messages", simulation, log};
  ScriptedTarget pri_queue{"pri_queue", simulation, log};
  ScriptedTarget interrupts{"interrupts", simulation, log};
  ScriptedTarget completions{"completions", simulation, log};
  ScriptedInitiator invalidate_requests{"invalidate_requests", simulation, log};
  ScriptedTarget memory{"memory", simulation, log};
  ScriptedTarget memory_of_iotlb{"memory_of_iotlb", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> page_requests{"page_requests", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> invalidations{"invalidations", simulation, log};
  ScriptedTargetOf<FaultRecord> faults{"faults", simulation, log};
  ScriptedTargetOf<FaultRecord> port_faults{"port_faults", simulation, log};
  ScriptedTargetOf<TableAccess> memory_of_walker{"memory_of_walker", simulation, log};
  DevicePort port;
  Link link;
  RootPort root_port;
  Iotlb iotlb;
  PageWalker walker;
};

std::string WhatIsSaid(Watchdog* watchdog, const Agenda& agenda, Picoseconds now, std::uint64_t finished,
                       std::uint64_t unfinished) {
  try {
    watchdog->Check(agenda, now, finished, unfinished);
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "";
}

TEST(Watchdog, ADeadlockNamesThePeerThatOwesAnAnswer) {
  Platform platform;
  platform.Read();
  Watchdog watchdog(platform.Blocks(), 0);
  const std::string said = WhatIsSaid(&watchdog, platform.simulation.agenda, kPsPerMs, 3, 1);
  EXPECT_THAT(said, HasSubstr("deadlock at"));
  EXPECT_THAT(said, HasSubstr("1 jobs are unfinished"));
  EXPECT_THAT(said, HasSubstr("dsa0.port holds 1 of 768 tags_in_use: Tags of outstanding non-posted requests; it waits "
                              "for link0\n"));
  EXPECT_THAT(said, HasSubstr("link0 holds nothing and passes on to rp0, dsa0.port"));
  EXPECT_THAT(said, HasSubstr("iommu0.iotlb holds 1 walks: misses in flight to the page walker; it waits for "
                              "iommu0.page_walker"));
  EXPECT_THAT(said, HasSubstr("walkers: walks in progress; it waits for memory_of_walker"));
  const std::string owing = said.substr(said.rfind('\n'));
  EXPECT_THAT(owing, AllOf(HasSubstr("waited for, and holding nothing: "), HasSubstr("memory_of_walker"),
                           Not(HasSubstr("iommu0")), Not(HasSubstr("rp0")), Not(HasSubstr("dsa0"))));
}

TEST(Watchdog, WhatIsStillDueIsNoDeadlockButNoProgressIsAStandstill) {
  Platform platform;
  Block& block = platform.walker;
  platform.memory_of_walker.behaviour.release_after = 2 * kPsPerMs;
  platform.memory_of_walker.behaviour.answer_after = 10;
  platform.Read();
  Watchdog watchdog(platform.Blocks(), 1'000);
  const Agenda& agenda = platform.simulation.agenda;
  ASSERT_GT(agenda.pending(), 0u);
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, 500, 0, 0), "") << "nobody has started";
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, 1'499, 0, 1), "") << "younger than the limit";
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, 1'500, 1, 1), "") << "a job has finished";
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, 2'499, 1, 1), "");
  const std::string said = WhatIsSaid(&watchdog, agenda, 2'500, 1, 1);
  EXPECT_THAT(said, HasSubstr("standstill at 2.5 ns: no job has finished since 1.5 ns, longer than "
                              "run.stall_limit_us allows"));
  EXPECT_THAT(said, HasSubstr(block.path() + " holds"));
  Watchdog patient(platform.Blocks(), 0);
  EXPECT_EQ(WhatIsSaid(&patient, agenda, kPsPerMs, 0, 1), "") << "a limit of 0 is none";
}

// A job that waited for its driver's time-out of 100 ms was called a standstill where the limit was 20 ms.
TEST(Watchdog, WhoWaitsForATimeOutDoesNotStandStillUnlessNothingComesOfIt) {
  Platform platform;
  platform.memory_of_walker.behaviour.release_after = 2 * kPsPerMs;
  platform.memory_of_walker.behaviour.answer_after = 10;
  platform.Read();
  const Agenda& agenda = platform.simulation.agenda;
  ASSERT_GT(agenda.pending(), 0u);
  Watchdog watchdog(platform.Blocks(), 20 * kPsPerMs);
  Picoseconds at = kPsPerMs;
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, at, 3, 7), "");
  for (int timer = 0; timer < 64; ++timer) {
    watchdog.NothingBetween(at, at + 100 * kPsPerMs);
    at += 100 * kPsPerMs;
    ASSERT_EQ(WhatIsSaid(&watchdog, agenda, at, 3, 7), "") << timer;
  }
  watchdog.NothingBetween(at, at + kPsPerMs);  // too short to be a time-out's
  EXPECT_EQ(WhatIsSaid(&watchdog, agenda, at + 19 * kPsPerMs, 3, 7), "");
  watchdog.NothingBetween(at, at + 100 * kPsPerMs);
  EXPECT_THAT(WhatIsSaid(&watchdog, agenda, at + 100 * kPsPerMs, 3, 7), HasSubstr("standstill"));
}

TEST(Watchdog, NobodyUnfinishedIsNoDeadlock) {
  Platform platform;
  platform.Read();
  Watchdog watchdog(platform.Blocks(), 1);
  EXPECT_EQ(WhatIsSaid(&watchdog, platform.simulation.agenda, kPsPerMs, 3, 0), "");
}

// Two blocks that hand each other a packet without delay, for ever.
struct Restless : Block {
  Restless(Simulation& simulation) : Block("restless", simulation, "dsa0.restless") {}
  void start_of_simulation() override { Due(5, 0); }
  void OnDue(const DueItem&) override { Due(0, 0); }
};

TEST(Watchdog, EventsThatNeverLetTimeGoOnAreALivelock) {
  Simulation simulation(Agenda::Mode::kAhead, 1);
  Restless restless(simulation);
  simulation.agenda.set_instant_limit(1'000);
  try {
    simulation.agenda.RunUntil(kPsPerMs);
    FAIL() << "the livelock ended";
  } catch (const InvariantError& error) {
    EXPECT_STREQ(error.what(),
                 "livelock at 5 ps: more than 1000 events without time going on; the last is of dsa0.restless");
  }
  EXPECT_EQ(simulation.agenda.events(), 2'000u);
}

}  // namespace
}  // namespace siov
