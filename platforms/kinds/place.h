// SPDX-License-Identifier: Apache-2.0
// A node of a resolved platform, or a block in one: whose parameters a row of the registry reads.
#ifndef SIOV_PLATFORMS_KINDS_PLACE_H_
#define SIOV_PLATFORMS_KINDS_PLACE_H_

#include <string>

#include "platforms/resolve/resolved.h"

namespace siov {

struct Place {
  const ResolvedPlatform& platform;
  const ResolvedExperiment* experiment = nullptr;  // null: the platform is looked at by itself
  NodeRef node;
  std::string path = {};  // of the block: "dsa0.atc"

  // REQUIRES a node of that kind.
  const ResolvedMemory& memory() const { return platform.memories[node.index]; }
  const ResolvedSocketLink& socket_link() const { return platform.socket_links[node.index]; }
  const ResolvedIommu& iommu() const { return platform.iommus[node.index]; }
  const ResolvedRootPort& root_port() const { return platform.root_ports[node.index]; }
  const ResolvedSwitch& pcie_switch() const { return platform.switches[node.index]; }
  const ResolvedEndpoint& endpoint() const { return platform.endpoints[node.index]; }
  const ResolvedLink& link_above() const { return platform.LinkAbove(node); }
  const std::string& node_name() const { return platform.NameOf(node); }
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_PLACE_H_
