// SPDX-License-Identifier: Apache-2.0
// The registry of block kinds, the composites, and the graph of blocks that they make of a platform.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "platforms/kinds/topology.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

using Nodes = std::vector<NodeRef>;

constexpr NodeRef kMemory{NodeKind::kMemory, 0};
constexpr NodeRef kDevice{NodeKind::kEndpoint, 0};

std::vector<std::string> PathsOf(const Topology& topology, const std::vector<Topology::Block>& blocks) {
  std::vector<std::string> paths;
  for (const Topology::Block block : blocks) paths.push_back(topology.blocks()[block].path);
  return paths;
}

// "dsa0.atc.to_port>dsa0.port.from_block_0"
std::set<std::string> BindingsOf(const Topology& topology) {
  const Topology::Blocks& blocks = topology.blocks();
  std::set<std::string> all;
  for (auto [edge, end] = boost::edges(blocks); edge != end; ++edge) {
    all.insert(blocks[boost::source(*edge, blocks)].path + "." + blocks[*edge].from_socket + ">" +
               blocks[boost::target(*edge, blocks)].path + "." + blocks[*edge].to_socket);
  }
  return all;
}

TEST(Registry, KindsHaveNamesOfTheirOwnAndEachIsAPartOfSomething) {
  std::set<std::string> names;
  for (const BlockKind& kind : BlockKinds()) EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
  std::set<std::string> parts;
  for (const Composite& composite : Composites()) {
    for (const Part& part : composite.parts) parts.insert(part.kind);
  }
  EXPECT_EQ(names, parts);
  EXPECT_THROW(KindNamed("flux_capacitor"), std::logic_error);
}

// The kinds a part's name stands for in composites of one kind of node, and the way of that port in each.
void ExpectPort(const std::string& end, NodeKind node, Port::Way way) {
  const std::string text = end.front() == '^' ? end.substr(1) : end;
  const std::size_t dot = text.find('.');
  bool known = false;
  for (const Composite& composite : Composites()) {
    if (composite.node != node) continue;
    for (const Part& part : composite.parts) {
      if (text.substr(0, dot) != part.name) continue;
      const Port* const port = KindNamed(part.kind).FindPort(text.substr(dot + 1));
      ASSERT_NE(port, nullptr) << end;
      EXPECT_EQ(port->way, way) << end;
      known = true;
    }
  }
  EXPECT_TRUE(known) << end;
}

TEST(Registry, EndsInTablesNamePortsThatAreThereAndPointTheRightWay) {
  for (const Composite& composite : Composites()) {
    for (const Bind& bind : composite.binds) {
      ExpectPort(bind.from, composite.node, Port::Way::kOut);
      ExpectPort(bind.to, composite.node, Port::Way::kIn);
    }
  }
  for (const Join& join : Joins()) {
    for (const Bind& bind : join.binds) {
      ExpectPort(bind.from, bind.from[0] == '^' ? join.above : join.below, Port::Way::kOut);
      ExpectPort(bind.to, bind.to[0] == '^' ? join.above : join.below, Port::Way::kIn);
    }
  }
}

void ExpectWhole(const ResolvedExperiment& experiment) {
  const Topology topology(experiment.platform, &experiment);
  for (auto [block, end] = boost::vertices(topology.blocks()); block != end; ++block) {
    const BlockVertex& vertex = topology.blocks()[*block];
    for (const Port& port : vertex.kind->ports) {
      const std::uint32_t bound = topology.Bound(*block, port.name);
      if (port.need == Port::Need::kBound) {
        EXPECT_GT(bound, 0u) << vertex.path << "." << port.name;
      }
      if (port.count == Port::Count::kOne) {
        EXPECT_LE(bound, 1u) << vertex.path << "." << port.name;
      }
    }
  }
}

TEST(Registry, NoPlatformLeavesOpenWhatMustBeBound) {
  ResolvedExperiment experiment = testing::TwoDevices();
  ExpectWhole(experiment);
  experiment.platform.endpoints[0].outside = true;
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.memories[0].outside.emplace();
  ExpectWhole(experiment);
  testing::AddSwitch(&experiment.platform);
  ExpectWhole(experiment);
}

TEST(Registry, OfSeveralMemoriesEachHasARouterThatWholeSocketsAreBoundTo) {
  ResolvedExperiment experiment = testing::TwoDevices();
  testing::AddSocket(&experiment.platform);
  ExpectWhole(experiment);
  const std::set<std::string> bindings = BindingsOf(Topology(experiment.platform, &experiment));
  for (const char* wanted :
       {"iommu0.iotlb.to_memory>memory0.home_router.in_0", "rp1.to_memory>memory0.home_router.in_2",
        "iommu0.page_walker.to_memory>memory0.home_router.from_agent_0", "memory0.home_router.to_memory>memory0.in_0",
        "memory0.home_router.to_link_0>upi0.from_router_0", "memory1.home_router.to_link_0>upi0.from_router_1",
        "upi0.to_memory_0>memory0.in_1", "upi0.agents_to_memory_1>memory1.from_agent_1",
        "memory1.home_router.to_host>host0.from_memory_1"}) {
    EXPECT_EQ(bindings.count(wanted), 1u) << wanted;
  }
  EXPECT_EQ(bindings.count("memory0.to_host>host0.from_memory_0"), 0u);
}

TEST(TopologyTest, SocketsAreNumberedInTheOrderOfPeersAndByPeer) {
  const ResolvedExperiment experiment = testing::TwoDevices();
  const Topology topology(experiment.platform, &experiment);
  const std::set<std::string> bindings = BindingsOf(topology);
  for (const char* wanted : {"rp0.to_iotlb>iommu0.iotlb.from_port_0", "rp1.to_iotlb>iommu0.iotlb.from_port_1",
                             "host0.to_port_1>rp1.from_host", "dsa0.engine.to_memory>dsa0.atc.from_engine",
                             "dsa0.atc.to_port>dsa0.port.from_block_0", "nic0.engine.to_memory>nic0.port.from_block_0",
                             "nic0.ims.to_port>nic0.port.from_block_1",
                             "traffic.to_device_1>nic0.swq_arbiter.from_device", "iommu0.iotlb.to_memory>memory0.in_0",
                             "rp1.to_memory>memory0.in_2", "iommu0.page_walker.to_memory>memory0.from_agent_0"}) {
    EXPECT_EQ(bindings.count(wanted), 1u) << wanted;
  }
  const Topology::Block host = topology.BlockOf({NodeKind::kHost, 0}, "host");
  EXPECT_EQ(topology.Bound(host, "to_port"), 2u);
  EXPECT_EQ(topology.Bound(topology.BlockOf(kDevice, "swq_arbiter"), "from_device"), 0u);
}

TEST(TopologyTest, RequestsPassTheSwitchesAboveTheirDevice) {
  ResolvedExperiment experiment = testing::TwoDevices();
  testing::AddSwitch(&experiment.platform);
  testing::AddSwitch(&experiment.platform);
  const Topology topology(experiment.platform);
  const Topology::Block root_port = topology.BlockOf({NodeKind::kRootPort, 0}, "root_port");
  const Topology::Block host = topology.BlockOf({NodeKind::kHost, 0}, "host");
  const Topology::Block port = topology.BlockOf(kDevice, "port");
  EXPECT_THAT(PathsOf(topology, topology.Route(port, root_port)),
              ElementsAre("dsa0.port", "link0", "sw1", "uplink1", "sw0", "uplink0", "rp0"));
  EXPECT_THAT(PathsOf(topology, topology.Route(host, port)),
              ElementsAre("host0", "rp0", "uplink0", "sw0", "uplink1", "sw1", "link0", "dsa0.port"));
  EXPECT_EQ(topology.Nearest(kDevice, NodeKind::kRootPort), (NodeRef{NodeKind::kRootPort, 0}));
  EXPECT_EQ(experiment.platform.Above(kDevice, NodeKind::kIommu), (NodeRef{NodeKind::kIommu, 0}));
}

TEST(TopologyTest, WithoutAnExperimentThereIsNoWorkload) {
  const ResolvedExperiment experiment = testing::TwoDevices();
  const Topology topology(experiment.platform);
  EXPECT_FALSE(topology.HasPart({NodeKind::kHost, 0}, "traffic"));
  EXPECT_EQ(topology.KindAt("traffic"), nullptr);
  EXPECT_STREQ(topology.KindAt("dsa0.atc")->name, "atc");
  EXPECT_STREQ(topology.KindAt("link1")->name, "link");
}

TEST(TopologyTest, RequestsGoTheShortestWay) {
  const ResolvedExperiment experiment = testing::TwoDevices();
  const Topology topology(experiment.platform);
  const Topology::Block port = topology.BlockOf({NodeKind::kEndpoint, 1}, "port");
  const Topology::Block memory = topology.BlockOf(kMemory, "memory");
  const Topology::Block iotlb = topology.BlockOf({NodeKind::kIommu, 0}, "iotlb");
  EXPECT_THAT(PathsOf(topology, topology.Route(port, memory)), ElementsAre("nic0.port", "link1", "rp1", "memory0"));
  EXPECT_THAT(PathsOf(topology, topology.Route(port, iotlb)), ElementsAre("nic0.port", "link1", "rp1", "iommu0.iotlb"));
  EXPECT_EQ(topology.Way({NodeKind::kEndpoint, 1}, kMemory),
            (Nodes{{NodeKind::kEndpoint, 1}, {NodeKind::kRootPort, 1}, {NodeKind::kIommu, 0}, kMemory}));
  EXPECT_EQ(topology.Nearest(kDevice, NodeKind::kHost), (NodeRef{NodeKind::kHost, 0}));
}

TEST(Registry, RolesAreKnownByTheEndsOfStatistics) {
  EXPECT_EQ(KindNamed("link").RoleOf("downstream_busy"), ResourceRole::kWire);
  EXPECT_EQ(KindNamed("link").RoleOf("downstream_posted_data"), ResourceRole::kDownstreamCredits);
  EXPECT_EQ(KindNamed("memory_bridge").RoleOf("channel_busy"), ResourceRole::kMemory);
  EXPECT_EQ(KindNamed("ims").RoleOf("messages"), ResourceRole::kOther);
}

}  // namespace
}  // namespace siov
