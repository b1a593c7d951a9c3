// SPDX-License-Identifier: Apache-2.0
// Constructors of host memory, and of the bridge to a model in its place.
#include <string>

#include "models/bridge/memory_bridge.h"
#include "models/memory/memory.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeMemory(const Site& site) {
  return Make<Memory>(site, site.place.memory().config, site.Sockets("in"), site.Sockets("from_agent"),
                      site.place.platform.has_sockets());
}

// Whoever is bound says as whom it asks. In the order of the sockets, which is that of the bindings.
MemoryBridge::Sources SourcesBoundTo(const Site& site, const std::string& port) {
  const Topology::Blocks& blocks = site.construction.topology.blocks();
  MemoryBridge::Sources sources;
  for (auto [edge, end] = boost::in_edges(site.block, blocks); edge != end; ++edge) {
    if (blocks[*edge].to->name == port) sources.push_back(blocks[*edge].from->asks_as);
  }
  return sources;
}

Made MakeMemoryBridge(const Site& site) {
  return Make<MemoryBridge>(site, *site.place.memory().outside, SourcesBoundTo(site, "in"),
                            SourcesBoundTo(site, "from_agent"));
}

}  // namespace

std::vector<ConstructorRow> MemoryConstructors() {
  return {{"memory", MakeMemory}, {"memory_bridge", MakeMemoryBridge}};
}

}  // namespace siov
