// SPDX-License-Identifier: Apache-2.0
// A node of a resolved platform, or a block in one: whose parameters a row of the registry reads.
#ifndef SIOV_PLATFORMS_KINDS_PLACE_H_
#define SIOV_PLATFORMS_KINDS_PLACE_H_

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "platforms/resolve/resolved.h"
#include "platforms/structure/structure.h"

namespace siov {

// Which node: the index among those of its kind.
struct NodeRef {
  NodeKind kind = NodeKind::kHost;
  std::size_t index = 0;
  bool operator==(const NodeRef& other) const { return kind == other.kind && index == other.index; }
  bool operator<(const NodeRef& other) const { return std::tie(kind, index) < std::tie(other.kind, other.index); }
};

struct Place {
  const ResolvedPlatform& platform;
  const ResolvedExperiment* experiment = nullptr;  // null: the platform is looked at by itself
  NodeRef node;
  std::string path = {};  // of the block: "dsa0.atc"

  // REQUIRES a node of that kind.
  const ResolvedIommu& iommu() const { return platform.iommus[node.index]; }
  const ResolvedRootPort& root_port() const { return platform.root_ports[node.index]; }
  const ResolvedEndpoint& endpoint() const { return platform.endpoints[node.index]; }
  const std::string& node_name() const {
    switch (node.kind) {
      case NodeKind::kHost:
        return platform.host.name;
      case NodeKind::kMemory:
        return platform.memory.name;
      case NodeKind::kIommu:
        return iommu().name;
      case NodeKind::kRootPort:
        return root_port().name;
      case NodeKind::kEndpoint:
        break;
    }
    return endpoint().name;
  }
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_PLACE_H_
