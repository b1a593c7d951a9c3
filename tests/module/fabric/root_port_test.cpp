// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/root_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Up: 20 + 7 to whatever is behind; down after an answer: 7 + 30.
class RootPortTest : public ::testing::Test {
 protected:
  RootPortTest() {
    config_.ingress_latency_ps = 20;
    config_.fabric_latency_ps = 7;
    config_.egress_latency_ps = 30;
  }
  void Build() {
    port_ = std::make_unique<RootPort>("port", simulation_, "port", config_, 3);
    link_.socket.bind(port_->from_link);
    host_.socket.bind(port_->from_host);
    responses_.socket.bind(port_->from_pri_queue);
    invalidations_.socket.bind(port_->from_invalidation);
    port_->to_invalidation.bind(completions_.socket);
    port_->to_link.bind(down_.socket);
    port_->to_memory.bind(memory_.socket);
    port_->to_iotlb.bind(iotlb_.socket);
    port_->to_pri_queue.bind(pri_.socket);
    port_->to_interrupts.bind(interrupts_.socket);
    port_->to_faults.bind(faults_.socket);
    memory_.behaviour.buffered = down_.behaviour.buffered = false;
    memory_.behaviour.answer_after = 1'000;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }
  Tlp* Send(Picoseconds at, TlpKind kind, AddressType address_type, std::uint64_t address) {
    Tlp* payload = link_.Packet(kind, address, 64);
    payload->at = address_type;
    link_.SendAt(at, *payload);
    return payload;
  }
  std::vector<std::string> Sinks() {
    std::vector<std::string> lines;
    for (const PeerEvent& event : log_) {
      if (event.event == PeerEventKind::kRequest) lines.push_back(Line(event));
    }
    return lines;
  }

  static constexpr auto kTranslated = AddressType::kTranslated;
  static constexpr auto kUntranslated = AddressType::kUntranslated;
  static constexpr std::uint64_t kInterruptAddress = 0xFEE0'0000;
  RootPortConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator link_{"link", simulation_, log_};
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedInitiator responses_{"responses", simulation_, log_};
  ScriptedInitiator invalidations_{"invalidations", simulation_, log_};
  ScriptedTarget down_{"down", simulation_, log_};
  ScriptedTarget memory_{"memory", simulation_, log_};
  ScriptedTarget iotlb_{"iotlb", simulation_, log_};
  ScriptedTarget pri_{"pri", simulation_, log_};
  ScriptedTarget interrupts_{"interrupts", simulation_, log_};
  ScriptedTargetOf<FaultRecord> faults_{"faults", simulation_, log_};
  ScriptedTarget completions_{"completions", simulation_, log_};
  std::unique_ptr<RootPort> port_;
};

TEST_F(RootPortTest, ATranslatedReadGoesToMemoryAndItsAnswerBack) {
  Build();
  Tlp* read = Send(0, TlpKind::kMemoryRead, kTranslated, 0x1000);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("link 27 release read 0x1000", "memory 27 request read 0x1000",
                                       "link 1064 answer read 0x1000"));
  EXPECT_THAT(Segments(read->ledger), ElementsAre("port 0..27", "memory 27..1027", "port 1027..1064"));
  EXPECT_EQ(read->source_port, 3);
}

TEST_F(RootPortTest, CreditsComeBackWhenTheIotlbTookTheRequest) {
  Build();
  iotlb_.behaviour.release_after = 90;
  iotlb_.behaviour.answer_after = 10;
  iotlb_.on_arrival = [this](Tlp& payload) { payload.ledger.Mark(Stage::kIotlb, simulation_.agenda.now() + 90); };
  Send(0, TlpKind::kTranslationRequest, AddressType::kTranslationRequest, 0x1000);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("iotlb 27 request translation 0x1000", "link 117 release translation 0x1000",
                                       "link 164 answer translation 0x1000"));
}

TEST_F(RootPortTest, EveryKindFindsItsWay) {
  Build();
  Send(0, TlpKind::kMemoryWrite, kTranslated, 0x1000);
  Send(10'000, TlpKind::kMemoryRead, kUntranslated, 0x2000);
  Send(20'000, TlpKind::kPageRequest, kUntranslated, 0x3000);
  Send(30'000, TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress);
  host_.SendAt(40'000, TlpKind::kDeferrableWrite, 0x40, 64);
  responses_.SendAt(50'000, TlpKind::kPageGroupResponse, 0x3000, 0);
  Run();
  EXPECT_THAT(Sinks(), ElementsAre("memory 27 request write 0x1000", "iotlb 10027 request read 0x2000",
                                   "pri 20027 request page_request 0x3000", "interrupts 30027 request write 0xfee00000",
                                   "down 40030 request dmwr 0x40", "down 50030 request page_response 0x3000"));
}

TEST_F(RootPortTest, ADeferrableWritesAnswerReturnsToTheHost) {
  Build();
  down_.behaviour.answer_after = 500;
  down_.behaviour.status = CompletionStatus::kRetry;
  host_.SendAt(0, TlpKind::kDeferrableWrite, 0x40, 64);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("down 30 request dmwr 0x40", "host 557 answer dmwr 0x40 status=2"));
}

TEST_F(RootPortTest, RefusedReadsAreAnsweredAndRefusedWritesDropped) {
  config_.acs_translation_blocking = true;
  Build();
  Send(0, TlpKind::kMemoryRead, kTranslated, 0x1000);
  Send(100, TlpKind::kMemoryWrite, kTranslated, 0x2000);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("link 27 release read 0x1000", "link 57 answer read 0x1000 status=1",
                                       "link 127 release write 0x2000"));
  EXPECT_EQ(simulation_.packets.in_use(), 1u);  // the read
}

TEST_F(RootPortTest, AReadWaitsUntilAnotherHasLeftTheRootComplex) {
  config_.outstanding_reads = 1;
  Build();
  Send(0, TlpKind::kMemoryRead, kTranslated, 0x1000);
  Tlp* second = Send(0, TlpKind::kMemoryRead, kTranslated, 0x2000);
  Send(0, TlpKind::kMemoryWrite, kTranslated, 0x3000);  // writes are not limited
  // Data at 1027, out of the root complex at 1034, the next one reaches memory at 1041.
  Run(1'040);
  EXPECT_THAT(Lines(log_, "memory"), ElementsAre("memory 27 request read 0x1000", "memory 27 request write 0x3000"));
  Run();
  EXPECT_EQ(Lines(log_, "memory").back(), "memory 1041 request read 0x2000");
  EXPECT_THAT(Segments(second->ledger),
              ElementsAre("port 0..27", "memory_wait 27..1041", "memory 1041..2041", "port 2041..2078"));
  EXPECT_THAT(Lines(log_, "link"), ElementsAre("link 27 release read 0x1000", "link 27 release write 0x3000",
                                               "link 1041 release read 0x2000", "link 1064 answer read 0x1000",
                                               "link 2078 answer read 0x2000"));
}

TEST_F(RootPortTest, ReadsWaitForTheirTranslationInAWindowWhosePlacesBecomeFreeInOrder) {
  config_.translation_window = 2;
  Build();
  iotlb_.behaviour.release_after = 1'000;
  Send(0, TlpKind::kMemoryRead, kUntranslated, 0x1000);
  Run(50);
  iotlb_.behaviour.release_after = 10;  // translated at 137, but its place is behind the first one's
  Send(100, TlpKind::kMemoryRead, kUntranslated, 0x2000);
  Tlp* third = Send(200, TlpKind::kMemoryRead, kUntranslated, 0x3000);
  Send(210, TlpKind::kMemoryWrite, kUntranslated, 0x4000);  // writes have no part in it
  Run();
  EXPECT_THAT(Lines(log_, "iotlb"), ElementsAre("iotlb 27 request read 0x1000", "iotlb 127 request read 0x2000",
                                                "iotlb 237 request write 0x4000", "iotlb 1027 request read 0x3000"));
  EXPECT_THAT(Segments(third->ledger), ElementsAre("port 200..227", "iotlb_wait 227..1027"));
}

// What goes past the IOTLB waits for the untranslated writes before it: writes and reads alike.
TEST_F(RootPortTest, WhatIsTranslatedWaitsForOlderUntranslatedWrites) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  Send(0, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  Send(10, TlpKind::kMemoryWrite, kTranslated, 0x2000);
  Send(20, TlpKind::kMemoryWrite, kUntranslated, 0x3000);  // behind the one that waits
  Send(30, TlpKind::kMemoryWrite, kTranslated, 0x4000)->relaxed_ordering = true;
  Tlp* read = Send(40, TlpKind::kMemoryRead, kTranslated, 0x5000);
  Send(41, TlpKind::kMemoryRead, kTranslated, 0x6000)->relaxed_ordering = true;  // no help to a read
  Send(50, TlpKind::kMemoryRead, kUntranslated, 0x7000);                         // a translated write waits before it
  iotlb_.ReleaseHeldAt(500);
  iotlb_.ReleaseHeldAt(900);
  Run(499);
  EXPECT_THAT(Sinks(), ElementsAre("iotlb 27 request write 0x1000", "memory 57 request write 0x4000"));
  log_.clear();
  Run();
  EXPECT_THAT(Sinks(), UnorderedElementsAre("memory 500 request write 0x2000", "iotlb 500 request write 0x3000",
                                            "iotlb 500 request read 0x7000", "memory 900 request read 0x5000",
                                            "memory 900 request read 0x6000"));
  EXPECT_THAT(Segments(read->ledger),
              ElementsAre("port 40..67", "order_wait 67..900", "memory 900..1900", "port 1900..1937"));
}

// A read through the IOTLB is the IOTLB's to hold.
TEST_F(RootPortTest, UntranslatedReadsGoOnBehindUntranslatedWrites) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  Send(0, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  Send(10, TlpKind::kMemoryRead, kUntranslated, 0x1000);
  Run();
  EXPECT_THAT(Sinks(), ElementsAre("iotlb 27 request write 0x1000", "iotlb 37 request read 0x1000"));
}

TEST_F(RootPortTest, TrafficClassesAndIndependentIdsDoNotWaitForEachOther) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  Tlp* first = Send(0, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  first->requester = 0x100;
  first->pasid = Pasid(1);
  Send(10, TlpKind::kMemoryRead, kTranslated, 0x2000)->traffic_class = 1;
  const auto send_id_based = [this](Picoseconds at, std::uint64_t address, RequesterId requester, Pasid pasid) {
    Tlp* write = Send(at, TlpKind::kMemoryWrite, kTranslated, address);
    write->id_based_ordering = true;
    write->requester = requester;
    write->pasid = pasid;
  };
  send_id_based(20, 0x3000, 0x100, Pasid(1));
  send_id_based(30, 0x5000, 0x100, Pasid(2));
  send_id_based(40, 0x4000, 0x100, Pasid());
  send_id_based(50, 0x6000, 0x200, Pasid(1));
  Send(60, TlpKind::kMemoryRead, kTranslated, 0x7000)->requester = 0x200;  // not id-based itself
  iotlb_.ReleaseHeldAt(500);
  Run(499);
  EXPECT_THAT(Sinks(), ElementsAre("iotlb 27 request write 0x1000", "memory 37 request read 0x2000",
                                   "memory 57 request write 0x5000", "memory 77 request write 0x6000"));
  log_.clear();
  Run();
  EXPECT_THAT(Sinks(), ElementsAre("memory 500 request write 0x3000", "memory 500 request write 0x4000",
                                   "memory 500 request read 0x7000"));
}

// PCIE-07: who sees the answer sees what the device wrote before it.
TEST_F(RootPortTest, AnAnswerOfTheDeviceIsBehindItsOlderWrites) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  down_.behaviour.answer_after = 100;
  Send(50, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  host_.SendAt(0, TlpKind::kDeferrableWrite, 0x40, 64);
  iotlb_.ReleaseHeldAt(500);
  Run();
  EXPECT_THAT(Lines(log_, "host"), ElementsAre("host 500 answer dmwr 0x40"));
}

TEST_F(RootPortTest, AnInterruptWaitsUntilUntranslatedWritesAreVisible) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  iotlb_.on_finish = [](Tlp& payload) { payload.ledger.Mark(Stage::kMemory, 800); };
  interrupts_.behaviour.gives_back_posted = false;
  Send(0, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  Tlp* message = Send(10, TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress);
  iotlb_.ReleaseHeldAt(500);
  Run();
  EXPECT_EQ(Sinks().back(), "interrupts 800 request write 0xfee00000");
  EXPECT_THAT(Segments(message->ledger), ElementsAre("port 10..37", "order_wait 37..500", "order_wait 500..800"));
  EXPECT_EQ(simulation_.packets.in_use(), 1u);  // the message
}

// IOM-23, ATS-16: what a device wrote before its invalidate completion is visible when the queue sees it.
TEST_F(RootPortTest, AnInvalidateCompletionWaitsUntilOlderWritesAreVisible) {
  Build();
  iotlb_.behaviour.release_after = kNever;
  iotlb_.on_finish = [](Tlp& payload) { payload.ledger.Mark(Stage::kMemory, 800); };
  Send(0, TlpKind::kMemoryWrite, kUntranslated, 0x1000);
  Send(10, TlpKind::kInvalidateCompletion, kUntranslated, 0);
  iotlb_.ReleaseHeldAt(500);
  Run();
  EXPECT_EQ(Sinks().back(), "completions 800 request invalidate_done 0x0");
}

TEST_F(RootPortTest, AnInvalidateRequestGoesDownTheLink) {
  Build();
  invalidations_.SendAt(0, TlpKind::kInvalidateRequest, 0x5000, 0);
  Run();
  EXPECT_THAT(Sinks(), ElementsAre("down 30 request invalidate 0x5000"));
}

}  // namespace
}  // namespace siov
