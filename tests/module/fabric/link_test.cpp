// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/invariant.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Picoseconds kPropagation = 5'000;

class LinkTest : public ::testing::Test {
 protected:
  LinkTest() {
    config_.generation = 3;
    config_.lanes = 8;
    config_.propagation_ps = kPropagation;
    config_.credit_return_ps = 700;
  }
  void Build() {
    link_ = std::make_unique<Link>("link", simulation_, "link", config_);
    device_.socket.bind(link_->upstream_in);
    link_->upstream_out.bind(root_.socket);
    host_.socket.bind(link_->downstream_in);
    link_->downstream_out.bind(portal_.socket);
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }
  Picoseconds Wire(std::uint32_t bytes) const { return LinkFormat(config_).rate().TimeFor(bytes); }
  static std::string At(const char* peer, Picoseconds time, const std::string& what) {
    return std::string(peer) + " " + std::to_string(time) + " " + what;
  }
  double Value(const std::string& name) {
    for (const Statistic* statistic : link_->statistics().members()) {
      if (statistic->name() == name) return statistic->Values(kPsPerMs)[0].value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  LinkConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator device_{"device", simulation_, log_};
  ScriptedTarget root_{"root", simulation_, log_};
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedTarget portal_{"portal", simulation_, log_};
  std::unique_ptr<Link> link_;
};

TEST_F(LinkTest, AnIdleLinkTakesWireTimeAndPropagation) {
  Build();
  root_.behaviour.gives_back_posted = false;
  Tlp* write = device_.SendAt(1'000, TlpKind::kMemoryWrite, 0x4000, 64);
  Run();
  const Picoseconds arrival = 1'000 + Wire(88) + kPropagation;
  EXPECT_THAT(Lines(log_), ElementsAre(At("device", arrival - kPropagation, "release write 0x4000"),
                                       At("root", arrival, "request write 0x4000")))
      << "what is posted is off the device's hands with its last byte on the wire";
  EXPECT_THAT(Segments(write->ledger), ElementsAre("link_wire 1000.." + std::to_string(arrival)));
  EXPECT_EQ(Value("upstream_posted_bytes"), 88);
  EXPECT_EQ(Value("upstream_data_bytes"), 64);
}

TEST_F(LinkTest, PacketsOfOneDirectionShareOneSerialiser) {
  Build();
  portal_.behaviour.answer_after = 10;
  device_.SendAt(0, TlpKind::kMemoryWrite, 0x4000, 256);
  Tlp* read = device_.SendAt(100, TlpKind::kMemoryRead, 0x5000, 64);
  host_.SendAt(0, TlpKind::kDeferrableWrite, 0x100, 64);  // the other direction has its own
  Run();
  const Picoseconds read_arrival = Wire(280) + Wire(24) + kPropagation;
  EXPECT_THAT(Lines(log_, "root"), ElementsAre(At("root", Wire(280) + kPropagation, "request write 0x4000"),
                                               At("root", read_arrival, "request read 0x5000")));
  EXPECT_THAT(Segments(read->ledger),
              ElementsAre("link_wait 100.." + std::to_string(Wire(280)),
                          "link_wire " + std::to_string(Wire(280)) + ".." + std::to_string(read_arrival)));
  EXPECT_EQ(Lines(log_, "portal")[0], At("portal", Wire(88) + kPropagation, "request dmwr 0x100"));
  EXPECT_GT(Value("upstream_serialiser_queue"), 0);
}

TEST_F(LinkTest, CompletionsOfReadsTravelDownAndThoseOfDeferrableWritesUp) {
  Build();
  root_.behaviour.answer_after = 400;
  portal_.behaviour.answer_after = 300;
  portal_.behaviour.status = CompletionStatus::kRetry;
  device_.SendAt(0, TlpKind::kMemoryRead, 0x5000, 512);
  host_.SendAt(200'000, TlpKind::kDeferrableWrite, 0x100, 64);
  Run();
  const Picoseconds read_answer = Wire(24) + kPropagation + 400 + Wire(2 * 20 + 512) + kPropagation;
  const Picoseconds write_answer = 200'000 + Wire(88) + kPropagation + 300 + Wire(20) + kPropagation;
  EXPECT_THAT(Lines(log_, "device"), ElementsAre(At("device", read_answer, "answer read 0x5000")));
  EXPECT_THAT(Lines(log_, "host"), ElementsAre(At("host", write_answer, "answer dmwr 0x100 status=2")));
  EXPECT_EQ(Value("downstream_completion_tlps"), 2);
  EXPECT_EQ(Value("upstream_completion_tlps"), 1);
  EXPECT_EQ(Value("downstream_nonposted_tlps"), 1);
}

TEST_F(LinkTest, TheNextWriteLeavesWhenTheCreditIsBackAndNotBefore) {
  config_.upstream.posted_header = 1;
  Build();
  root_.behaviour.release_after = 20'000;
  root_.behaviour.gives_back_posted = false;
  device_.SendAt(0, TlpKind::kMemoryWrite, 0x4000, 64);
  Tlp* second = device_.SendAt(0, TlpKind::kMemoryWrite, 0x5000, 64);
  const Picoseconds leaves = Wire(88) + kPropagation + 20'000 + 700;
  const Picoseconds arrives = leaves + Wire(88) + kPropagation;
  Run(arrives - 1);
  EXPECT_EQ(Lines(log_, "root").size(), 1u);
  Run(arrives);
  EXPECT_EQ(Lines(log_, "root").size(), 2u);
  EXPECT_THAT(Segments(second->ledger),
              ElementsAre("link_credit_wait 0.." + std::to_string(leaves),
                          "link_wire " + std::to_string(leaves) + ".." + std::to_string(arrives)));
  EXPECT_EQ(Value("upstream_credit_stalls"), 1);
  EXPECT_GT(Value("upstream_credit_queue"), 0);
}

TEST_F(LinkTest, DataCreditsOfFourHoldBackTheSecondDeferrableWrite) {
  config_.downstream.nonposted_data = 4;
  Build();
  portal_.behaviour.release_after = 1'000;
  host_.SendAt(0, TlpKind::kDeferrableWrite, 0x100, 64);
  host_.SendAt(0, TlpKind::kDeferrableWrite, 0x200, 64);
  host_.SendAt(0, TlpKind::kMemoryWrite, 0x300, 64);  // posted: passes the one that waits
  Run();
  // The credits are back at Wire(88) + 6700, while the posted write is being sent.
  EXPECT_THAT(Lines(log_, "portal"), ElementsAre(At("portal", Wire(88) + kPropagation, "request dmwr 0x100"),
                                                 At("portal", 2 * Wire(88) + kPropagation, "request write 0x300"),
                                                 At("portal", 3 * Wire(88) + kPropagation, "request dmwr 0x200")));
  EXPECT_EQ(Value("downstream_credit_stalls"), 1);
}

TEST_F(LinkTest, AReadDoesNotPassAnOlderWriteThatWaitsForCredits) {
  config_.upstream.posted_header = 1;
  Build();
  root_.behaviour.release_after = kNever;
  device_.SendAt(0, TlpKind::kMemoryWrite, 0x1000, 64);
  device_.SendAt(10, TlpKind::kMemoryWrite, 0x2000, 64);
  device_.SendAt(20, TlpKind::kMemoryRead, 0x3000, 64);
  root_.ReleaseHeldAt(50'000);
  Run(50'699);
  EXPECT_EQ(Lines(log_, "root").size(), 1u);
  Run(kPsPerMs);
  const Picoseconds write = 50'700 + Wire(88) + kPropagation;
  EXPECT_THAT(Lines(log_, "root"), ElementsAre(At("root", Wire(88) + kPropagation, "request write 0x1000"),
                                               At("root", write, "request write 0x2000"),
                                               At("root", write + Wire(24), "request read 0x3000")));
}

TEST_F(LinkTest, AReceiverWithoutABufferFreesCreditsOnArrival) {
  config_.upstream.posted_header = 1;
  Build();
  root_.behaviour.buffered = false;
  device_.SendAt(0, TlpKind::kMemoryWrite, 0x1000, 64);
  device_.SendAt(0, TlpKind::kMemoryWrite, 0x2000, 64);
  Run();
  const Picoseconds first = Wire(88) + kPropagation;
  EXPECT_THAT(Lines(log_, "root"), ElementsAre(At("root", first, "request write 0x1000"),
                                               At("root", 2 * first + 700, "request write 0x2000")));
}

TEST_F(LinkTest, CompletionCreditsComeBackWhenTheAnswerIsThere) {
  config_.downstream.completion_header = 1;
  Build();
  root_.behaviour.answer_after = 100;
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 256);
  device_.SendAt(0, TlpKind::kMemoryRead, 0x2000, 256);
  Run();
  const Picoseconds first = Wire(24) + kPropagation + 100 + Wire(276) + kPropagation;
  EXPECT_THAT(Lines(log_, "device"),
              ElementsAre(At("device", first, "answer read 0x1000"),
                          At("device", first + 700 + Wire(276) + kPropagation, "answer read 0x2000")));
}

TEST_F(LinkTest, AReleaseAnnouncedAheadCountsFromThen) {
  config_.upstream.nonposted_header = 1;
  Build();
  root_.behaviour.release_after = kNever;
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  device_.SendAt(0, TlpKind::kMemoryRead, 0x2000, 64);
  root_.on_arrival = [this](Tlp& payload) {
    if (payload.address == 0x1000) root_.socket.Release(payload, 9'000);
  };
  Run();
  const Picoseconds first = Wire(24) + kPropagation;
  EXPECT_EQ(Lines(log_, "root")[1], At("root", first + 9'000 + 700 + first, "request read 0x2000"));
}

TEST_F(LinkTest, MalformedSizesStopTheRun) {
  Build();
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_THROW(device_.socket.Send(*device_.Packet(TlpKind::kMemoryWrite, 0x1000, 257), 0), InvariantError);
  EXPECT_THROW(device_.socket.Send(*device_.Packet(TlpKind::kMemoryRead, 0x1FC0, 128), 0), InvariantError);
  EXPECT_THROW(device_.socket.Send(*device_.Packet(TlpKind::kMemoryRead, 0x1000, 1'024), 0), InvariantError);
  EXPECT_THAT(log_, IsEmpty());
}

// Published goodput (Gb/s) on a Gen3 x8 link with 256-byte payloads at most. Packets enter far faster than it sends.
class LinkGoodputTest : public LinkTest {
 protected:
  static constexpr int kPackets = 2'000;
  double GoodputOf(const char* peer, std::uint32_t payload_bytes) {
    std::vector<Picoseconds> times;
    for (const PeerEvent& event : log_) {
      if (event.peer == peer) times.push_back(event.time);
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kPackets));
    return payload_bytes * 8.0 * (kPackets - 1) / static_cast<double>(times.back() - times.front()) * 1'000;
  }
  void Saturate(TlpKind kind, std::uint32_t bytes) {
    Build();
    root_.behaviour.answer_after = 1;
    for (int i = 0; i < kPackets; ++i) device_.SendAt(static_cast<Picoseconds>(i), kind, 0x1000, bytes);
    Run();
  }
};

TEST_F(LinkGoodputTest, Writes64) {
  Saturate(TlpKind::kMemoryWrite, 64);
  EXPECT_NEAR(GoodputOf("root", 64), 42.10, 42.10 * 0.005);
  EXPECT_NEAR(Value("upstream_busy"), ToSeconds(Wire(88) * kPackets) * 1e3, 1e-9);
}

TEST_F(LinkGoodputTest, Writes256) {
  Saturate(TlpKind::kMemoryWrite, 256);
  EXPECT_NEAR(GoodputOf("root", 256), 52.92, 52.92 * 0.005);
}

TEST_F(LinkGoodputTest, Reads64) {
  Saturate(TlpKind::kMemoryRead, 64);
  EXPECT_NEAR(GoodputOf("device", 64), 44.10, 44.10 * 0.005);
}

TEST_F(LinkGoodputTest, Reads512) {
  Saturate(TlpKind::kMemoryRead, 512);
  EXPECT_NEAR(GoodputOf("device", 512), 53.69, 53.69 * 0.005);
}

// Mean number waiting = arrival rate x mean wait, on the serialiser's queue.
TEST_F(LinkGoodputTest, LittlesLawHoldsOnTheSerialisersQueue) {
  root_.behaviour.gives_back_posted = false;
  Saturate(TlpKind::kMemoryWrite, 64);
  double waited = 0;
  for (const PeerEvent& event : log_) {
    if (event.peer != "root") continue;  // the device is told of the same packets when the wire has them
    event.tlp.ledger.ForEach([&](Stage stage, Picoseconds entered, Picoseconds left) {
      if (stage == Stage::kLinkWait) waited += static_cast<double>(left - entered);
    });
  }
  EXPECT_NEAR(Value("upstream_serialiser_queue"), waited / kPsPerMs, 1e-6);
  EXPECT_GT(waited, 0);
}

}  // namespace
}  // namespace siov
