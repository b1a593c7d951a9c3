// SPDX-License-Identifier: Apache-2.0
#include "tests/support/socket_peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace siov {
namespace {

using ::testing::ElementsAre;

TEST(SocketPeers, TargetReleasesThenAnswersAtTheTimesItIsTold) {
  Simulation simulation(Agenda::Mode::kAhead, 1);
  PeerLog log;
  ScriptedInitiator device("device", simulation, log);
  ScriptedTarget memory("memory", simulation, log);
  memory.behaviour.release_after = 20;
  memory.behaviour.answer_after = 500;
  memory.behaviour.status = CompletionStatus::kRetry;
  memory.on_arrival = [&simulation](Payload& payload) {
    TlpOf(payload).ledger.Mark(Stage::kMemoryWait, simulation.agenda.now() + 20);
  };
  device.socket.bind(memory.socket);
  Payload* write = device.SendAt(1'000, TlpKind::kDeferrableWrite, 0x4000, 64);
  simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(Lines(log), ElementsAre("memory 1000 request dmwr 0x4000", "device 1020 release dmwr 0x4000",
                                      "device 1520 answer dmwr 0x4000 status=2"));
  EXPECT_THAT(Segments(TlpOf(*write).ledger), ElementsAre("memory_wait 1000..1020", "memory 1020..1520"));
}

TEST(SocketPeers, HeldPostedPacketsGoBackToThePoolWhenReleased) {
  Simulation simulation(Agenda::Mode::kAhead, 1);
  PeerLog log;
  ScriptedInitiator device("device", simulation, log);
  ScriptedTarget memory("memory", simulation, log);
  memory.behaviour.release_after = kNever;
  device.socket.bind(memory.socket);
  device.SendAt(10, TlpKind::kMemoryWrite, 0x40, 64);
  memory.ReleaseHeldAt(99);
  simulation.agenda.RunUntil(50);
  EXPECT_EQ(memory.held(), 1u);
  EXPECT_EQ(simulation.payloads.in_use(), 1u);
  simulation.agenda.RunUntil(100);
  EXPECT_THAT(Lines(log, "device"), ElementsAre("device 99 release write 0x40"));
  EXPECT_EQ(simulation.payloads.in_use(), 0u);
}

}  // namespace
}  // namespace siov
