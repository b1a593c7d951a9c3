// SPDX-License-Identifier: Apache-2.0
#include "platforms/structure/structure.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "platforms/config/nearest_name.h"

namespace siov {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
using About = StructureFault::About;

constexpr NodeKind kKinds[] = {NodeKind::kHost, NodeKind::kMemory, NodeKind::kIommu, NodeKind::kRootPort,
                               NodeKind::kEndpoint};

bool Joins(const Structure& structure, const StructureLink& link, NodeKind one, NodeKind other) {
  const NodeKind a = structure.nodes[link.a].kind;
  const NodeKind b = structure.nodes[link.b].kind;
  return (a == one && b == other) || (a == other && b == one);
}

bool IsLegalFabric(const Structure& structure, const StructureLink& link) {
  return Joins(structure, link, NodeKind::kRootPort, NodeKind::kIommu) ||
         Joins(structure, link, NodeKind::kIommu, NodeKind::kMemory) ||
         Joins(structure, link, NodeKind::kHost, NodeKind::kMemory);
}

class StructureChecker {
 public:
  explicit StructureChecker(const Structure& structure) : structure_(structure) {}

  std::vector<StructureFault> Check() {
    if (TooLarge()) return std::move(faults_);
    CheckKinds();
    CheckLinkEnds();
    CheckTree();
    CheckArity();
    CheckReach();
    return std::move(faults_);
  }

 private:
  void Add(About about, std::size_t index, std::string message) {
    faults_.push_back({about, index, std::move(message)});
  }

  // What cannot be built is not looked at link by link.
  bool TooLarge() {
    constexpr std::size_t kMost = 256;  // packets remember their root port in eight bits
    for (const NodeKind kind : {NodeKind::kRootPort, NodeKind::kIommu, NodeKind::kEndpoint}) {
      const auto count = std::count_if(structure_.nodes.begin(), structure_.nodes.end(),
                                       [kind](const StructureNode& node) { return node.kind == kind; });
      if (static_cast<std::size_t>(count) <= kMost) continue;
      Add(About::kPlatform, 0,
          "platform has " + std::to_string(count) + " nodes of kind " + NodeKindName(kind) + "; at most " +
              std::to_string(kMost) + " are modelled");
    }
    return !faults_.empty();
  }

  void CheckKinds() {
    for (const NodeKind kind : kKinds) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
        if (structure_.nodes[i].kind != kind) {
          continue;
        }
        ++count;
        if (count > 1 && (kind == NodeKind::kHost || kind == NodeKind::kMemory)) {
          Add(About::kNode, i,
              std::string("platform has a ") + NodeKindName(kind) + " already; exactly one is modelled");
        }
      }
      if (count == 0) {
        Add(About::kPlatform, 0, std::string("platform has no ") + NodeKindName(kind));
      }
    }
  }

  void CheckLinkEnds() {
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (std::size_t i = 0; i < structure_.links.size(); ++i) {
      const StructureLink& link = structure_.links[i];
      const std::string a = NodeKindName(structure_.nodes[link.a].kind);
      const std::string b = NodeKindName(structure_.nodes[link.b].kind);
      if (link.kind == LinkKind::kPcie && (a != "root_port" || b != "endpoint")) {
        Add(About::kLink, i,
            "joins " + WithArticle(a) + " to " + WithArticle(b) +
                "; a pcie link must go from a root_port (a) to an endpoint (b)");
      }
      if (link.kind == LinkKind::kFabric && !IsLegalFabric(structure_, link)) {
        Add(About::kLink, i,
            "joins " + WithArticle(a) + " and " + WithArticle(b) +
                "; a fabric link must join a root_port and an iommu, an iommu and the memory, or the "
                "host and the memory");
      }
      if (!seen.insert(std::minmax(link.a, link.b)).second) {
        Add(About::kLink, i, "joins two nodes that another link joins already");
      }
    }
  }

  // All root ports belong to one root complex, so a device below two of them closes a loop through it.
  void CheckTree() {
    const std::size_t complex = structure_.nodes.size();
    std::vector<std::size_t> rank(complex + 1);
    std::vector<std::size_t> parent(complex + 1);
    boost::disjoint_sets<std::size_t*, std::size_t*> trees(rank.data(), parent.data());
    for (std::size_t i = 0; i <= complex; ++i) {
      trees.make_set(i);
    }
    for (std::size_t i = 0; i < complex; ++i) {
      if (structure_.nodes[i].kind == NodeKind::kRootPort) {
        trees.union_set(i, complex);
      }
    }
    for (std::size_t i = 0; i < structure_.links.size(); ++i) {
      const StructureLink& link = structure_.links[i];
      if (link.kind != LinkKind::kPcie) {
        continue;
      }
      if (trees.find_set(link.a) == trees.find_set(link.b)) {
        Add(About::kLink, i, "closes a loop; a PCIe hierarchy must be a tree");
      }
      trees.union_set(link.a, link.b);
    }
  }

  void CheckArity() {
    for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
      switch (structure_.nodes[i].kind) {
        case NodeKind::kEndpoint:
          CheckPeers(i, LinkKind::kPcie, NodeKind::kRootPort);
          break;
        case NodeKind::kRootPort:
          CheckPeers(i, LinkKind::kPcie, NodeKind::kEndpoint);
          CheckPeers(i, LinkKind::kFabric, NodeKind::kIommu);
          break;
        case NodeKind::kIommu:
        case NodeKind::kHost:
          CheckPeers(i, LinkKind::kFabric, NodeKind::kMemory);
          break;
        case NodeKind::kMemory:
          break;
      }
    }
  }

  void CheckPeers(std::size_t node, LinkKind link_kind, NodeKind peer_kind) {
    std::size_t count = 0;
    for (const StructureLink& link : structure_.links) {
      const bool touches = link.kind == link_kind && (link.a == node || link.b == node);
      const std::size_t peer = link.a == node ? link.b : link.a;
      if (touches && structure_.nodes[peer].kind == peer_kind) {
        ++count;
      }
    }
    if (count != 1) {
      const std::string link_name = link_kind == LinkKind::kPcie ? "pcie" : "fabric";
      Add(About::kNode, node,
          "must have exactly one " + link_name + " link to " + WithArticle(NodeKindName(peer_kind)) + ", and has " +
              std::to_string(count));
    }
  }

  void CheckReach() {
    Graph graph(structure_.nodes.size());
    std::size_t memory = structure_.nodes.size();
    for (const StructureLink& link : structure_.links) {
      boost::add_edge(link.a, link.b, graph);
    }
    for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
      if (structure_.nodes[i].kind == NodeKind::kMemory) {
        memory = std::min(memory, i);
      }
    }
    if (memory == structure_.nodes.size()) {
      return;
    }
    std::vector<std::size_t> component(structure_.nodes.size());
    boost::connected_components(graph, component.data());
    for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
      if (component[i] != component[memory]) {
        Add(About::kNode, i, "cannot reach memory \"" + structure_.nodes[memory].name + "\" over any links");
      }
    }
  }

  const Structure& structure_;
  std::vector<StructureFault> faults_;
};

std::size_t FindLink(const Structure& structure, std::size_t node, LinkKind kind, NodeKind peer_kind) {
  for (std::size_t i = 0; i < structure.links.size(); ++i) {
    const StructureLink& link = structure.links[i];
    const std::size_t peer = link.a == node ? link.b : link.a;
    if (link.kind == kind && (link.a == node || link.b == node) && structure.nodes[peer].kind == peer_kind) {
      return i;
    }
  }
  throw std::logic_error("structure: node " + structure.nodes[node].name + " lacks a link; was it checked?");
}

std::size_t OtherEnd(const StructureLink& link, std::size_t node) { return link.a == node ? link.b : link.a; }

}  // namespace

const char* NodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kHost:
      return "host";
    case NodeKind::kMemory:
      return "memory";
    case NodeKind::kIommu:
      return "iommu";
    case NodeKind::kRootPort:
      return "root_port";
    case NodeKind::kEndpoint:
      return "endpoint";
  }
  return "node";
}

std::vector<StructureFault> CheckStructure(const Structure& structure) { return StructureChecker(structure).Check(); }

std::size_t LinkAbove(const Structure& structure, std::size_t endpoint) {
  return FindLink(structure, endpoint, LinkKind::kPcie, NodeKind::kRootPort);
}

std::size_t RootPortOf(const Structure& structure, std::size_t endpoint) {
  return OtherEnd(structure.links[LinkAbove(structure, endpoint)], endpoint);
}

std::size_t FabricToIommu(const Structure& structure, std::size_t root_port) {
  return FindLink(structure, root_port, LinkKind::kFabric, NodeKind::kIommu);
}

std::size_t IommuOf(const Structure& structure, std::size_t root_port) {
  return OtherEnd(structure.links[FabricToIommu(structure, root_port)], root_port);
}

}  // namespace siov
