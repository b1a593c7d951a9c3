// SPDX-License-Identifier: Apache-2.0
// A platform for tests: one host, memory, IOMMU, root port and DSA-like device, with round latencies and nothing
// bounded unless a test bounds it. Tests change the one thing they are about.
#ifndef SIOV_TESTS_SUPPORT_SMALL_PLATFORM_H_
#define SIOV_TESTS_SUPPORT_SMALL_PLATFORM_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platforms/resolve/assign_identities.h"
#include "platforms/resolve/resolved.h"

namespace siov::testing {

inline CacheGeometry Cache(std::uint32_t entries, std::uint32_t ways = 0) {
  CacheGeometry geometry;
  geometry.entries = entries;
  geometry.ways = ways;
  return geometry;
}

inline ResolvedEndpoint SmallEndpoint() {
  ResolvedEndpoint endpoint;
  endpoint.name = "dsa0";
  endpoint.port.tags = 768;
  endpoint.port.egress_latency_ps = 5 * kPsPerNs;
  endpoint.port.ingress_latency_ps = 7 * kPsPerNs;
  endpoint.atc = AtcConfig{};
  endpoint.atc->geometry = Cache(1024, 8);
  endpoint.atc->lookup_latency_ps = 3 * kPsPerNs;
  endpoint.arbiter.queues = {WorkQueueConfig{}};
  endpoint.arbiter.queues[0].name = "wq0";
  endpoint.arbiter.accept_latency_ps = 11 * kPsPerNs;
  endpoint.arbiter.dispatch_latency_ps = 13 * kPsPerNs;
  endpoint.engine.group_of_engine = {0};
  endpoint.engine.setup_latency_ps = 17 * kPsPerNs;
  endpoint.engine.completion_latency_ps = 19 * kPsPerNs;
  endpoint.ims.lookup_latency_ps = 23 * kPsPerNs;
  return endpoint;
}

// Fabric links by who is below, PCIe links by their devices.
inline ResolvedLink FabricLink(NodeRef below, NodeRef above) { return {"", LinkKind::kFabric, below, above, {}}; }
inline ResolvedLink SmallLink(const std::string& name, std::size_t endpoint, NodeRef above) {
  ResolvedLink link{name, LinkKind::kPcie, {NodeKind::kEndpoint, endpoint}, above, {}};
  link.config.generation = 5;
  link.config.lanes = 16;
  link.config.propagation_ps = 10 * kPsPerNs;
  return link;
}
inline LinkConfig& LinkOf(ResolvedPlatform* platform, std::size_t endpoint = 0) {
  return platform->LinkAbove({NodeKind::kEndpoint, endpoint}).config;
}
inline LinkConfig& LinkOf(ResolvedExperiment* experiment, std::size_t endpoint = 0) {
  return LinkOf(&experiment->platform, endpoint);
}

// The newest device gets a port of its own, otherwise like the first; its link is like the first device's.
inline void AddPort(ResolvedPlatform* platform, std::size_t iommu = 0) {
  const NodeRef port{NodeKind::kRootPort, platform->root_ports.size()};
  platform->root_ports.push_back(platform->root_ports[0]);
  platform->root_ports.back().name = "rp" + std::to_string(port.index);
  platform->links.push_back(FabricLink(port, {NodeKind::kIommu, iommu}));
  ResolvedLink link = platform->LinkAbove({NodeKind::kEndpoint, 0});
  link.name = "link" + std::to_string(port.index);
  link.below.index = platform->endpoints.size() - 1;
  link.above = port;
  platform->links.push_back(link);
}

// An IOMMU like the first.
inline void AddIommu(ResolvedPlatform* platform) {
  const NodeRef iommu{NodeKind::kIommu, platform->iommus.size()};
  platform->iommus.push_back(platform->iommus[0]);
  platform->iommus.back().name = "iommu" + std::to_string(iommu.index);
  platform->links.push_back(FabricLink(iommu, {NodeKind::kMemory, 0}));
}

// A switch above the first device, with a link like the device's above it.
inline void AddSwitch(ResolvedPlatform* platform) {
  const NodeRef node{NodeKind::kSwitch, platform->switches.size()};
  ResolvedLink& below = platform->LinkAbove({NodeKind::kEndpoint, 0});
  ResolvedLink above = below;
  above.name = "uplink" + std::to_string(node.index);
  above.below = node;
  above.config.switch_below = true;
  below.above = node;
  below.config.switch_above = true;
  ResolvedSwitch added;
  added.name = "sw" + std::to_string(node.index);
  added.config.latency_ps = 100 * kPsPerNs;
  added.config.above = above.config;
  added.config.ports = {{{0, ~std::uint64_t{0}, 0, 0, 0, 255, true}, below.name, below.config}};
  platform->switches.push_back(added);
  platform->links.push_back(above);
}

// A second socket: its memory, with CPUs beside it, behind a link.
inline void AddSocket(ResolvedPlatform* platform) {
  ResolvedMemory added = platform->memories[0];
  added.name = "memory1";
  platform->memories.push_back(added);
  ResolvedSocketLink link;
  link.name = "upi0";
  link.config.latency_ps = 25 * kPsPerNs;
  link.config.bytes_per_second = 8e9;
  link.config.header_bytes = 8;
  platform->socket_links = {link};
  const NodeRef node{NodeKind::kSocketLink, 0};
  for (const std::size_t memory : {std::size_t{0}, std::size_t{1}}) {
    platform->links.push_back({link.name, LinkKind::kSocket, node, {NodeKind::kMemory, memory}, {}});
  }
  platform->links.push_back(FabricLink({NodeKind::kHost, 0}, {NodeKind::kMemory, 1}));
}

// Of one of everything.
inline std::vector<ResolvedLink> SmallLinks() {
  const NodeRef port{NodeKind::kRootPort, 0};
  const NodeRef iommu{NodeKind::kIommu, 0};
  const NodeRef memory{NodeKind::kMemory, 0};
  return {FabricLink({NodeKind::kHost, 0}, memory), FabricLink(iommu, memory), FabricLink(port, iommu),
          SmallLink("link0", 0, port)};
}

inline ResolvedPlatform SmallPlatform() {
  ResolvedPlatform platform;
  platform.name = "small";
  platform.host.name = "host0";
  platform.host.config.enqcmd_latency_ps = 29 * kPsPerNs;
  platform.host.config.movdir64b_latency_ps = 31 * kPsPerNs;
  platform.host.config.retry_backoff_ps = 100 * kPsPerNs;
  platform.host.config.retry_backoff_max_ps = 1'000 * kPsPerNs;
  platform.host.config.poll_latency_ps = 37 * kPsPerNs;
  platform.host.config.interrupt_handler_ps = 500 * kPsPerNs;
  platform.host.config.faults.wakeup_ps = 1'000 * kPsPerNs;
  platform.host.config.faults.minor_service = Distribution::Constant(5'000.0 * kPsPerNs);
  platform.memories.resize(1);
  platform.memories[0].name = "memory0";
  platform.memories[0].config.residency = MemoryResidency::kAllDram;
  platform.memories[0].config.llc_latency_ps = 40 * kPsPerNs;
  platform.memories[0].config.dram_latency_ps = 80 * kPsPerNs;
  ResolvedIommu iommu;
  iommu.name = "iommu0";
  iommu.iotlb.geometry = Cache(1024, 8);
  iommu.iotlb.lookup_latency_ps = 4 * kPsPerNs;
  iommu.page_walker.walkers = 16;
  iommu.page_walker.setup_latency_ps = 2 * kPsPerNs;
  iommu.page_walker.step_latency_ps = 1 * kPsPerNs;
  iommu.page_walker.cache_latency_ps = 6 * kPsPerNs;
  iommu.pri_queue.enqueue_latency_ps = 41 * kPsPerNs;
  iommu.pri_queue.response_latency_ps = 43 * kPsPerNs;
  iommu.interrupt_remapper.entry_cache = Cache(64);
  iommu.interrupt_remapper.lookup_latency_ps = 47 * kPsPerNs;
  iommu.interrupt_remapper.delivery_latency_ps = 53 * kPsPerNs;
  platform.iommus = {iommu};
  ResolvedRootPort port;
  port.name = "rp0";
  port.config.ingress_latency_ps = 59 * kPsPerNs;
  port.config.egress_latency_ps = 61 * kPsPerNs;
  port.config.fabric_latency_ps = 8 * kPsPerNs;
  platform.root_ports = {port};
  platform.endpoints = {SmallEndpoint()};
  platform.links = SmallLinks();
  return platform;
}

// What the host's driver hands out before a run, of which there has to be enough.
inline void HandOut(ResolvedExperiment* experiment) {
  for (const Shortage& shortage : AssignIdentities(&experiment->platform, &experiment->traffic)) {
    ADD_FAILURE() << shortage.field << " = " << shortage.value << ": " << shortage.message;
  }
}

// One class of closed-loop tenants that read `size_bytes` each time.
inline ResolvedExperiment SmallExperiment(std::uint32_t tenants = 1, JobOp op = JobOp::kRead,
                                          std::uint32_t size_bytes = 64) {
  ResolvedExperiment experiment;
  experiment.name = "small";
  experiment.run_id = "test";
  experiment.platform = SmallPlatform();
  TenantClassConfig tenant_class;
  tenant_class.name = "tenants";
  tenant_class.tenants = tenants;
  tenant_class.queues = {QueueId(0)};
  tenant_class.jobs = {JobKind{op, size_bytes, 1.0}};
  experiment.traffic.classes = {tenant_class};
  AddressSpaceClass space;
  space.count = tenants;
  experiment.address_spaces = {space};
  experiment.run.duration_ps = kPsPerMs;
  HandOut(&experiment);
  return experiment;
}

// Each tenant of each class has a dedicated queue of its own, otherwise as its device's first.
inline void OwnQueues(ResolvedExperiment* experiment) {
  std::vector<SwqArbiterConfig> arbiters;
  for (ResolvedEndpoint& device : experiment->platform.endpoints) {
    arbiters.push_back(device.arbiter);
    device.arbiter.queues.clear();
  }
  for (TenantClassConfig& tenants : experiment->traffic.classes) {
    tenants.queues.clear();
    SwqArbiterConfig& arbiter = experiment->platform.endpoints[tenants.endpoint].arbiter;
    for (std::uint32_t i = 0; i < tenants.tenants; ++i) {
      tenants.queues.emplace_back(static_cast<std::uint32_t>(arbiter.queues.size()));
      arbiter.queues.push_back(arbiters[tenants.endpoint].queues[0]);
      arbiter.queues.back().mode = QueueMode::kDedicated;
      arbiter.queues.back().name = "own" + std::to_string(arbiter.queues.size());
    }
    arbiter.total_entries = static_cast<std::uint32_t>(arbiter.queues.size()) * arbiter.queues[0].size;
  }
  HandOut(experiment);
}

// Every read goes to a page that nothing has seen before.
inline void ReadNewPages(ResolvedExperiment* experiment) {
  TenantClassConfig& tenants = experiment->traffic.classes[0];
  tenants.working_set_bytes = std::uint64_t{1} << 36;
  tenants.pattern = AddressPattern::kSequential;
  tenants.alignment_bytes = kPage4K;
}

// A second device behind a port of its own, below the same IOMMU: it has no ATC, and jobs begin in it.
inline ResolvedExperiment TwoDevices() {
  ResolvedExperiment experiment = SmallExperiment();
  ResolvedPlatform& platform = experiment.platform;
  platform.endpoints.push_back(SmallEndpoint());
  AddPort(&platform);
  ResolvedEndpoint& second = platform.endpoints[1];
  second.name = "nic0";
  second.port.requester = 9;
  second.atc.reset();
  experiment.traffic.classes.push_back(experiment.traffic.classes[0]);
  TenantClassConfig& own = experiment.traffic.classes[1];
  own.name = "own";
  own.endpoint = 1;
  own.origin = JobOrigin::kDevice;
  AddressSpaceClass space = experiment.address_spaces[0];
  space.first_pasid += space.count;
  experiment.address_spaces.push_back(space);
  HandOut(&experiment);
  return experiment;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_SMALL_PLATFORM_H_
