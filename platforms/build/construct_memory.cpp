// SPDX-License-Identifier: Apache-2.0
// Constructors of host memory, and of the bridge to a model in its place.
#include "models/bridge/memory_bridge.h"
#include "models/memory/memory.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeMemory(const Site& site) { return Make<Memory>(site, site.place.platform.memory.config, site.Sockets("in")); }

// Whoever is bound says as whom it asks.
Made MakeMemoryBridge(const Site& site) {
  const Topology::Blocks& blocks = site.construction.topology.blocks();
  std::vector<AccessSource> users;
  for (auto [edge, end] = boost::in_edges(site.block, blocks); edge != end; ++edge) {
    users.push_back(blocks[*edge].from->asks_as);
  }
  site.construction.simulation.memory_outside = true;
  return Make<MemoryBridge>(site, *site.place.platform.memory.outside, users);
}

}  // namespace

std::vector<ConstructorRow> MemoryConstructors() {
  return {{"memory", MakeMemory}, {"memory_bridge", MakeMemoryBridge}};
}

}  // namespace siov
