// SPDX-License-Identifier: Apache-2.0
#include "models/pri_queue/pri_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

PriQueueConfig Config(std::uint32_t entries) {
  PriQueueConfig config;
  config.entries = entries;
  config.enqueue_latency_ps = 20;
  config.response_latency_ps = 30;
  return config;
}

struct Recorder : TranslationInvalidator {
  void InvalidatePage(Pasid pasid, std::uint64_t address) override { pages.emplace_back(pasid.value(), address); }
  std::vector<std::pair<std::uint32_t, std::uint64_t>> pages;
};

// Two root ports, a host that takes a request 100 after it arrives and serves it 400 later, and a memory.
struct Bench {
  explicit Bench(const PriQueueConfig& config)
      : spaces({Spaces()}, 7), queue("queue", simulation, "queue", config, 2, spaces, {&invalidated}) {
    port0.socket.bind(*queue.from_port[0]);
    port1.socket.bind(*queue.from_port[1]);
    queue.to_port[0]->bind(response0.socket);
    queue.to_port[1]->bind(response1.socket);
    queue.to_memory.bind(memory.socket);
    queue.to_host.bind(host.socket);
    host.behaviour.release_after = 100;
    host.behaviour.answer_after = 400;
    host.behaviour.answer_stage = Stage::kPageFault;
    host.on_arrival = [this](Payload& payload) {
      TlpOf(payload).response_code = code;
      TlpOf(payload).ledger.Mark(Stage::kPageFaultWait, simulation.agenda.now() + host.behaviour.release_after);
    };
  }
  static AddressSpaceClass Spaces() {
    AddressSpaceClass config;
    config.count = 9;
    return config;
  }
  Payload* At(Picoseconds at, std::uint32_t pasid, std::uint64_t address, std::uint16_t group, std::uint8_t port = 0) {
    ScriptedInitiator& sender = port == 0 ? port0 : port1;
    Payload* payload = sender.Packet(TlpKind::kPageRequest, address, 0);
    Tlp& tlp = TlpOf(*payload);
    tlp.pasid = Pasid(pasid);
    tlp.virtual_address = address;
    tlp.page_group = group;
    tlp.last_in_group = true;
    tlp.wants_read = true;
    sender.SendAt(at, *payload);
    return payload;
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : queue.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  PageResponseCode code = PageResponseCode::kSuccess;
  Recorder invalidated;
  AddressSpaces spaces;
  ScriptedInitiator port0{"port0", simulation, log};
  ScriptedInitiator port1{"port1", simulation, log};
  ScriptedTarget response0{"response0", simulation, log};
  ScriptedTarget response1{"response1", simulation, log};
  ScriptedTarget memory{"memory", simulation, log};
  ScriptedTarget host{"host", simulation, log};
  PriQueue queue;
};

// enqueue, host wait and service, response: 1000 + 20 + 100 + 400 + 30.
TEST(PriQueue, StoresTheRequestAsksTheHostAndAnswersByTheSamePort) {
  Bench bench(Config(8));
  std::vector<std::string> segments;
  bench.response1.on_arrival = [&](Payload& payload) { segments = Segments(TlpOf(payload).ledger); };
  bench.At(1000, 3, 0x5000, 17, 1);
  bench.Run();
  ASSERT_EQ(bench.log.size(), 3u);
  EXPECT_EQ(Lines(bench.log, "host").front(), "host 1020 request fault_service 0x5000");
  EXPECT_EQ(Lines(bench.log, "response1").front(), "response1 1550 request page_response 0x5000");
  EXPECT_EQ(bench.log.back().tlp.page_group, 17u);
  EXPECT_EQ(bench.log.back().tlp.response_code, PageResponseCode::kSuccess);
  EXPECT_THAT(segments, ElementsAre("page_fault 1000..1020", "page_fault_wait 1020..1120", "page_fault 1120..1520",
                                    "page_fault 1520..1550"));
  for (const PeerEvent& event : bench.log) {
    if (event.peer != "memory") continue;
    EXPECT_EQ(event.time, 1020u);
    EXPECT_EQ(event.length_bytes, 32u);
  }
  EXPECT_THAT(bench.invalidated.pages, ElementsAre(std::pair<std::uint32_t, std::uint64_t>(3, 0x5000)));
  EXPECT_EQ(bench.simulation.payloads.in_use(), 0u);
}

TEST(PriQueue, DescriptorsFollowEachOtherAroundTheRing) {
  Bench bench(Config(2));
  bench.host.behaviour.release_after = 0;
  for (Picoseconds at : {1000u, 2000u, 3000u}) bench.At(at, 3, 0x5000, 1);
  bench.Run();
  std::vector<std::uint64_t> addresses;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "memory") addresses.push_back(event.address);
  }
  ASSERT_EQ(addresses.size(), 3u);
  EXPECT_EQ(addresses[1], addresses[0] + 32);
  EXPECT_EQ(addresses[2], addresses[0]);
}

// PRI-11: a full ring answers Success by itself, and goes on doing so until software has emptied it.
TEST(PriQueue, OverflowAnswersSuccessUntilTheRingIsEmpty) {
  Bench bench(Config(4));
  for (std::uint16_t i = 0; i < 4; ++i) bench.At(1000, 3, 0x1000u * (i + 1u), i);
  bench.At(1119, 4, 0x9000, 4);  // the ring is emptied at 1120
  bench.At(1120, 4, 0xA000, 5);
  bench.Run();
  EXPECT_EQ(bench.Stat("overflows"), 2u);
  std::vector<std::string> early;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "response0" && event.time < 1500) early.push_back(Line(event));
  }
  EXPECT_THAT(
      early, ElementsAre("response0 1030 request page_response 0x4000", "response0 1149 request page_response 0x9000"));
  EXPECT_EQ(bench.Stat("responses.success"), 6u);
  EXPECT_EQ(Lines(bench.log, "host").size(), 4u);
}

TEST(PriQueue, UnknownPasidIsInvalidWithoutBotheringTheHost) {
  Bench bench(Config(4));
  bench.At(1000, 500, 0x5000, 1);
  bench.Run();
  ASSERT_EQ(bench.log.size(), 1u);
  EXPECT_EQ(bench.log[0].tlp.response_code, PageResponseCode::kInvalidRequest);
  EXPECT_EQ(bench.log[0].time, 1030u);
  EXPECT_EQ(bench.Stat("unknown_pasid"), 1u);
}

TEST(PriQueue, PassesTheHostsAnswerOn) {
  for (const PageResponseCode code : {PageResponseCode::kInvalidRequest}) {
    Bench bench(Config(4));
    bench.code = code;
    bench.At(1000, 3, 0x5000, 1);
    bench.Run();
    EXPECT_EQ(bench.log.back().tlp.response_code, code);
    EXPECT_EQ(bench.Stat("responses.invalid"), 1u);
  }
}

TEST(PriQueue, CountsFailures) {
  Bench bench(Config(4));
  bench.code = PageResponseCode::kFailure;
  bench.At(1000, 3, 0x5000, 1);
  bench.Run();
  EXPECT_EQ(bench.Stat("responses.failure"), 1u);
}

}  // namespace
}  // namespace siov
