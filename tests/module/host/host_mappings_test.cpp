// SPDX-License-Identifier: Apache-2.0
// Mappings that replaying tenants ask the host's driver for: what the tables say afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "models/host/cpus/host.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

AddressSpaceClass Explicit(TranslationStages stages) {
  AddressSpaceClass space;
  space.first_pasid = 1;
  space.count = 2;
  space.stages = stages;
  if (stages == TranslationStages::kSecondOnly) {
    space.first_format = TableFormat::kNone;
    space.second_format = TableFormat::kX86FourLevel;
  }
  space.explicit_pages = true;
  return space;
}

HostPeers OnePort() {
  HostPeers peers;
  peers.endpoints = {{0, {{true, 1}}}};
  return peers;
}

struct Bench {
  explicit Bench(TranslationStages stages = TranslationStages::kFirstOnly)
      : simulation(Agenda::Mode::kAhead, 1),
        spaces({Explicit(stages)}, 1),
        host("host", simulation, "host", HostConfig{}, OnePort(), spaces),
        traffic("traffic", simulation, log),
        replay("replay", simulation, log),
        memory("memory", simulation, log),
        port("port", simulation, log) {
    traffic.socket.bind(host.submission().from_traffic);
    replay.socket.bind(host.mappings().from_replay);
    memory.socket.bind(*host.completion().from_memory[0]);
    host.submission().to_port[0]->bind(port.socket);
  }
  void Change(MappingAction action, std::uint64_t address, Bytes bytes, MappingRequest::Page page = {}) {
    MappingRequest& change = *replay.Packet<MappingRequest>();
    change.action = action;
    change.pasid = Pasid(1);
    change.address = address;
    change.size_bytes = bytes;
    change.page = page;
    replay.SendAt(at_ += 100, change);
  }
  static MappingRequest::Page Page(std::uint64_t target, std::uint8_t shift, bool read = true, bool write = true) {
    return {target, shift, read, write};
  }
  double Value(const std::string& name) {
    for (const Statistic* statistic : host.statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now()).front().value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  PageMapping At(std::uint64_t address) { return spaces.Translate(Pasid(1), address); }
  void Run() { simulation.agenda.RunUntil(kPsPerUs); }

  Simulation simulation;
  PeerLog log;
  AddressSpaces spaces;
  Host host;
  ScriptedInitiatorOf<Submission> traffic;
  ScriptedInitiatorOf<MappingRequest> replay;
  ScriptedInitiatorOf<ObservedWrite> memory;
  ScriptedTarget port;

 private:
  Picoseconds at_ = 0;
};

TEST(HostMappings, MapsAndUnmapsTheRange) {
  Bench bench;
  bench.Change(MappingAction::kMap, 0x10000, 0x3000, Bench::Page(0x70000, kPageShift4K, true, false));
  bench.Change(MappingAction::kUnmapTable, 0x11000, 0x1000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("replay 100 answer mapping 0x10000", "replay 200 answer mapping 0x11000"));
  EXPECT_TRUE(bench.At(0x10000).present);
  EXPECT_FALSE(bench.At(0x10000).write);
  EXPECT_FALSE(bench.At(0x11000).present);
  EXPECT_EQ(bench.At(0x12000).address, 0x72000u);
  EXPECT_FALSE(bench.spaces.Translate(Pasid(2), 0x10000).present) << "the other tenant's pages are its own";
  EXPECT_EQ(bench.Value("pages_mapped"), 3);
  EXPECT_EQ(bench.Value("pages_unmapped"), 1);
}

TEST(HostMappings, PagesInTheWayGiveWay) {
  Bench bench;
  bench.Change(MappingAction::kMap, 0x201000, 0x1000, Bench::Page(0x1000, kPageShift4K));
  bench.Change(MappingAction::kMap, 0x200000, 0x200000, Bench::Page(0x40000000, kPageShift2M));
  bench.Run();
  EXPECT_EQ(bench.At(0x201000).page_shift, kPageShift2M);
  bench.Change(MappingAction::kMap, 0x201000, 0x1000, Bench::Page(0x9000, kPageShift4K));
  bench.simulation.agenda.RunUntil(2 * kPsPerUs);
  EXPECT_EQ(bench.At(0x201000).address, 0x9000u);
  EXPECT_FALSE(bench.At(0x202000).present);
}

TEST(HostMappings, OnlyASecondStageCanGrantWritesAlone) {
  Bench first;
  first.Change(MappingAction::kMap, 0x10000, 0x1000, Bench::Page(0x70000, kPageShift4K, false, true));
  first.Run();
  EXPECT_TRUE(first.At(0x10000).read);
}

TEST(HostMappings, ASecondStageKeepsWriteOnlyPages) {
  Bench second(TranslationStages::kSecondOnly);
  second.Change(MappingAction::kMap, 0x10000, 0x1000, Bench::Page(0x70000, kPageShift4K, false, true));
  second.Run();
  EXPECT_TRUE(second.At(0x10000).write);
  EXPECT_FALSE(second.At(0x10000).read);
}

}  // namespace
}  // namespace siov
