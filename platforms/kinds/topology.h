// SPDX-License-Identifier: Apache-2.0
// A resolved platform as two graphs (Boost.Graph): its nodes, joined as its links join them, and the blocks the nodes
// are made of, joined as their sockets are bound. What is built, analysed and drawn is read from here; nothing else
// states who is connected to whom.
#ifndef SIOV_PLATFORMS_KINDS_TOPOLOGY_H_
#define SIOV_PLATFORMS_KINDS_TOPOLOGY_H_

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/composites.h"

namespace siov {

struct BlockVertex {
  std::string path;
  const char* part;  // of its node
  const BlockKind* kind;
  NodeRef node;
};

// From an initiator to a target.
struct Binding {
  const Port* from;
  const Port* to;
  std::string from_socket;  // "to_port_3"
  std::string to_socket;
};

class Topology {
 public:
  using Blocks = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, BlockVertex, Binding>;
  using Nodes = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, NodeRef>;
  using Block = Blocks::vertex_descriptor;

  // Without an experiment: of the platform alone, without a workload. Both must outlive the topology. REQUIRES a
  // platform that is wired.
  explicit Topology(const ResolvedPlatform& platform, const ResolvedExperiment* experiment = nullptr);

  const ResolvedPlatform& platform() const { return platform_; }
  const Blocks& blocks() const { return blocks_; }
  // By kind, host and memory first; within one in the order of their names.
  std::vector<NodeRef> AllNodes() const;
  std::vector<NodeRef> NodesOf(NodeKind kind) const;
  Place At(NodeRef node) const { return {platform_, experiment_, node}; }
  Place At(Block block) const { return {platform_, experiment_, blocks_[block].node, blocks_[block].path}; }

  // The nodes on the shortest way, both ends included.
  std::vector<NodeRef> Way(NodeRef from, NodeRef to) const;
  // The nearest node of a kind.
  NodeRef Nearest(NodeRef from, NodeKind kind) const { return nearest_.at({from, kind}); }
  // A link joins them.
  bool IsNextBelow(NodeRef below, NodeRef above) const { return next_below_.count({below, above}) != 0; }
  // That joins the memories of two sockets.
  NodeRef SocketLinkBetween(NodeRef memory, NodeRef other) const;

  // Blocks of a node, in the order of its parts.
  const std::vector<Block>& BlocksOf(NodeRef node) const { return node_blocks_.at(node); }
  // REQUIRES that there is one.
  Block BlockOf(NodeRef node, const std::string& part) const;
  bool HasPart(NodeRef node, const std::string& part) const { return FindPart(node, part) != nullptr; }
  // Null: no block of the registry has that path.
  const BlockKind* KindAt(const std::string& path) const;
  // How many of the sockets of that name are bound.
  std::uint32_t Bound(Block block, const std::string& port) const;
  // The blocks a request passes, both ends included, over as few others as can be.
  std::vector<Block> Route(Block from, Block to) const;

 private:
  using Node = Nodes::vertex_descriptor;
  struct End {
    Block block;
    const Port* port;
  };

  void AddNode(NodeRef node);
  void AddLinks();
  void FindNearest(NodeRef from);
  void AddBlocks(NodeRef node);
  void Apply(const Join& join);
  void Connect(const Bind& bind, NodeRef below, NodeRef above);
  bool FindEnd(std::string text, NodeRef below, NodeRef above, End* end) const;
  const Block* FindPart(NodeRef node, const std::string& part) const;
  std::string TakeSocket(const End& end, NodeRef peer);

  const ResolvedPlatform& platform_;
  const ResolvedExperiment* experiment_;
  Nodes nodes_;
  std::map<NodeRef, Node> vertices_;
  std::set<std::pair<NodeRef, NodeRef>> next_below_;
  Blocks blocks_;
  std::map<std::pair<NodeRef, std::string>, Block> parts_;
  std::map<NodeRef, std::vector<Block>> node_blocks_;
  std::map<std::pair<NodeRef, NodeKind>, NodeRef> nearest_;
  std::map<std::string, Block> paths_;
  std::map<std::pair<Block, std::string>, std::uint32_t> bound_;  // sockets taken of a port
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_TOPOLOGY_H_
