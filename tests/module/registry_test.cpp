// SPDX-License-Identifier: Apache-2.0
// Rows of the registry against the blocks themselves: constructors, sockets, and what wiring says of contradictions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/base/invariant.h"
#include "platforms/build/system.h"
#include "platforms/build/wiring.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

template <class... Packets>
struct SocketOfAny {
  static bool Is(sc_core::sc_object* object) {
    return ((dynamic_cast<InitiatorSocketBase<Packets>*>(object) != nullptr ||
             dynamic_cast<TargetSocketBase<Packets>*>(object) != nullptr) ||
            ...);
  }
};

bool IsSocket(sc_core::sc_object* object) { return OfAllPackets<SocketOfAny>::Is(object); }

TEST(RegistryBuild, EveryKindHasARowAndAConstructor) {
  std::set<std::string> rows;
  for (const BlockKind& kind : BlockKinds()) rows.insert(kind.name);
  std::set<std::string> constructors;
  for (const std::string& kind : ConstructedKinds()) EXPECT_TRUE(constructors.insert(kind).second) << kind;
  EXPECT_EQ(rows, constructors);
}

TEST(RegistryBuild, BlocksHaveTheSocketsTheirRowsName) {
  ResolvedExperiment experiment = testing::TwoDevices();
  testing::AddSwitch(&experiment.platform);
  testing::AddSocket(&experiment.platform);
  const System system(experiment, {});
  const Topology& topology = system.topology();
  std::set<std::string> wanted;
  for (auto [block, end] = boost::vertices(topology.blocks()); block != end; ++block) {
    const BlockVertex& vertex = topology.blocks()[*block];
    for (const Port& port : vertex.kind->ports) {
      const std::uint32_t bound = topology.Bound(*block, port.name);
      if (port.count == Port::Count::kOne && (bound == 1 || port.need == Port::Need::kMayStayOpen)) {
        wanted.insert(vertex.path + "." + port.name);
      }
      for (std::uint32_t i = 0; port.count == Port::Count::kEach && i < bound; ++i) {
        wanted.insert(vertex.path + "." + port.name + "_" + std::to_string(i));
      }
      if (port.count == Port::Count::kByPeer) wanted.insert(vertex.path + "." + port.name + "_1");  // the second device
    }
  }
  std::set<std::string> found;
  for (const Block* block : system.blocks()) {
    for (sc_core::sc_object* child : block->get_child_objects()) {
      if (IsSocket(child)) found.insert(block->path() + "." + child->basename());
    }
  }
  EXPECT_EQ(found, wanted);
  EXPECT_GT(found.size(), 80u);
}

TEST(RegistryBuild, WhatIsNotConstructedCannotBeWired) {
  const ResolvedExperiment experiment = testing::TwoDevices();
  Simulation simulation(Agenda::Mode::kAhead, 1);
  AddressSpaces spaces(experiment.address_spaces, 1);
  const Topology topology(experiment.platform, &experiment);
  Construction construction(experiment, simulation, spaces, topology, ReplayDomains(experiment.traffic, TraceOpener()));
  Construct(topology.BlockOf({NodeKind::kHost, 0}, "host"), {}, construction);
  EXPECT_NE(construction.FindBlock("host0.driver"), nullptr) << "a part of the host";
  UnusedPeers unused;
  try {
    Wire(construction, &unused);
    FAIL() << "it was wired";
  } catch (const InvariantError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has not been constructed"));
  }
}

}  // namespace
}  // namespace siov
