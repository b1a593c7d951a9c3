// SPDX-License-Identifier: Apache-2.0
// The wire, as docs/requirements/pcie.md has it: classes, sizes, completions, tags, credits, time-outs, rates, flits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "models/device/engine/engine_core.h"
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

constexpr Picoseconds kPropagation = 5'000;

struct Wire {
  Wire() {
    config.generation = 4;
    config.lanes = 16;
    config.propagation_ps = kPropagation;
  }
  void BuildLink() {
    link = std::make_unique<Link>("link", simulation, "link", config);
    device.socket.bind(link->upstream_in);
    link->upstream_out.bind(root.socket);
    host.socket.bind(link->downstream_in);
    link->downstream_out.bind(portal.socket);
  }
  void Run() { simulation.agenda.RunUntil(100 * kPsPerMs); }
  std::vector<std::uint64_t> AddressesAt(const char* peer) const {
    std::vector<std::uint64_t> addresses;
    for (const PeerEvent& event : log) {
      if (event.peer == peer) addresses.push_back(event.address);
    }
    return addresses;
  }
  // Bytes of data a second that reach `peer`, sent without a break.
  double Saturated(const char* peer, std::uint32_t bytes, int packets) {
    BuildLink();
    for (int i = 0; i < packets; ++i) device.SendAt(0, TlpKind::kMemoryWrite, 0x1000, bytes);
    Run();
    std::vector<Picoseconds> times;
    for (const PeerEvent& event : log) {
      if (event.peer == peer) times.push_back(event.time);
    }
    return bytes * static_cast<double>(packets - 1) / ToSeconds(times.back() - times.front());
  }

  LinkConfig config;
  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  ScriptedInitiator device{"device", simulation, log};
  ScriptedTarget root{"root", simulation, log};
  ScriptedInitiator host{"host", simulation, log};
  ScriptedTarget portal{"portal", simulation, log};
  std::unique_ptr<Link> link;
};

struct PortWire : Wire {
  void BuildPort() {
    port = std::make_unique<DevicePort>("port", simulation, "port", port_config, 1);
    device.socket.bind(*port->from_block[0]);
    port->to_link.bind(root.socket);
    host.socket.bind(port->from_link);
    port->to_portal.bind(portal.socket);
    port->to_atc.bind(atc.socket);
    root.behaviour.buffered = false;
  }
  double Value(const std::string& name) {
    for (const Statistic* statistic : port->statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now())[0].value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  DevicePortConfig port_config;
  ScriptedTarget atc{"atc", simulation, log};
  std::unique_ptr<DevicePort> port;
};

TEST(Conformance, PCIE_01_AWriteProceedsWhereADeferrableWriteLacksCredits) {
  Wire w;
  w.config.downstream.nonposted_header = 1;
  w.BuildLink();
  w.portal.behaviour.release_after = kNever;
  w.host.SendAt(0, TlpKind::kDeferrableWrite, 0x100, 64);
  w.host.SendAt(0, TlpKind::kDeferrableWrite, 0x200, 64);
  w.host.SendAt(10, TlpKind::kMemoryWrite, 0x300, 64);
  w.Run();
  EXPECT_THAT(w.AddressesAt("portal"), ElementsAre(0x100, 0x300));
}

TEST(Conformance, PCIE_02_RequestsEndAtPagesAndAtTheMaximumPayload) {
  std::vector<std::uint32_t> sizes;
  std::uint64_t address = 0xF80;
  for (std::uint32_t left = 10'240; left > 0;) {
    const std::uint32_t size = PieceSize(address, left, 256);
    EXPECT_EQ(address / kPage4K, (address + size - 1) / kPage4K);
    sizes.push_back(size);
    address += size;
    left -= size;
  }
  EXPECT_EQ(sizes.front(), 128u);
  EXPECT_LE(*std::max_element(sizes.begin(), sizes.end()), 256u);
}

TEST(Conformance, PCIE_03_AllCompletionsButTheLastEndOnTheBoundary) {
  Wire w;
  w.config.switch_below = true;  // which is given each of them
  w.BuildLink();
  w.root.behaviour.answer_after = 1'000;
  w.device.SendAt(0, TlpKind::kMemoryRead, 0x1010, 512);
  w.Run();
  std::uint32_t sum = 0;
  std::uint64_t next = 0x1010;
  for (const PeerEvent& event : w.log) {
    if (event.peer != "device" || event.event != PeerEventKind::kAnswer) continue;
    EXPECT_EQ(event.address, next) << "in the order of addresses";
    next = event.address + event.length_bytes;
    sum += event.length_bytes;
    EXPECT_LE(event.length_bytes, 256u);
    if (sum < 512) {
      EXPECT_EQ(next % 64, 0u);
    }
  }
  EXPECT_EQ(sum, 512u);
}

TEST(Conformance, PCIE_05_TheSecondDeferrableWriteLeavesAfterTheCreditUpdate) {
  Wire w;
  w.config.downstream.nonposted_data = 4;
  w.config.credit_return_ps = 700;
  w.BuildLink();
  w.portal.behaviour.release_after = 1'000'000;
  w.host.SendAt(0, TlpKind::kDeferrableWrite, 0x100, 64);
  w.host.SendAt(0, TlpKind::kDeferrableWrite, 0x200, 64);
  w.Run();
  std::map<std::uint64_t, Picoseconds> at;
  for (const PeerEvent& event : w.log) {
    if (event.peer == "portal") at[event.address] = event.time;
  }
  EXPECT_EQ(at[0x200], 2 * at[0x100] + 1'000'000 + 700);
}

// 256 of the 280 bytes of such a write are payload.
TEST(Conformance, PCIE_10_WritesGetTheirShareOfTheEncodedRate) {
  Wire w;
  w.config.dllps = false;
  EXPECT_NEAR(w.Saturated("root", 256, 2'000) / (31.5e9 * 256 / 280), 1, 0.02);
}

TEST(Conformance, PCIE_11_FlitsCarry236Of256Bytes) {
  Wire w;
  w.config.generation = 6;
  const double bytes_per_second = w.Saturated("root", 256, 2'000) * (256 + 16) / 256;  // with their headers
  EXPECT_NEAR(bytes_per_second / (64e9 * 16 / 8), 0.922, 0.0005);
  LinkConfig config = w.config;
  const LinkFormat format(config);
  EXPECT_EQ(format.Request(TlpKind::kMemoryWrite, true, 0, 256).wire_bytes,
            format.Request(TlpKind::kMemoryWrite, false, 0, 256).wire_bytes + 4)
      << "OHC-A1 takes the place of the prefix";
}

// --- Tags and time-outs ----------------------------------------------------------------------------------------------

// 64 bytes x 32 in flight / 1 us.
TEST(Conformance, PCIE_04_TagsBoundTheRate) {
  PortWire w;
  constexpr int kReads = 10'000;
  w.port_config.tags = 32;
  w.BuildPort();
  w.root.behaviour.answer_after = kPsPerUs;
  for (int i = 0; i < kReads; ++i) w.device.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  w.Run();
  std::vector<Picoseconds> answers;
  for (const PeerEvent& event : w.log) {
    if (event.peer == "device" && event.event == PeerEventKind::kAnswer) answers.push_back(event.time);
  }
  ASSERT_EQ(answers.size(), static_cast<std::size_t>(kReads));
  EXPECT_NEAR(64.0 * kReads / ToSeconds(answers.back()) / 1e9, 2.05, 2.05 * 0.02);
}

// The completer drops the first read. It alone fails; its tag is not used again before the quarantine has ended.
TEST(Conformance, PCIE_08_AMissingCompletionFailsThatRequestAlone) {
  PortWire w;
  constexpr Picoseconds kTimeout = 50 * kPsPerUs;
  w.port_config.tags = 1;
  w.port_config.completion_timeout_ps = kTimeout;
  w.BuildPort();
  w.root.on_arrival = [&w](Tlp& read) {
    w.root.behaviour.answer_after =
        read.address == 0x1000 ? std::nullopt : std::optional<Picoseconds>(1'000);  // nobody answers the first
  };
  w.device.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  w.device.SendAt(0, TlpKind::kMemoryRead, 0x2000, 64);
  w.Run();
  EXPECT_THAT(Lines(w.log, "device"),
              ElementsAre("device " + std::to_string(kTimeout) + " answer read 0x1000 status=1",
                          "device " + std::to_string(2 * kTimeout + 1'000) + " answer read 0x2000"));
  EXPECT_EQ(w.Value("completion_timeouts"), 1);
  EXPECT_EQ(w.Value("late_answers"), 0);
}

// It comes after all: dropped, and the tag is free from then on.
TEST(Conformance, PCIE_08_ALateCompletionIsDroppedAndFreesItsTag) {
  PortWire w;
  constexpr Picoseconds kTimeout = 50 * kPsPerUs;
  w.port_config.tags = 1;
  w.port_config.completion_timeout_ps = kTimeout;
  w.BuildPort();
  w.root.on_arrival = [&w](Tlp& read) {
    w.root.behaviour.answer_after = read.address == 0x1000 ? kTimeout + 5'000 : 1'000;
  };
  w.device.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  w.device.SendAt(0, TlpKind::kMemoryRead, 0x2000, 64);
  w.Run();
  EXPECT_THAT(Lines(w.log, "device"),
              ElementsAre("device " + std::to_string(kTimeout) + " answer read 0x1000 status=1",
                          "device " + std::to_string(kTimeout + 5'000 + 1'000) + " answer read 0x2000"));
  EXPECT_EQ(w.Value("late_answers"), 1);
}

}  // namespace
}  // namespace siov
