// SPDX-License-Identifier: Apache-2.0
// Is this collection of nodes and links a platform? Structure checks on names and kinds alone, before any parameter is
// looked at: arity of every kind, legal ends of every link, the PCIe hierarchy a tree, everything connected to host
// memory, every endpoint behind exactly one root port, below any number of switches, and one IOMMU. A socket of the
// host is one memory and all whose links lead there; any two sockets are joined by a link.
#ifndef SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_
#define SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_

#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

namespace siov {

// A socket link is one of the links of a file, and a node of the platform that is built from it.
enum class NodeKind { kHost, kMemory, kIommu, kRootPort, kSwitch, kEndpoint, kSocketLink };
enum class LinkKind { kPcie, kOnDie, kFabric, kSocket };

// Links of the tree of devices below a root complex.
inline bool IsDeviceLink(LinkKind kind) { return kind == LinkKind::kPcie || kind == LinkKind::kOnDie; }

const char* NodeKindName(NodeKind kind);  // as the schema spells it: "root_port"
const std::vector<NodeKind>& AllNodeKinds();

// Which node: the index among those of its kind.
struct NodeRef {
  NodeKind kind = NodeKind::kHost;
  std::size_t index = 0;
  bool operator==(const NodeRef& other) const { return kind == other.kind && index == other.index; }
  bool operator<(const NodeRef& other) const { return std::tie(kind, index) < std::tie(other.kind, other.index); }
};

struct StructureNode {
  std::string name;
  NodeKind kind;
};

struct StructureLink {
  std::string name;
  std::size_t a;  // indices of nodes
  std::size_t b;
  LinkKind kind;
};

struct Structure {
  std::vector<StructureNode> nodes;
  std::vector<StructureLink> links;
};

struct StructureFault {
  enum class About { kPlatform, kNode, kLink };
  About about;
  std::size_t index;  // of the node or link
  std::string message;
};

// Every fault; an empty list means that the links make trees whose roots are the memories, and join those.
std::vector<StructureFault> CheckStructure(const Structure& structure);

// The ends of a link by their places in that tree.
struct LinkEnds {
  std::size_t below;  // indices of nodes
  std::size_t above;
};
// REQUIRES a link without faults.
LinkEnds EndsOf(const Structure& structure, const StructureLink& link);

}  // namespace siov

#endif  // SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_
