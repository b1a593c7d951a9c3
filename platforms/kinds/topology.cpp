// SPDX-License-Identifier: Apache-2.0
#include "platforms/kinds/topology.h"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <stdexcept>

namespace siov {
namespace {

// Whence each vertex was reached first, breadth first: the shortest ways from `from`. Unreached ones lead to
// themselves.
template <class Graph>
std::vector<std::size_t> Predecessors(const Graph& graph, std::size_t from) {
  std::vector<std::size_t> before(boost::num_vertices(graph));
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = i;
  boost::breadth_first_search(
      graph, from,
      boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(before.data(), boost::on_tree_edge()))));
  return before;
}

template <class Graph>
std::vector<std::size_t> ShortestWay(const Graph& graph, std::size_t from, std::size_t to) {
  const std::vector<std::size_t> before = Predecessors(graph, from);
  std::vector<std::size_t> way = {to};
  while (way.back() != from) {
    const std::size_t last = way.back();
    if (before[last] == last) throw std::logic_error("topology: there is no way between two places of the platform");
    way.push_back(before[last]);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace

Topology::Topology(const ResolvedPlatform& platform, const ResolvedExperiment* experiment)
    : platform_(platform), experiment_(experiment) {
  for (const NodeKind kind : AllNodeKinds()) {
    for (const NodeRef node : NodesOf(kind)) AddNode(node);
  }
  AddLinks();
  for (const NodeRef node : AllNodes()) {
    FindNearest(node);
    AddBlocks(node);
  }
  for (const NodeRef node : AllNodes()) {
    for (const Bind& bind : CompositeOf(At(node)).binds) Connect(bind, node, node);
  }
  for (const Join& join : Joins()) Apply(join);
}

std::vector<NodeRef> Topology::NodesOf(NodeKind kind) const {
  std::vector<NodeRef> nodes;
  for (std::size_t i = 0; i < platform_.CountOf(kind); ++i) nodes.push_back({kind, i});
  return nodes;
}

std::vector<NodeRef> Topology::AllNodes() const {
  std::vector<NodeRef> all;
  for (auto [node, end] = boost::vertices(nodes_); node != end; ++node) all.push_back(nodes_[*node]);
  return all;
}

void Topology::AddNode(NodeRef node) { vertices_[node] = boost::add_vertex(node, nodes_); }

void Topology::AddLinks() {
  for (const ResolvedLink& link : platform_.links) {
    boost::add_edge(vertices_.at(link.below), vertices_.at(link.above), nodes_);
    next_below_.insert({link.below, link.above});
  }
}

void Topology::AddBlocks(NodeRef node) {
  const Place place = At(node);
  std::vector<Block>& blocks = node_blocks_[node];
  for (const Part& part : CompositeOf(place).parts) {
    if (part.present != nullptr && !part.present(place)) continue;
    const std::string path = part.path != nullptr ? part.path(place) : place.node_name() + "." + part.name;
    const Block block = boost::add_vertex(BlockVertex{path, part.name, &KindNamed(part.kind), node}, blocks_);
    blocks.push_back(block);
    parts_[{node, part.name}] = block;
    paths_[path] = block;
  }
}

void Topology::Apply(const Join& join) {
  for (const NodeRef below : NodesOf(join.below)) {
    if (join.reach == Join::Reach::kNearest) {
      const NodeRef above = Nearest(below, join.above);
      for (const Bind& bind : join.binds) Connect(bind, below, above);
      continue;
    }
    for (const NodeRef above : NodesOf(join.above)) {
      if (!IsNextBelow(below, above)) continue;
      for (const Bind& bind : join.binds) Connect(bind, below, above);
    }
  }
}

void Topology::Connect(const Bind& bind, NodeRef below, NodeRef above) {
  if (bind.present != nullptr && !bind.present(At(below))) return;
  End from{};
  End to{};
  if (!FindEnd(bind.from, below, above, &from) || !FindEnd(bind.to, below, above, &to)) return;
  const bool taken = from.port->count == Port::Count::kOne && Bound(from.block, from.port->name) != 0;
  if (taken) return;
  const Binding binding{from.port, to.port, TakeSocket(from, blocks_[to.block].node),
                        TakeSocket(to, blocks_[from.block].node)};
  boost::add_edge(from.block, to.block, binding, blocks_);
}

// False: the part is not there.
bool Topology::FindEnd(std::string text, NodeRef below, NodeRef above, End* end) const {
  const bool is_above = text.front() == '^';
  if (is_above) text.erase(0, 1);
  const std::size_t dot = text.find('.');
  const Block* const block = FindPart(is_above ? above : below, text.substr(0, dot));
  if (block == nullptr) return false;
  const Port* const port = blocks_[*block].kind->FindPort(text.substr(dot + 1));
  if (port == nullptr) {
    throw std::logic_error("topology: a block of kind " + std::string(blocks_[*block].kind->name) +
                           " has no such port: " + text);
  }
  *end = {*block, port};
  return true;
}

const Topology::Block* Topology::FindPart(NodeRef node, const std::string& part) const {
  const auto found = parts_.find({node, part});
  return found == parts_.end() ? nullptr : &found->second;
}

std::string Topology::TakeSocket(const End& end, NodeRef peer) {
  const std::uint32_t number = bound_[{end.block, end.port->name}]++;
  switch (end.port->count) {
    case Port::Count::kOne:
      break;
    case Port::Count::kEach:
      return end.port->name + ("_" + std::to_string(number));
    case Port::Count::kByPeer:
      return end.port->name + ("_" + std::to_string(peer.index));
  }
  return end.port->name;
}

std::vector<NodeRef> Topology::Way(NodeRef from, NodeRef to) const {
  std::vector<NodeRef> way;
  for (const Node node : ShortestWay(nodes_, vertices_.at(from), vertices_.at(to))) way.push_back(nodes_[node]);
  return way;
}

NodeRef Topology::SocketLinkBetween(NodeRef memory, NodeRef other) const {
  for (const NodeRef link : NodesOf(NodeKind::kSocketLink)) {
    if (IsNextBelow(link, memory) && IsNextBelow(link, other)) return link;
  }
  throw std::logic_error("topology: two sockets have no link");
}

// Breadth first: the first node of a kind that is met is the nearest.
void Topology::FindNearest(NodeRef from) {
  std::vector<std::size_t> hops(boost::num_vertices(nodes_));
  boost::breadth_first_search(
      nodes_, vertices_.at(from),
      boost::visitor(boost::make_bfs_visitor(boost::record_distances(hops.data(), boost::on_tree_edge()))));
  for (const NodeKind kind : AllNodeKinds()) {
    const std::vector<NodeRef> nodes = NodesOf(kind);
    const auto nearest = std::min_element(nodes.begin(), nodes.end(), [&](NodeRef a, NodeRef b) {
      return hops[vertices_.at(a)] < hops[vertices_.at(b)];
    });
    if (nearest != nodes.end()) nearest_[{from, kind}] = *nearest;
  }
}

Topology::Block Topology::BlockOf(NodeRef node, const std::string& part) const {
  if (const Block* block = FindPart(node, part)) return *block;
  throw std::logic_error("topology: " + At(node).node_name() + " has no part " + part);
}

const BlockKind* Topology::KindAt(const std::string& path) const {
  const auto found = paths_.find(path);
  return found == paths_.end() ? nullptr : blocks_[found->second].kind;
}

std::uint32_t Topology::Bound(Block block, const std::string& port) const {
  const auto found = bound_.find({block, port});
  return found == bound_.end() ? 0 : found->second;
}

std::vector<Topology::Block> Topology::Route(Block from, Block to) const { return ShortestWay(blocks_, from, to); }

}  // namespace siov
