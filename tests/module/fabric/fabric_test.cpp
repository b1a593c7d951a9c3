// SPDX-License-Identifier: Apache-2.0
// Device port, link, root port and memory together: the fabric between a device and host memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/memory/memory.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

class FabricTest : public ::testing::Test {
 protected:
  FabricTest() {
    link_config_.generation = 3;
    link_config_.lanes = 8;
    link_config_.propagation_ps = 10'000;
    port_config_.egress_latency_ps = 20'000;
    port_config_.ingress_latency_ps = 15'000;
    root_config_.ingress_latency_ps = 30'000;
    root_config_.fabric_latency_ps = 40'000;
    root_config_.egress_latency_ps = 25'000;
    memory_config_.residency = MemoryResidency::kAllLlc;
    memory_config_.llc_latency_ps = 50'000;
  }
  void Build() {
    port_ = std::make_unique<DevicePort>("dsa0_port", simulation_, "dsa0.port", port_config_, 1);
    link_ = std::make_unique<Link>("link", simulation_, "link", link_config_);
    root_ = std::make_unique<RootPort>("rp0", simulation_, "rp0", root_config_, 0);
    memory_ = std::make_unique<Memory>("memory", simulation_, "memory", memory_config_, 1);
    atc_.socket.bind(*port_->from_block[0]);
    port_->to_link.bind(link_->upstream_in);
    link_->upstream_out.bind(root_->from_link);
    root_->to_link.bind(link_->downstream_in);
    link_->downstream_out.bind(port_->from_link);
    root_->to_memory.bind(*memory_->in[0]);
    root_->to_iotlb.bind(iotlb_.socket);
    root_->to_pri_queue.bind(pri_.socket);
    root_->to_interrupts.bind(interrupts_.socket);
    root_->to_faults.bind(faults_.socket);
    port_->to_portal.bind(portal_.socket);
    port_->to_atc.bind(messages_.socket);
    memory_->to_host.bind(observer_.socket);
    host_.socket.bind(root_->from_host);
    responses_.socket.bind(root_->from_pri_queue);
    invalidations_.socket.bind(root_->from_invalidation);
    root_->to_invalidation.bind(completions_.socket);
    observer_.behaviour.buffered = false;
  }
  Tlp* Packet(TlpKind kind, std::uint64_t address, std::uint32_t bytes, AddressType at = AddressType::kTranslated) {
    Tlp* payload = atc_.Packet(kind, address, bytes);
    payload->at = at;
    return payload;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }
  Picoseconds Wire(std::uint32_t bytes) const { return LinkFormat(link_config_).rate().TimeFor(bytes); }
  Picoseconds UpLatency(std::uint32_t bytes) const { return 20'000 + Wire(bytes) + 10'000 + 30'000 + 40'000; }

  LinkConfig link_config_;
  DevicePortConfig port_config_;
  RootPortConfig root_config_;
  MemoryConfig memory_config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator atc_{"atc", simulation_, log_};
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedInitiator responses_{"responses", simulation_, log_};
  ScriptedInitiator invalidations_{"invalidations", simulation_, log_};
  ScriptedTarget iotlb_{"iotlb", simulation_, log_};
  ScriptedTarget pri_{"pri", simulation_, log_};
  ScriptedTarget interrupts_{"interrupts", simulation_, log_};
  ScriptedTargetOf<FaultRecord> faults_{"faults", simulation_, log_};
  ScriptedTarget completions_{"completions", simulation_, log_};
  ScriptedTarget portal_{"portal", simulation_, log_};
  ScriptedTarget messages_{"messages", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> observer_{"observer", simulation_, log_};
  std::unique_ptr<DevicePort> port_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<RootPort> root_;
  std::unique_ptr<Memory> memory_;
};

TEST_F(FabricTest, AnUnloadedReadTakesTheSumOfItsPartsInFourEvents) {
  Build();
  Tlp* read = Packet(TlpKind::kMemoryRead, 0x1000, 64);
  atc_.SendAt(0, *read);
  Run();
  const Picoseconds down = 40'000 + 25'000 + Wire(84) + 10'000 + 15'000;
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_EQ(log_[0].time, UpLatency(24) + 50'000 + down);
  // Sent, at the link's serialiser, at memory, at the link again, answered; and one in which the script's peer notes
  // it.
  EXPECT_EQ(simulation_.agenda.events(), 6u);
  EXPECT_NO_THROW(read->ledger.Close(log_[0].time));
}

TEST_F(FabricTest, AnInterruptSentRightBehindARecordIsDeliveredWhenTheRecordIsVisible) {
  Build();
  Tlp* record = Packet(TlpKind::kMemoryWrite, 0x1000, 32);
  record->completes_job = true;
  Tlp* message = Packet(TlpKind::kMemoryWrite, 0xFEE0'0000, 4, AddressType::kUntranslated);
  message->interrupt = true;
  atc_.SendAt(0, *record);
  atc_.SendAt(1'000, *message);
  Run();
  const std::string visible = std::to_string(UpLatency(56) + 50'000);
  EXPECT_THAT(Lines(log_), ElementsAre("interrupts " + visible + " request write 0xfee00000",
                                       "observer " + visible + " request observed_write 0x1000"));
}

TEST_F(FabricTest, AnInterruptAloneDoesNotWait) {
  Build();
  Tlp* message = Packet(TlpKind::kMemoryWrite, 0xFEE0'0000, 4, AddressType::kUntranslated);
  atc_.SendAt(1'000, *message);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("interrupts " + std::to_string(1'000 + UpLatency(28)) + " request write 0xfee00000"));
}

TEST_F(FabricTest, ReadBandwidthIsTagsTimesSizeOverRoundTrip) {
  port_config_.tags = 4;
  Build();
  atc_.gives_back = true;
  int left = 4'000;
  const auto send = [&] {
    if (left-- <= 0) return;
    atc_.SendAt(simulation_.agenda.now(), *Packet(TlpKind::kMemoryRead, 0x1000, 64));
  };
  atc_.on_answer = [&](Tlp&) { send(); };
  for (int i = 0; i < 16; ++i) send();
  Run(10 * kPsPerMs);
  ASSERT_EQ(log_.size(), 4'000u);
  const Picoseconds answered = log_.back().time - log_.front().time;
  // The tag is held from the link's serialiser to the answer: the egress latency of the port lies before it.
  const Picoseconds round_trip = UpLatency(24) - 20'000 + 50'000 + 40'000 + 25'000 + Wire(84) + 10'000 + 15'000;
  EXPECT_NEAR(static_cast<double>(answered), static_cast<double>(round_trip) * 999,
              static_cast<double>(round_trip) * 10);
  EXPECT_EQ(simulation_.packets.in_use(), 0u);
}

// Credits for one write at a time: each leaves a round trip of the credit loop after the one before.
TEST_F(FabricTest, CreditLoopBoundsWrites) {
  link_config_.upstream.posted_header = 1;
  link_config_.credit_return_ps = 12'000;
  Build();
  for (int i = 0; i < 100; ++i) {
    Tlp* write = Packet(TlpKind::kMemoryWrite, 0x1000, 64);
    write->completes_job = true;
    atc_.SendAt(0, *write);
  }
  Run();
  ASSERT_EQ(log_.size(), 100u);
  const Picoseconds loop = Wire(88) + 10'000 + 30'000 + 40'000 + 12'000;
  EXPECT_EQ(log_.back().time - log_.front().time, 99 * loop);
}

}  // namespace
}  // namespace siov
