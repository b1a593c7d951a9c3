// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/place_tables.h"

#include <algorithm>

#include "models/translation/memory_map.h"

namespace siov {
namespace {

// Where tables that a driver would allocate lie in host memory: one region an IOMMU, one an endpoint, far above what
// tenants' pages use.
constexpr std::uint64_t kInterruptTables = 0x70'0000'0000;
constexpr std::uint64_t kInterruptTableStride = 0x1000'0000;
constexpr std::uint64_t kDescriptorOffset = 0x0800'0000;
constexpr std::uint64_t kImsTables = 0x78'0000'0000;
constexpr std::uint64_t kImsTableStride = 0x0400'0000;

std::string PathOfNode(const std::string& name) { return "nodes[name=" + name + "]"; }

bool HasCpus(const ResolvedPlatform& platform, NodeRef socket) {
  return std::any_of(platform.links.begin(), platform.links.end(), [socket](const ResolvedLink& link) {
    return link.below.kind == NodeKind::kHost && link.above == socket;
  });
}

// That of its own socket if nobody has named one.
std::uint32_t TablesHome(const siovsim::Platform& message, const ResolvedPlatform& platform, NodeRef iommu) {
  const std::uint32_t own = platform.SocketOf(iommu);
  for (const siovsim::Node& node : message.nodes()) {
    if (node.name() != platform.NameOf(iommu)) continue;
    return platform.FindMemory(node.iommu().tables_memory()).value_or(own);
  }
  return own;
}

}  // namespace

void CheckSockets(const ResolveContext& context, const ResolvedPlatform& platform) {
  if (!platform.has_sockets()) return;
  for (const ResolvedMemory& memory : platform.memories) {
    if (!memory.outside) continue;
    context.Add(PathOfNode(memory.name), "outside_memory",
                "a model from outside must be the host's only memory: the order of writes across several is kept "
                "between the platform's own",
                "memory");
  }
  // Software runs beside the device it works with.
  for (NodeRef iommu{NodeKind::kIommu, 0}; iommu.index < platform.iommus.size(); ++iommu.index) {
    const NodeRef socket = platform.Above(iommu, NodeKind::kMemory);
    if (HasCpus(platform, socket)) continue;
    context.Add(PathOfNode(platform.NameOf(iommu)), "",
                "stands on a socket without CPUs: what those of another submit to its devices, and its interrupts, "
                "would cross the socket link, which is not modelled",
                "a fabric link from " + platform.host.name + " to " + platform.NameOf(socket));
  }
}

void PlaceTables(const siovsim::Platform& message, ResolvedPlatform* platform) {
  platform->host.config.driver.memory_home = platform->SocketOf({NodeKind::kHost, 0});
  for (NodeRef node{NodeKind::kIommu, 0}; node.index < platform->iommus.size(); ++node.index) {
    ResolvedIommu& iommu = platform->iommus[node.index];
    iommu.tables_home = TablesHome(message, *platform, node);
    iommu.pri_queue.tables_home = iommu.tables_home;
    iommu.invalidation_queue.tables_home = iommu.tables_home;
    iommu.fault_recording.tables_home = iommu.tables_home;
    InterruptRemapperConfig& remapper = iommu.interrupt_remapper;
    remapper.table_address =
        memory_map::BaseOf(iommu.tables_home) + kInterruptTables + node.index * kInterruptTableStride;
    remapper.descriptor_address = remapper.table_address + kDescriptorOffset;
  }
  for (NodeRef node{NodeKind::kEndpoint, 0}; node.index < platform->endpoints.size(); ++node.index) {
    platform->endpoints[node.index].ims.table_address =
        memory_map::BaseOf(platform->IommuOf(node).tables_home) + kImsTables + node.index * kImsTableStride;
  }
}

}  // namespace siov
