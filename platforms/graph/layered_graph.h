// SPDX-License-Identifier: Apache-2.0
// A directed acyclic graph of moments: a vertex is "the packet is here", an edge says which stage takes how long where.
//
// A single request is a path: its zero-load latency is the shortest one (Dijkstra). A job has parts that run in
// parallel and wait for each other: a vertex with several incoming edges happens when the last of them is done, so its
// zero-load latency is the critical path.
#ifndef SIOV_PLATFORMS_GRAPH_LAYERED_GRAPH_H_
#define SIOV_PLATFORMS_GRAPH_LAYERED_GRAPH_H_

#include <boost/graph/adjacency_list.hpp>
#include <string>
#include <vector>

#include "models/base/units.h"
#include "models/protocol/stage.h"

namespace siov {

struct Hop {
  std::string place;  // "rp0-dsa0", "iommu0.iotlb"
  Stage stage = Stage::kPort;
  Picoseconds latency_ps = 0;
};

struct ZeroLoadPath {
  std::string name;
  std::vector<Hop> hops;
  Picoseconds total_ps = 0;
  Picoseconds InStage(Stage stage) const;
};

class LayeredGraph {
 public:
  using Moment = std::size_t;

  Moment Start() { return boost::add_vertex(graph_); }
  // The moment `latency_ps` after `from`.
  Moment After(Moment from, const Hop& hop);
  // Adds another condition: `to` is not before `latency_ps` after `from`.
  void Connect(Moment from, Moment to, const Hop& hop);
  // A moment that is neither before `at` nor earlier than `hop` after `other`, which it may have to wait for.
  Moment Join(Moment at, Moment other, const Hop& hop);

  ZeroLoadPath Shortest(Moment from, Moment to) const;
  ZeroLoadPath Critical(Moment from, Moment to) const;
  std::size_t moments() const { return boost::num_vertices(graph_); }

 private:
  struct Edge {
    Hop hop;
    Picoseconds weight = 0;
  };
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, Edge>;

  Graph graph_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_LAYERED_GRAPH_H_
