// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

class DevicePortTest : public ::testing::Test {
 protected:
  DevicePortTest() {
    config_.tags = 2;
    config_.pasid_width = 16;
    config_.egress_latency_ps = 100;
    config_.ingress_latency_ps = 30;
  }
  void Build() {
    port_ = std::make_unique<DevicePort>("port", simulation_, "port", config_, 2);
    atc_.socket.bind(*port_->from_block[0]);
    ims_.socket.bind(*port_->from_block[1]);
    port_->to_link.bind(link_.socket);
    link_down_.socket.bind(port_->from_link);
    port_->to_portal.bind(portal_.socket);
    port_->to_atc.bind(messages_.socket);
    link_.behaviour.buffered = false;
    link_.behaviour.answer_after = 1'000;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }

  DevicePortConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator atc_{"atc", simulation_, log_};
  ScriptedInitiator ims_{"ims", simulation_, log_};
  ScriptedTarget link_{"link", simulation_, log_};
  ScriptedInitiator link_down_{"down", simulation_, log_};
  ScriptedTarget portal_{"portal", simulation_, log_};
  ScriptedTarget messages_{"messages", simulation_, log_};
  std::unique_ptr<DevicePort> port_;
};

TEST_F(DevicePortTest, AnswersReturnToTheBlockThatAsked) {
  Build();
  Tlp* read = atc_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  ims_.SendAt(10, TlpKind::kMemoryRead, 0x2000, 16);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("link 100 request read 0x1000", "link 110 request read 0x2000",
                                       "atc 1130 answer read 0x1000", "ims 1140 answer read 0x2000"));
  EXPECT_THAT(Segments(read->ledger), ElementsAre("port 0..100", "memory 100..1100", "port 1100..1130"));
  EXPECT_EQ(read->requester, config_.requester);
  EXPECT_EQ(read->route_depth(), 0);
}

TEST_F(DevicePortTest, ANonPostedRequestWaitsForATagAndPostedOnesPassIt) {
  Build();
  atc_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  atc_.SendAt(0, TlpKind::kTranslationRequest, 0x2000, 8);
  Tlp* third = atc_.SendAt(0, TlpKind::kMemoryRead, 0x3000, 64);
  atc_.SendAt(0, TlpKind::kMemoryRead, 0x4000, 64);
  atc_.SendAt(0, TlpKind::kMemoryWrite, 0x5000, 64);
  Run(1'129);
  EXPECT_THAT(Lines(log_), ElementsAre("link 100 request read 0x1000", "link 100 request translation 0x2000",
                                       "link 100 request write 0x5000"));
  Run(1'130);
  EXPECT_THAT(Lines(log_, "link"), ElementsAre("link 100 request read 0x1000", "link 100 request translation 0x2000",
                                               "link 100 request write 0x5000", "link 1130 request read 0x3000",
                                               "link 1130 request read 0x4000"));
  Run();
  EXPECT_THAT(Segments(third->ledger),
              ElementsAre("port 0..100", "tag_wait 100..1130", "memory 1130..2130", "port 2130..2160"));
}

TEST_F(DevicePortTest, TagsAreUniqueWhileOutstanding) {
  Build();
  for (int i = 0; i < 6; ++i) atc_.SendAt(static_cast<Picoseconds>(i), TlpKind::kMemoryRead, 0x1000, 64);
  Run();
  std::vector<std::uint16_t> tags;
  for (const PeerEvent& event : log_) {
    if (event.peer == "link") tags.push_back(event.tlp.tag);
  }
  EXPECT_THAT(tags, ElementsAre(0, 1, 0, 1, 0, 1));
}

TEST_F(DevicePortTest, APasidTooWideNeverReachesTheLink) {
  Build();
  Tlp* read = atc_.Packet(TlpKind::kMemoryRead, 0x1000, 64);
  Tlp* write = atc_.Packet(TlpKind::kMemoryWrite, 0x2000, 64);
  read->pasid = write->pasid = Pasid(0x10000);
  atc_.SendAt(0, *read);
  atc_.SendAt(0, *write);
  Tlp* fits = atc_.Packet(TlpKind::kMemoryWrite, 0x3000, 64);
  fits->pasid = Pasid(0xFFFF);
  atc_.SendAt(0, *fits);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("atc 100 answer read 0x1000 status=1", "link 100 request write 0x3000"));
  EXPECT_EQ(simulation_.packets.in_use(), 1u);  // the read, which the initiator keeps
}

TEST_F(DevicePortTest, SubmissionsGoToThePortalAndTheirCreditsComeBackWhenItTookThem) {
  Build();
  portal_.behaviour.release_after = 500;
  portal_.behaviour.answer_after = 40;
  portal_.behaviour.answer_stage = Stage::kArbitration;
  portal_.on_arrival = [this](Tlp& payload) {
    payload.ledger.Mark(Stage::kArbitration, simulation_.agenda.now() + 500);
  };
  Tlp* submission = link_down_.SendAt(0, TlpKind::kDeferrableWrite, 0x40, 64);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("portal 30 request dmwr 0x40", "down 530 release dmwr 0x40", "down 670 answer dmwr 0x40"));
  EXPECT_THAT(Segments(submission->ledger),
              ElementsAre("port 0..30", "arbitration 30..530", "arbitration 530..570", "port 570..670"));
}

TEST_F(DevicePortTest, MessagesGoToTheAtc) {
  Build();
  messages_.behaviour.buffered = false;
  link_down_.SendAt(0, TlpKind::kPageGroupResponse, 0, 0);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("down 30 release page_response 0x0", "messages 30 request page_response 0x0"));
  EXPECT_EQ(simulation_.packets.in_use(), 0u);
}

// ATS-19: Unsupported Request; nobody completes it.
TEST_F(DevicePortTest, AnInvalidateRequestToADeviceWithoutAtsIsDropped) {
  config_.ats = false;
  Build();
  link_down_.SendAt(0, TlpKind::kInvalidateRequest, 0x1000, 8);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("down 30 release invalidate 0x1000"));
  EXPECT_EQ(simulation_.packets.in_use(), 0u);
}

}  // namespace
}  // namespace siov
