// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/mmio_map.h"

#include <algorithm>

#include "platforms/structure/structure.h"

namespace siov {

MmioMap::MmioMap(const ResolvedPlatform& platform) : platform_(platform) {
  for (const ResolvedEndpoint& endpoint : platform.endpoints) Add(endpoint);
}

void MmioMap::Add(const ResolvedEndpoint& endpoint) {
  Device& device = devices_.emplace_back();
  device.functions = FunctionsOf(endpoint);
  for (const ResolvedFunction& one : endpoint.functions) {
    const FunctionCore& core = *device.functions->Find(one.config.number);
    device.adis.push_back(std::make_unique<AdiMap>(one.adis, core.system_page_bytes()));
    const bool of_jobs = &one == endpoint.JobFunction();
    device.maps.emplace_back(core, *device.adis.back(), of_jobs ? endpoint.arbiter.queues.size() : 0);
    device.requesters.push_back(endpoint.Requester(one));
  }
}

MmioMap::Route MmioMap::Find(std::uint64_t address) const {
  for (NodeRef port{NodeKind::kRootPort, 0}; port.index < platform_.root_ports.size(); ++port.index) {
    Route route;
    route.nodes.push_back(port);
    if (Descend(port, address, &route)) return route;
  }
  return {};
}

bool MmioMap::Descend(NodeRef above, std::uint64_t address, Route* route) const {
  for (const ResolvedLink& link : platform_.links) {
    if (!IsDeviceLink(link.kind) || !(link.above == above) || !Passes(link, address)) continue;
    route->nodes.push_back(link.below);
    const bool found = link.below.kind == NodeKind::kSwitch ? Descend(link.below, address, route)
                                                            : FindIn(link.below.index, address, route);
    if (found) return true;
    route->nodes.pop_back();
  }
  return false;
}

// A root port passes on what the window of its bridge holds, which is what is below it claims; a switch has one a port.
bool MmioMap::Passes(const ResolvedLink& link, std::uint64_t address) const {
  if (link.above.kind != NodeKind::kSwitch) return true;
  const std::vector<SwitchPortConfig>& ports = platform_.switches[link.above.index].config.ports;
  return std::any_of(ports.begin(), ports.end(), [&](const SwitchPortConfig& port) {
    return port.link_name == link.name && address >= port.first_address && address < port.end_address;
  });
}

bool MmioMap::FindIn(std::size_t endpoint, std::uint64_t address, Route* route) const {
  const Device& device = devices_[endpoint];
  for (std::size_t i = 0; i < device.maps.size(); ++i) {
    const std::optional<MmioPlace> place = device.maps[i].Find(address);
    if (!place) continue;
    route->function = device.requesters[i];
    route->place = place;
    return true;
  }
  return false;
}

}  // namespace siov
