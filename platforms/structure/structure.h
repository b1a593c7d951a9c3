// SPDX-License-Identifier: Apache-2.0
// Is this collection of nodes and links a platform? Structure checks on names and kinds alone, before any parameter is
// looked at: arity of every kind, legal ends of every link, the PCIe hierarchy a tree, everything connected to host
// memory, every endpoint behind exactly one root port and one IOMMU.
//
// It does not model switches: a PCIe link joins a root port and an endpoint.
#ifndef SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_
#define SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace siov {

enum class NodeKind { kHost, kMemory, kIommu, kRootPort, kEndpoint };
enum class LinkKind { kPcie, kFabric };

const char* NodeKindName(NodeKind kind);  // as the schema spells it: "root_port"

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

// Every fault; an empty list means that the lookups below have an answer for every node.
std::vector<StructureFault> CheckStructure(const Structure& structure);

// REQUIRES a structure without faults.
std::size_t RootPortOf(const Structure& structure, std::size_t endpoint);      // node index
std::size_t LinkAbove(const Structure& structure, std::size_t endpoint);       // link index
std::size_t IommuOf(const Structure& structure, std::size_t root_port);        // node index
std::size_t FabricToIommu(const Structure& structure, std::size_t root_port);  // link index

}  // namespace siov

#endif  // SIOV_PLATFORMS_STRUCTURE_STRUCTURE_H_
