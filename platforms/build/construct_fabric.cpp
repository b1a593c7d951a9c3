// SPDX-License-Identifier: Apache-2.0
// Constructors of what lies between devices and the root complex.
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/home_router/home_router.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/fabric/socket_link/socket_link.h"
#include "models/fabric/switch/switch.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeRootPort(const Site& site) {
  return Make<RootPort>(site, site.place.root_port().config, static_cast<std::uint8_t>(site.place.node.index),
                        &site.spaces().structures(), site.place.platform.asks_memory(),
                        site.Sockets("from_accesses") != 0);
}

Made MakeLink(const Site& site) { return Make<Link>(site, site.place.link_above().config); }

Made MakeSwitch(const Site& site) { return Make<Switch>(site, site.place.pcie_switch().config); }

// The other end of each socket link that begins here, in the order in which they are bound.
Made MakeHomeRouter(const Site& site) {
  const Topology& topology = site.construction.topology;
  std::vector<HomeRoute> routes(site.place.platform.memories.size());
  std::uint32_t links = 0;
  for (const NodeRef link : topology.NodesOf(NodeKind::kSocketLink)) {
    if (!topology.IsNextBelow(link, site.place.node)) continue;
    for (const NodeRef memory : topology.NodesOf(NodeKind::kMemory)) {
      if (!(memory == site.place.node) && topology.IsNextBelow(link, memory)) routes[memory.index].link = links;
    }
    ++links;
  }
  return Make<HomeRouter>(site, routes, site.Sockets("in"), site.Sockets("from_agent"), links);
}

Made MakeSocketLink(const Site& site) { return Make<SocketLink>(site, site.place.socket_link().config); }

Made MakeDevicePort(const Site& site) {
  return Make<DevicePort>(site, site.place.endpoint().port, site.Sockets("from_block"),
                          site.Sockets("to_function") != 0);
}

}  // namespace

std::vector<ConstructorRow> FabricConstructors() {
  return {{"root_port", MakeRootPort},     {"link", MakeLink},
          {"switch", MakeSwitch},          {"device_port", MakeDevicePort},
          {"home_router", MakeHomeRouter}, {"socket_link", MakeSocketLink}};
}

}  // namespace siov
