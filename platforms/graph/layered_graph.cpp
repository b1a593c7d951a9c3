// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/layered_graph.h"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/topological_sort.hpp>
#include <optional>
#include <stdexcept>

namespace siov {

Picoseconds ZeroLoadPath::InStage(Stage stage) const {
  Picoseconds sum = 0;
  for (const Hop& hop : hops) {
    sum += hop.stage == stage ? hop.latency_ps : 0;
  }
  return sum;
}

LayeredGraph::Moment LayeredGraph::After(Moment from, const Hop& hop) {
  const Moment to = Start();
  Connect(from, to, hop);
  return to;
}

void LayeredGraph::Connect(Moment from, Moment to, const Hop& hop) {
  boost::add_edge(from, to, Edge{hop, hop.latency_ps}, graph_);
}

LayeredGraph::Moment LayeredGraph::Join(Moment at, Moment other, const Hop& hop) {
  const Moment joined = After(at, {hop.place, hop.stage, 0});
  Connect(other, joined, hop);
  return joined;
}

namespace {

// Follows the chosen edge into each vertex back from `to`.
template <class Graph, class EdgeInto>
ZeroLoadPath Backtrack(const Graph& graph, std::size_t from, std::size_t to, const EdgeInto& edge_into) {
  ZeroLoadPath path;
  for (std::size_t at = to; at != from;) {
    const auto edge = edge_into(at);
    if (!edge.has_value()) {
      throw std::logic_error("graph: the end of a path cannot be reached from its start");
    }
    const Hop& hop = graph[*edge].hop;
    if (hop.latency_ps > 0) {
      path.hops.push_back(hop);
    }
    path.total_ps += hop.latency_ps;
    at = boost::source(*edge, graph);
  }
  std::reverse(path.hops.begin(), path.hops.end());
  return path;
}

}  // namespace

ZeroLoadPath LayeredGraph::Shortest(Moment from, Moment to) const {
  std::vector<Moment> predecessor(moments());
  std::vector<Picoseconds> distance(moments());
  boost::dijkstra_shortest_paths(graph_, from,
                                 boost::weight_map(boost::get(&Edge::weight, graph_))
                                     .predecessor_map(predecessor.data())
                                     .distance_map(distance.data()));
  return Backtrack(graph_, from, to, [&](Moment at) {
    std::optional<Graph::edge_descriptor> found;
    for (auto [edge, end] = boost::in_edges(at, graph_); edge != end; ++edge) {
      const Moment source = boost::source(*edge, graph_);
      if (source == predecessor[at] && source != at && distance[source] + graph_[*edge].weight == distance[at]) {
        found = *edge;
      }
    }
    return found;
  });
}

ZeroLoadPath LayeredGraph::Critical(Moment from, Moment to) const {
  std::vector<Moment> order;
  boost::topological_sort(graph_, std::back_inserter(order));
  std::vector<std::optional<Picoseconds>> when(moments());
  std::vector<std::optional<Graph::edge_descriptor>> last(moments());
  when[from] = 0;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    for (auto [edge, end] = boost::in_edges(*at, graph_); edge != end; ++edge) {
      const auto& before = when[boost::source(*edge, graph_)];
      if (before.has_value() && (!when[*at].has_value() || *before + graph_[*edge].weight > *when[*at])) {
        when[*at] = *before + graph_[*edge].weight;
        last[*at] = *edge;
      }
    }
  }
  return Backtrack(graph_, from, to, [&](Moment at) { return last[at]; });
}

}  // namespace siov
