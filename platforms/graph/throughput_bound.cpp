// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/throughput_bound.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <utility>

#include "platforms/graph/capacities.h"
#include "platforms/graph/job_demand.h"
#include "platforms/kinds/topology.h"

namespace siov {
namespace {

// Capacities are whole thousandths of a job per second, so that the flow is exact.
using Flow = long long;
constexpr double kFlowPerJob = 1000;
constexpr Flow kUnlimited = 1'000'000'000'000'000;

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using FlowGraph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<boost::edge_capacity_t, Flow,
                    boost::property<boost::edge_residual_capacity_t, Flow,
                                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

constexpr NodeRef kHostNode{NodeKind::kHost, 0};
constexpr NodeRef kMemoryNode{NodeKind::kMemory, 0};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class BoundNetwork {
 public:
  explicit BoundNetwork(const ResolvedExperiment& experiment)
      : platform_(experiment.platform),
        topology_(platform_),
        groups_(DemandGroups(experiment)),
        capacities_(CapacitiesOf(topology_)) {
    for (const DemandGroup& group : groups_) {
      demands_.push_back(DemandOf(group, topology_));
    }
    source_ = NewVertex();
    sink_ = NewVertex();
  }

  ThroughputBound Solve() {
    Build();
    const Flow flow = boost::push_relabel_max_flow(graph_, source_, sink_);
    MarkCut();
    ThroughputBound bound;
    bound.jobs_per_second = static_cast<double>(flow) / kFlowPerJob;
    for (const Edge& edge : edges_) {
      bound.resources.push_back(edge.bound);
      if (edge.bound.in_cut) {
        bound.mean = bound.mean || edge.bound.mean;
        bound.bottleneck += (bound.bottleneck.empty() ? "" : " and ") + edge.bound.name;
      }
    }
    return bound;
  }

 private:
  using Vertex = Traits::vertex_descriptor;
  struct Edge {
    ResourceBound bound;
    Vertex from;
    Vertex to;
  };

  Vertex NewVertex() { return boost::add_vertex(graph_); }

  void Connect(Vertex from, Vertex to, Flow capacity) {
    const auto forward = boost::add_edge(from, to, graph_).first;
    const auto backward = boost::add_edge(to, from, graph_).first;
    boost::put(boost::edge_capacity, graph_, forward, capacity);
    boost::put(boost::edge_capacity, graph_, backward, 0);
    boost::put(boost::edge_reverse, graph_, forward, backward);
    boost::put(boost::edge_reverse, graph_, backward, forward);
  }

  void AddEdge(Vertex from, Vertex to, const std::string& name, double jobs_per_second,
               const std::vector<std::size_t>& users, bool mean) {
    const double flow = std::min(jobs_per_second * kFlowPerJob, static_cast<double>(kUnlimited));
    Connect(from, to, static_cast<Flow>(std::llround(flow)));
    edges_.push_back({{name, jobs_per_second, false, mean, NamesOf(users)}, from, to});
  }

  std::vector<std::string> NamesOf(const std::vector<std::size_t>& users) const {
    std::vector<std::string> names;
    if (users.size() == groups_.size()) return names;
    for (const std::size_t group : users) {
      if (names.empty() || names.back() != groups_[group].name) names.push_back(groups_[group].name);
    }
    return names;
  }

  // The group that asks least of a resource decides how many jobs it could serve at most.
  double MostJobs(const Capacity& resource, const std::vector<std::size_t>& users) const {
    double least = kInfinity;
    for (const std::size_t group : users) {
      least = std::min(least, demands_[group].*resource.demand);
    }
    return least <= 0 ? kInfinity : resource.per_second / least;
  }

  // Resources in series; those that cannot limit are left out.
  Vertex Chain(Vertex from, const std::vector<Capacity>& resources, const std::vector<std::size_t>& users) {
    const bool drawn =
        std::any_of(users.begin(), users.end(), [&](std::size_t group) { return groups_[group].drawn_jobs; });
    for (const Capacity& resource : resources) {
      const double jobs = resource.per_second > 0 ? MostJobs(resource, users) : kInfinity;
      if (std::isinf(jobs)) {
        continue;
      }
      const Vertex next = NewVertex();
      AddEdge(from, next, resource.name, jobs, users, drawn);
      from = next;
    }
    return from;
  }

  // The network is the platform's tree of nodes: what the tenants of an endpoint offer enters there, flows through
  // every node on the way to memory, and at last through the host, whose processors begin and end all jobs.
  void Build() {
    std::map<NodeRef, Vertex> entries = {{kMemoryNode, NewVertex()}};
    std::map<NodeRef, std::vector<std::size_t>> users;
    std::vector<NodeRef> nodes = topology_.AllNodes();  // those farther from memory first
    std::stable_sort(nodes.begin(), nodes.end(), [this](NodeRef a, NodeRef b) { return Hops(a) > Hops(b); });
    for (const NodeRef node : nodes) {
      if (node.kind == NodeKind::kEndpoint && !UsersOf(node.index).empty()) {
        users[node] = UsersOf(node.index);
        entries[node] = Entry(users[node]);
      }
      if (entries.count(node) == 0 || node == kMemoryNode) continue;
      const bool of_groups = node.kind == NodeKind::kMemory;  // bounds what groups offer (SourceOf)
      const Vertex exit = of_groups ? entries[node] : Chain(entries[node], capacities_[node], users[node]);
      const NodeRef next = node.kind == NodeKind::kMemory ? kMemoryNode : topology_.Way(node, kMemoryNode).at(1);
      if (entries.count(next) == 0) entries[next] = NewVertex();
      Connect(exit, entries[next], kUnlimited);
      users[next].insert(users[next].end(), users[node].begin(), users[node].end());
    }
    const std::vector<std::size_t>& everyone = users[kMemoryNode];
    Connect(Chain(entries[kMemoryNode], SharedCapacities(), everyone), sink_, kUnlimited);
  }

  // Of a host of several sockets: which memory a job's data lies in is known of its group alone, so memories and the
  // links to them bound what groups offer instead of what flows together behind them.
  using DataWay = std::pair<NodeRef, NodeRef>;  // memory of the device's socket, and of its tenants' pages
  DataWay WayOf(std::size_t group) const {
    const NodeRef socket = topology_.Nearest({NodeKind::kEndpoint, groups_[group].endpoint}, NodeKind::kMemory);
    return {socket, {NodeKind::kMemory, groups_[group].homes.pages.value_or(socket.index)}};
  }
  template <class Predicate>
  std::vector<std::size_t> GroupsOf(Predicate predicate) const {
    std::vector<std::size_t> found;
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      if (predicate(WayOf(group))) found.push_back(group);
    }
    return found;
  }
  Vertex SourceOf(std::size_t group) {
    if (!platform_.has_sockets()) return source_;
    const DataWay way = WayOf(group);
    const auto [socket, home] = way;
    if (data_ways_.count(way) != 0) return data_ways_[way];
    if (memories_.count(home) == 0) {
      const auto users = GroupsOf([&way](const DataWay& other) { return other.second == way.second; });
      memories_[home] = Chain(source_, capacities_[home], users);
    }
    Vertex from = memories_[home];
    if (!(socket == home)) {
      const NodeRef link = topology_.SocketLinkBetween(socket, home);
      from = Chain(from, capacities_[link], GroupsOf([&way](const DataWay& other) { return other == way; }));
    }
    return data_ways_[way] = from;
  }

  std::size_t Hops(NodeRef node) const { return topology_.Way(node, kMemoryNode).size(); }

  // Of the host, whose processors submit all jobs, of memory, and of what the host does at the end.
  std::vector<Capacity> SharedCapacities() const {
    std::vector<Capacity> all = capacities_.at(kHostNode);
    if (!platform_.has_sockets()) {
      for (const Capacity& one : capacities_.at(kMemoryNode)) all.push_back(one);
    }
    std::stable_partition(all.begin(), all.end(), [](const Capacity& one) { return !one.at_the_end; });
    return all;
  }

  std::vector<std::size_t> UsersOf(std::size_t endpoint) const {
    std::vector<std::size_t> users;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].endpoint == endpoint) {
        users.push_back(g);
      }
    }
    return users;
  }

  // What the tenants of an endpoint offer.
  Vertex Entry(const std::vector<std::size_t>& users) {
    const Vertex entry = NewVertex();
    for (std::size_t first = 0; first < users.size();) {  // streams of a replay are groups of one name
      const std::string& name = groups_[users[first]].name;
      std::vector<std::size_t> alike;
      double offered = 0;
      double admitted = 0;  // by their queues, if all places are taken by the shortest jobs
      bool drawn = false;
      for (; first < users.size() && groups_[users[first]].name == name; ++first) {
        const DemandGroup& group = groups_[users[first]];
        alike.push_back(users[first]);
        offered += Offered(group, demands_[users[first]]);
        admitted = std::max(admitted, Admitted(group, demands_[users[first]]));
        drawn = drawn || group.drawn_load;
      }
      const Vertex came = NewVertex();
      AddEdge(SourceOf(alike.front()), came, "load of " + name, std::min(offered, admitted), alike, drawn);
      Connect(Chain(came, OwnCapacities(name, alike), alike), entry, kUnlimited);
    }
    return entry;
  }

  // What the tenants of a class have for themselves: the vCPUs that they interrupt, each the one of its number,
  // contexts of their ADIs, and, if their queues are dedicated, the slots of their threads' portals.
  std::vector<Capacity> OwnCapacities(const std::string& name, const std::vector<std::size_t>& alike) const {
    const HostConfig& host = platform_.host.config;
    double tenants = 0;
    for (const std::size_t group : alike) tenants += groups_[group].tenants;
    const std::string& place = platform_.host.name;
    std::vector<Capacity> own = {
        {place + " portal slots of " + name, PerSecond(tenants * host.portal_slots), &JobDemand::portal_slot_ps}};
    double contexts = 0;
    for (const std::size_t group : alike) contexts += groups_[group].own_contexts;
    if (contexts != 0) {
      const std::string& device = platform_.endpoints[groups_[alike.front()].endpoint].name;
      own.push_back({device + " contexts of the ADIs of " + name, PerSecond(contexts), &JobDemand::engine_ps});
    }
    if (tenants < host.vcpus) {
      own.push_back({place + " interrupt handlers of " + name, OneEach(host.interrupt_handler_ps, tenants),
                     &JobDemand::interrupts});
    }
    return own;
  }

  static double Offered(const DemandGroup& group, const JobDemand& demand) {
    if (group.offered_per_second > 0) {
      return group.offered_per_second;
    }
    return group.outstanding > 0 ? PerSecond(group.outstanding) / (demand.latency_ps + group.think_ps) : kInfinity;
  }

  // Open loops wait for places without end.
  double Admitted(const DemandGroup& group, const JobDemand& demand) const {
    if (group.offered_per_second > 0) return kInfinity;
    const auto& queues = platform_.endpoints[group.endpoint].arbiter.queues;
    double slots = 0;
    for (const QueueId queue : group.queues) {
      const WorkQueueConfig& config = queues[queue.value()];
      if (config.mode == QueueMode::kShared) {
        slots = kInfinity;
      }
      slots += config.size;
    }
    return PerSecond(slots) / demand.latency_ps;
  }

  // Vertices the source still reaches in the residual network are on its side of the cut.
  void MarkCut() {
    std::vector<bool> reached(boost::num_vertices(graph_));
    std::queue<Vertex> frontier;
    frontier.push(source_);
    reached[source_] = true;
    while (!frontier.empty()) {
      const Vertex at = frontier.front();
      frontier.pop();
      for (auto [edge, end] = boost::out_edges(at, graph_); edge != end; ++edge) {
        const Vertex next = boost::target(*edge, graph_);
        if (!reached[next] && boost::get(boost::edge_residual_capacity, graph_, *edge) > 0) {
          reached[next] = true;
          frontier.push(next);
        }
      }
    }
    for (Edge& edge : edges_) {
      edge.bound.in_cut = reached[edge.from] && !reached[edge.to];
    }
  }

  const ResolvedPlatform& platform_;
  Topology topology_;
  std::vector<DemandGroup> groups_;
  std::map<NodeRef, std::vector<Capacity>> capacities_;
  std::vector<JobDemand> demands_;
  std::map<NodeRef, Vertex> memories_;   // what has come from each, of several
  std::map<DataWay, Vertex> data_ways_;  // and has crossed the link to a device's socket
  FlowGraph graph_;
  std::vector<Edge> edges_;
  Vertex source_ = 0;
  Vertex sink_ = 0;
};

}  // namespace

// What a model from outside takes for its jobs, nobody knows before it runs.
ThroughputBound ComputeThroughputBound(const ResolvedExperiment& experiment) {
  for (const ResolvedEndpoint& endpoint : experiment.platform.endpoints) {
    if (endpoint.outside) return {};
  }
  for (const TenantClassConfig& tenants : experiment.traffic.classes) {
    if (tenants.arrivals == ArrivalProcess::kOutside) return {};
  }
  return BoundNetwork(experiment).Solve();
}

}  // namespace siov
