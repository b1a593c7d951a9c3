// SPDX-License-Identifier: Apache-2.0
// One function per block: configuration message to the block's plain parameters, units converted, validated.
// Faults are reported through the context; the structs are filled in any case, so that later checks can go on.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_BLOCKS_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_BLOCKS_H_

#include <string>

#include "configs/schema/platform.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// `node` is the canonical path of the node, "nodes[name=dsa0]"; `clock` the name of its clock, possibly empty.
struct NodeScope {
  const ResolveContext& context;
  std::string node;
  std::string clock;
};

// Reads a block's message; `inner`: its place below the node, "iommu.iotlb".
inline BlockReader Reader(const NodeScope& scope, const google::protobuf::Message& message, const std::string& inner) {
  return BlockReader(scope.context, message, scope.node + "." + inner, scope.clock);
}

HostConfig ResolveHost(const NodeScope& scope, const siovsim::Host& host);
SocketLinkConfig ResolveSocketLink(const ResolveContext& context, const std::string& path, const siovsim::Link& link);
MemoryConfig ResolveMemory(const NodeScope& scope, const siovsim::Memory& memory);
// Everything but its name.
ResolvedMemory ResolveOutsideMemory(const NodeScope& scope, const siovsim::OutsideMemory& memory);
ResolvedIommu ResolveIommu(const NodeScope& scope, const siovsim::Iommu& iommu);
PageWalkerConfig ResolvePageWalker(const NodeScope& scope, const siovsim::PageWalker& walker);
SwitchConfig ResolveSwitch(const NodeScope& scope, const siovsim::PcieSwitch& pcie_switch);
RootPortConfig ResolveRootPort(const NodeScope& scope, const siovsim::RootPort& root_port);
DriverConfig ResolveDriver(const NodeScope& scope, const siovsim::Driver& driver, std::uint32_t cpus);
InvalidationQueueConfig ResolveInvalidationQueue(const NodeScope& scope, const siovsim::InvalidationQueue& queue,
                                                 IommuProfile profile);
AtcConfig ResolveAtc(const NodeScope& scope, const siovsim::Atc& atc);
DevicePortConfig ResolveDevicePort(const NodeScope& scope, const siovsim::DevicePort& port, const std::string& inner);
ResolvedEndpoint ResolveOutsideEndpoint(const NodeScope& scope, const siovsim::OutsideEndpoint& endpoint);
// Everything of an endpoint but its link.
ResolvedEndpoint ResolveEndpoint(const NodeScope& scope, const siovsim::Endpoint& endpoint);
LinkConfig ResolveLink(const ResolveContext& context, const std::string& path, const siovsim::Link& link);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_BLOCKS_H_
