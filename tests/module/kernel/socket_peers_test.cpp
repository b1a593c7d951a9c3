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
  memory.on_arrival = [&simulation](Tlp& payload) {
    payload.ledger.Mark(Stage::kMemoryWait, simulation.agenda.now() + 20);
  };
  device.socket.bind(memory.socket);
  Tlp* write = device.SendAt(1'000, TlpKind::kDeferrableWrite, 0x4000, 64);
  simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(Lines(log), ElementsAre("memory 1000 request dmwr 0x4000", "device 1020 release dmwr 0x4000",
                                      "device 1520 answer dmwr 0x4000 status=2"));
  EXPECT_THAT(Segments(write->ledger), ElementsAre("memory_wait 1000..1020", "memory 1020..1520"));
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
  EXPECT_EQ(simulation.packets.in_use(), 1u);
  simulation.agenda.RunUntil(100);
  EXPECT_THAT(Lines(log, "device"), ElementsAre("device 99 release write 0x40"));
  EXPECT_EQ(simulation.packets.in_use(), 0u);
}

// Whoever only knows the TLM-2.0 transport of the protocol gets the same service: phases, return values and times.
TEST(SocketPeers, TheTransportOfTheProtocolReachesTheSameBlock) {
  Simulation simulation(Agenda::Mode::kAhead, 1);
  PeerLog log;
  ScriptedInitiator device("device", simulation, log);
  ScriptedTarget memory("memory", simulation, log);
  memory.behaviour.buffered = false;
  memory.behaviour.answer_after = 500;
  device.socket.bind(memory.socket);
  simulation.agenda.RunUntil(0);
  Tlp* read = device.Packet(TlpKind::kMemoryRead, 0x4000, 64);
  read->ledger.Mark(Stage::kPort, 20);
  tlm::tlm_fw_transport_if<Protocol<Tlp>>& forward = *device.socket.operator->();
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::sc_time::from_value(20);
  EXPECT_EQ(forward.nb_transport_fw(*read, phase, delay), tlm::TLM_UPDATED);
  EXPECT_EQ(phase, tlm::END_REQ);
  simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(Lines(log), ElementsAre("memory 20 request read 0x4000", "device 520 answer read 0x4000"));

  tlm::tlm_bw_transport_if<Protocol<Tlp>>& backward = *memory.socket.operator->();
  phase = tlm::END_REQ;
  delay = sc_core::SC_ZERO_TIME;
  EXPECT_EQ(backward.nb_transport_bw(*read, phase, delay), tlm::TLM_ACCEPTED);
  phase = tlm::BEGIN_RESP;
  EXPECT_EQ(backward.nb_transport_bw(*read, phase, delay), tlm::TLM_COMPLETED);
  simulation.agenda.RunUntil(2 * kPsPerUs);
  EXPECT_THAT(Lines(log, "device"), ElementsAre("device 520 answer read 0x4000", "device 520 release read 0x4000",
                                                "device 520 answer read 0x4000"));
}

}  // namespace
}  // namespace siov
