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
#include "platforms/structure/structure_rules.h"

namespace siov {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
using About = StructureFault::About;

class StructureChecker {
 public:
  explicit StructureChecker(const Structure& structure) : structure_(structure) {}

  std::vector<StructureFault> Check() {
    if (TooLarge()) return std::move(faults_);
    CheckKinds();
    CheckNames();
    CheckLinkEnds();
    CheckTree();
    CheckArity();
    CheckSockets();
    CheckReach();
    return std::move(faults_);
  }

 private:
  void Add(About about, std::size_t index, std::string message) {
    faults_.push_back({about, index, std::move(message)});
  }

  // What cannot be built is not looked at link by link.
  bool TooLarge() {
    constexpr std::size_t kMost = 256;         // packets remember their root port in eight bits
    constexpr std::size_t kMostMemories = 16;  // four bits of an address
    for (const NodeKind kind :
         {NodeKind::kMemory, NodeKind::kRootPort, NodeKind::kIommu, NodeKind::kSwitch, NodeKind::kEndpoint}) {
      const auto count = std::count_if(structure_.nodes.begin(), structure_.nodes.end(),
                                       [kind](const StructureNode& node) { return node.kind == kind; });
      const std::size_t most = kind == NodeKind::kMemory ? kMostMemories : kMost;
      if (static_cast<std::size_t>(count) <= most) continue;
      Add(About::kPlatform, 0,
          "platform has " + std::to_string(count) + " nodes of kind " + NodeKindName(kind) + "; at most " +
              std::to_string(most) + " are modelled");
    }
    return !faults_.empty();
  }

  void CheckKinds() {
    for (const NodeRule& rule : NodeRules()) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
        if (structure_.nodes[i].kind != rule.kind) continue;
        ++count;
        if (count > 1 && rule.how_many == HowMany::kOne) {
          Add(About::kNode, i, std::string("platform has a ") + rule.name + " already; exactly one is modelled");
        }
      }
      if (count == 0 && rule.how_many != HowMany::kAny)
        Add(About::kPlatform, 0, std::string("platform has no ") + rule.name);
    }
  }

  // Nodes, links of devices and the workload are blocks of one platform, and told apart by name in every result.
  void CheckNames() {
    std::set<std::string> taken = {"software", "traffic"};
    for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
      const std::string& name = structure_.nodes[i].name;
      if (!taken.insert(name).second) Add(About::kNode, i, "is named as the workload's own blocks are");
    }
    for (std::size_t i = 0; i < structure_.links.size(); ++i) {
      const StructureLink& link = structure_.links[i];
      if (link.kind == LinkKind::kFabric || taken.count(link.name) == 0) continue;
      Add(About::kLink, i,
          std::string("has the name of a node, or of the workload's own blocks; ") +
              WithArticle(RuleOf(link.kind).name) + " link needs one of its own");
    }
  }

  void CheckLinkEnds() {
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (std::size_t i = 0; i < structure_.links.size(); ++i) {
      const StructureLink& link = structure_.links[i];
      const LinkRule& rule = RuleOf(link.kind);
      const NodeKind a = structure_.nodes[link.a].kind;
      const NodeKind b = structure_.nodes[link.b].kind;
      if (!MayJoin(rule, a, b)) {
        Add(About::kLink, i,
            "joins " + WithArticle(NodeKindName(a)) + rule.joint + WithArticle(NodeKindName(b)) + "; " + rule.sentence);
      }
      if (link.a == link.b) {
        Add(About::kLink, i, "joins " + structure_.nodes[link.a].name + " to itself");
      } else if (!seen.insert(std::minmax(link.a, link.b)).second) {
        Add(About::kLink, i, "joins two nodes that another link joins already");
      }
    }
  }

  // All root ports belong to one root complex, so what is below two of them closes a loop through it.
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
      if (!IsDeviceLink(link.kind)) {
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
      for (const Need& need : RuleOf(structure_.nodes[i].kind).needs) CheckPeers(i, need);
    }
  }

  void CheckPeers(std::size_t node, const Need& need) {
    const bool directed = RuleOf(need.links.front()).directed;
    std::size_t count = 0;
    for (const StructureLink& link : structure_.links) {
      if (std::count(need.links.begin(), need.links.end(), link.kind) == 0) continue;
      if (link.a != node && link.b != node) continue;
      if (directed && (link.a == node) != need.below) continue;
      const NodeKind peer = structure_.nodes[link.a == node ? link.b : link.a].kind;
      if (std::find(need.peers.begin(), need.peers.end(), peer) != need.peers.end()) ++count;
    }
    if (count != 0 && (!need.once || count == 1)) return;
    std::string peers;
    std::string links;
    for (const LinkKind kind : need.links) links += (links.empty() ? "" : " or ") + std::string(RuleOf(kind).name);
    for (const NodeKind peer : need.peers) peers += (peers.empty() ? "" : " or ") + WithArticle(NodeKindName(peer));
    Add(About::kNode, node,
        std::string("must have ") + (need.once ? "exactly one " : "at least one ") + links + " link to " + peers +
            (directed ? need.below ? " below it" : " above it" : "") + ", and has " + std::to_string(count));
  }

  // Nobody passes on what is for a third socket.
  void CheckSockets() {
    std::set<std::pair<std::size_t, std::size_t>> joined;
    for (const StructureLink& link : structure_.links) {
      if (link.kind == LinkKind::kSocket) joined.insert(std::minmax(link.a, link.b));
    }
    const auto is_memory = [this](std::size_t node) { return structure_.nodes[node].kind == NodeKind::kMemory; };
    for (std::size_t b = 0; b < structure_.nodes.size(); ++b) {
      for (std::size_t a = 0; a < b; ++a) {
        if (!is_memory(a) || !is_memory(b) || joined.count({a, b}) != 0) continue;
        Add(About::kNode, b,
            "has no socket link to memory \"" + structure_.nodes[a].name + "\"; every two sockets need one");
      }
    }
  }

  // The trees of all sockets, which CheckSockets() looks after, count as joined.
  void CheckReach() {
    Graph graph(structure_.nodes.size());
    std::size_t memory = structure_.nodes.size();
    for (const StructureLink& link : structure_.links) {
      boost::add_edge(link.a, link.b, graph);
    }
    for (std::size_t i = 0; i < structure_.nodes.size(); ++i) {
      if (structure_.nodes[i].kind != NodeKind::kMemory) continue;
      if (memory < i) boost::add_edge(memory, i, graph);
      memory = std::min(memory, i);
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

}  // namespace

const char* NodeKindName(NodeKind kind) { return RuleOf(kind).name; }

const std::vector<NodeKind>& AllNodeKinds() {
  static const std::vector<NodeKind> kinds = [] {
    std::vector<NodeKind> all;
    for (const NodeRule& rule : NodeRules()) all.push_back(rule.kind);
    return all;
  }();
  return kinds;
}

std::vector<StructureFault> CheckStructure(const Structure& structure) { return StructureChecker(structure).Check(); }

LinkEnds EndsOf(const Structure& structure, const StructureLink& link) {
  const LinkRule& rule = RuleOf(link.kind);
  if (rule.directed) return {link.b, link.a};
  const bool as_written = IsBelow(rule, structure.nodes[link.a].kind, structure.nodes[link.b].kind);
  return as_written ? LinkEnds{link.a, link.b} : LinkEnds{link.b, link.a};
}

}  // namespace siov
