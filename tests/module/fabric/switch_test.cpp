// SPDX-License-Identifier: Apache-2.0
// A switch between real links: when packets come and go, to the picosecond.
#include "models/fabric/switch/switch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/fabric/link/link.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

constexpr Picoseconds kPropagation = 5'000;
constexpr Picoseconds kLatency = 100'000;
constexpr RequesterId kFirst = 0x0100;
constexpr RequesterId kSecond = 0x0200;

class SwitchTest : public ::testing::Test {
 protected:
  SwitchTest() {
    link_.generation = 3;
    link_.lanes = 8;
    link_.propagation_ps = kPropagation;
    link_.credit_return_ps = 0;
    uplink_ = link_;
    uplink_.switch_below = true;
    link_.switch_above = true;
  }
  void Build() {
    SwitchConfig config;
    config.latency_ps = kLatency;
    config.above = uplink_;
    config.ports = {{{0x10'0000, 0x20'0000, 0, 0, 1, 1, true}, "link0", link_},
                    {{0x20'0000, 0x30'0000, 0, 0, 2, 2, true}, "link1", link_}};
    above_ = std::make_unique<Link>("uplink", simulation_, "uplink", uplink_);
    switch_ = std::make_unique<Switch>("sw", simulation_, "sw", config);
    switch_->to_above.bind(above_->upstream_in);
    above_->downstream_out.bind(switch_->from_above);
    above_->upstream_out.bind(root_.socket);
    host_.socket.bind(above_->downstream_in);
    Below(0, "link0", first_, first_portal_);
    Below(1, "link1", second_, second_portal_);
  }
  void Below(std::size_t port, const char* name, ScriptedInitiator& device, ScriptedTarget& portal) {
    links_[port] = std::make_unique<Link>(name, simulation_, name, link_);
    links_[port]->upstream_out.bind(*switch_->from_below[port]);
    switch_->to_below[port]->bind(links_[port]->downstream_in);
    device.socket.bind(links_[port]->upstream_in);
    links_[port]->downstream_out.bind(portal.socket);
  }
  void Run() { simulation_.agenda.RunUntil(kPsPerMs); }
  static Tlp* Send(ScriptedInitiator& device, Picoseconds at, TlpKind kind, std::uint64_t address, std::uint32_t bytes,
                   RequesterId requester) {
    Tlp* const tlp = device.Packet(kind, address, bytes);
    tlp->requester = requester;
    device.SendAt(at, *tlp);
    return tlp;
  }
  Picoseconds Wire(std::uint32_t bytes) const { return LinkFormat(link_).rate().TimeFor(bytes); }
  // Through a link, the switch and the other link.
  Picoseconds Through(std::uint32_t bytes) const { return 2 * (Wire(bytes) + kPropagation) + kLatency; }
  static std::string At(const char* peer, Picoseconds time, const std::string& what) {
    return std::string(peer) + " " + std::to_string(time) + " " + what;
  }

  LinkConfig link_;
  LinkConfig uplink_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator first_{"first", simulation_, log_};
  ScriptedInitiator second_{"second", simulation_, log_};
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedTarget root_{"root", simulation_, log_};
  ScriptedTarget first_portal_{"first_portal", simulation_, log_};
  ScriptedTarget second_portal_{"second_portal", simulation_, log_};
  std::unique_ptr<Link> above_;
  std::unique_ptr<Switch> switch_;
  std::array<std::unique_ptr<Link>, 2> links_;
};

TEST_F(SwitchTest, AnIdleSwitchAddsItsLatencyBetweenTheLinks) {
  Build();
  root_.behaviour.gives_back_posted = false;
  Tlp* const write = Send(first_, 1'000, TlpKind::kMemoryWrite, 0x4000, 64, kFirst);
  Run();
  EXPECT_THAT(Lines(log_, "root"), ElementsAre(At("root", 1'000 + Through(88), "request write 0x4000")));
  const Picoseconds in = 1'000 + Wire(88) + kPropagation;
  EXPECT_THAT(Segments(write->ledger),
              ElementsAre("link_wire 1000.." + std::to_string(in),
                          "port " + std::to_string(in) + ".." + std::to_string(in + kLatency),
                          "link_wire " + std::to_string(in + kLatency) + ".." + std::to_string(1'000 + Through(88))));
}

// Three of the first device, one of the second, all there before the wire is free: in turn.
TEST_F(SwitchTest, PortsTakeTurnsForTheWireAbove) {
  uplink_.lanes = 1;
  Build();
  const Picoseconds slow = LinkFormat(uplink_).rate().TimeFor(24 + 256);
  for (std::uint64_t i = 0; i < 3; ++i) Send(first_, 0, TlpKind::kMemoryWrite, 0x1000 + 0x100 * i, 256, kFirst);
  Send(second_, Wire(280), TlpKind::kMemoryWrite, 0x8000, 256, kSecond);
  Run();
  const Picoseconds begin = Wire(280) + kPropagation + kLatency;
  const auto nth = [&](Picoseconds number, const char* address) {
    return At("root", begin + number * slow + kPropagation, std::string("request write ") + address);
  };
  EXPECT_THAT(Lines(log_, "root"), ElementsAre(nth(1, "0x1000"), nth(2, "0x8000"), nth(3, "0x1100"), nth(4, "0x1200")));
}

TEST_F(SwitchTest, AnswersFindTheirRequesterAndWritesTheirDevice) {
  Build();
  root_.behaviour.answer_after = 1'000;
  Send(first_, 0, TlpKind::kMemoryRead, 0x5000, 64, kFirst);
  Send(second_, 0, TlpKind::kMemoryRead, 0x6000, 64, kSecond);
  host_.SendAt(0, TlpKind::kMemoryWrite, 0x20'0000, 64);
  Run();
  const Picoseconds asked = Through(24);
  EXPECT_THAT(Lines(log_, "first"), ElementsAre(At("first", asked + 1'000 + Through(84), "answer read 0x5000")));
  // Its request is behind the first one on the wire above, and its answer, which is longer, behind the first answer.
  const Picoseconds second = asked + 1'000 + Wire(84);
  EXPECT_THAT(Lines(log_, "second"), ElementsAre(At("second", second + Through(84), "answer read 0x6000")));
  EXPECT_THAT(Lines(log_, "second_portal"), ElementsAre(At("second_portal", Through(88), "request write 0x200000")));
  EXPECT_TRUE(Lines(log_, "first_portal").empty());
}

// One place above: the second write leaves when the root port has freed it, not earlier; its own place in the switch is
// free when the wire has it whole, and only then the third comes.
TEST_F(SwitchTest, APlaceIsFreeWhenTheNextLinkHasTakenThePacketWhole) {
  uplink_.upstream.posted_header = 1;
  link_.upstream.posted_header = 1;
  Build();
  constexpr Picoseconds kFreed = 2'000'000;
  root_.behaviour.release_after = kNever;
  root_.ReleaseHeldAt(kFreed);
  root_.ReleaseHeldAt(2 * kFreed);
  root_.ReleaseHeldAt(3 * kFreed);
  for (std::uint64_t i = 0; i < 3; ++i) Send(first_, 0, TlpKind::kMemoryWrite, 0x1000 + 0x100 * i, 64, kFirst);
  Run();
  const Picoseconds sent = kFreed + Wire(88);  // the second, over the wire above
  EXPECT_THAT(Lines(log_, "root"),
              ElementsAre(At("root", Through(88), "request write 0x1000"),
                          At("root", sent + kPropagation, "request write 0x1100"),
                          At("root", 2 * kFreed + Wire(88) + kPropagation, "request write 0x1200")));
  const Picoseconds place = Wire(88) + kPropagation + kLatency + Wire(88);  // the first's, freed
  EXPECT_THAT(Lines(log_, "first"), ElementsAre(At("first", Wire(88), "release write 0x1000"),
                                                At("first", place + Wire(88), "release write 0x1100"),
                                                At("first", sent + Wire(88), "release write 0x1200")));
}

}  // namespace
}  // namespace siov
