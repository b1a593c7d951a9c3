// SPDX-License-Identifier: Apache-2.0
// Constructors of the host's processors and software, and of the workload.
#include <functional>

#include "models/bridge/host_bridge.h"
#include "models/device/atc/function_stops.h"
#include "models/host/cpus/host.h"
#include "models/host/cpus/process_exits.h"
#include "models/host/fault_service/fault_service.h"
#include "models/host/registers/register_accesses.h"
#include "models/workload/tenants/traffic.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

// From when on no device takes jobs any more, of a run that ends with its jobs.
Picoseconds RefusedFrom(const ResolvedExperiment& experiment) {
  if (experiment.run.duration_ps != kNever) return kNever;
  Picoseconds all = 0;
  const auto add = [&](std::uint16_t endpoint) {
    const std::optional<AtcConfig>& atc = experiment.platform.endpoints[endpoint].atc;
    all = std::max(all, atc ? RefusesJobsFrom(atc->events) : kNever);
  };
  for (const TenantClassConfig& tenants : experiment.traffic.classes) add(tenants.endpoint);
  if (!experiment.traffic.replay.trace_file.empty()) add(experiment.traffic.replay.endpoint);
  return all;
}

Made MakeTraffic(const Site& site) {
  auto traffic = Make<Traffic>(site, site.experiment().traffic, site.open_trace, site.Sockets("from_software"));
  traffic->set_refused_from(RefusedFrom(site.experiment()));
  return traffic;
}

std::vector<EndpointPortals> PortalsOf(const Topology& topology) {
  std::vector<EndpointPortals> portals;
  for (const NodeRef endpoint : topology.NodesOf(NodeKind::kEndpoint)) {
    EndpointPortals entry;
    entry.port = static_cast<std::uint32_t>(topology.Nearest(endpoint, NodeKind::kRootPort).index);
    const SwqArbiterConfig& portals_of = topology.At(endpoint).endpoint().arbiter;
    entry.base = portals_of.portal_base;
    for (const WorkQueueConfig& queue : portals_of.queues) {
      entry.queues.push_back({queue.mode == QueueMode::kShared, queue.size});
    }
    portals.push_back(std::move(entry));
  }
  return portals;
}

// Processes that submit from VMs, and the PASIDs under which the devices work for them.
std::vector<GuestProcesses> GuestsOf(const TrafficConfig& traffic) {
  std::vector<GuestProcesses> guests;
  std::uint32_t first_tenant = 0;
  for (const TenantClassConfig& tenants : traffic.classes) {
    if (const std::optional<GuestPasidsConfig>& config = tenants.guest_pasids) {
      GuestProcesses group{config->first_vm, config->processes, tenants.tenants, config->first, first_tenant + 1};
      group.bound = config->entries != GuestPasidEntries::kNotBound;
      group.prepared = config->entries == GuestPasidEntries::kPrepared;
      guests.push_back(group);
    }
    first_tenant += tenants.tenants;
  }
  return guests;
}

Made MakeHost(const Site& site) {
  const ResolvedPlatform& platform = site.place.platform;
  const Topology& topology = site.construction.topology;
  HostPeers peers;
  peers.ports = site.Sockets("to_port");
  peers.memories = site.Sockets("from_memory");
  peers.interrupt_remappers = site.Sockets("from_interrupts");
  peers.iommu_events = site.Sockets("from_iommu");
  peers.endpoints = PortalsOf(topology);
  peers.iommus = topology.Bound(topology.BlockOf(site.place.node, "driver"), "to_invalidation");
  for (const NodeRef endpoint : topology.NodesOf(NodeKind::kEndpoint)) {
    const ResolvedEndpoint& device = topology.At(endpoint).endpoint();
    const auto iommu = static_cast<std::uint32_t>(topology.Nearest(endpoint, NodeKind::kIommu).index);
    peers.devices.push_back({device.port.requester, iommu, device.atc.has_value()});
  }
  peers.guests = GuestsOf(site.experiment().traffic);
  for (const TenantClassConfig& tenants : site.experiment().traffic.classes) {
    peers.streaming.push_back(tenants.mapping == BufferMapping::kStreaming);
  }
  return Make<Host>(site, platform.host.config, peers, site.spaces());
}

Made MakeFaultService(const Site& site) {
  return Make<FaultService>(site, site.place.platform.host.config.faults, site.Sockets("from_pri_queue"), site.spaces(),
                            site.experiment().memory_at_start, site.Sockets("from_exits") != 0);
}

// A stop request goes to the device's ATC, which is where a PASID's requests pass.
Made MakeProcessExits(const Site& site) {
  const Topology& topology = site.construction.topology;
  std::vector<bool> devices;
  for (const NodeRef endpoint : topology.NodesOf(NodeKind::kEndpoint)) {
    devices.push_back(topology.HasPart(endpoint, "atc"));
  }
  return Make<ProcessExits>(site, site.experiment().exits, devices);
}

// By which port an access leaves follows from what bridges were programmed with.
Made MakeRegisterAccesses(const Site& site) {
  std::vector<RegisterAccess> accesses;
  for (const ResolvedRegisterAccess& one : site.experiment().register_accesses) accesses.push_back(one.access);
  std::vector<BridgeWindow> bridges;
  for (const ResolvedRootPort& port : site.place.platform.root_ports) bridges.push_back(port.config.below);
  return Make<RegisterAccesses>(site, accesses, RootComplexMap(bridges),
                                site.place.platform.host.config.mmio_latency_ps);
}

Made MakeHostBridge(const Site& site) {
  Traffic& traffic = site.Part<Traffic>("traffic");
  auto bridge = Make<HostBridge>(site, HostBridge::Submit([&traffic](std::uint32_t tenant, std::uint32_t slot,
                                                                     const std::function<void(Job*)>& change) {
                                   return traffic.SubmitOutside(tenant, slot, change);
                                 }));
  traffic.set_outside([&to = *bridge](std::uint32_t slot, const Job& job) { to.End(slot, job); });
  return bridge;
}

}  // namespace

std::vector<ConstructorRow> HostConstructors() {
  return {{"traffic", MakeTraffic},
          {"host", MakeHost},
          {"driver", nullptr},
          {"fault_service", MakeFaultService},
          {"process_exits", MakeProcessExits},
          {"register_accesses", MakeRegisterAccesses},
          {"host_bridge", MakeHostBridge}};
}

}  // namespace siov
