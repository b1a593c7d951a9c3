// SPDX-License-Identifier: Apache-2.0
// Constructors of what lies between devices and the root complex.
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/fabric/switch/switch.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeRootPort(const Site& site) {
  return Make<RootPort>(site, site.place.root_port().config, static_cast<std::uint8_t>(site.place.node.index),
                        &site.spaces().structures(), site.place.platform.memory.outside.has_value());
}

Made MakeLink(const Site& site) { return Make<Link>(site, site.place.link_above().config); }

Made MakeSwitch(const Site& site) { return Make<Switch>(site, site.place.pcie_switch().config); }

Made MakeDevicePort(const Site& site) {
  return Make<DevicePort>(site, site.place.endpoint().port, site.Sockets("from_block"));
}

}  // namespace

std::vector<ConstructorRow> FabricConstructors() {
  return {{"root_port", MakeRootPort}, {"link", MakeLink}, {"switch", MakeSwitch}, {"device_port", MakeDevicePort}};
}

}  // namespace siov
