// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/throughput_bound.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <queue>

#include "platforms/graph/job_demand.h"

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

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A job's use of a resource, and how much of it there is per second.
struct Resource {
  std::string name;
  double capacity_per_second = 0;  // in the unit of the demand
  std::function<double(const JobDemand&)> demand;
};

double PerSecond(double servers) { return servers * static_cast<double>(kPsPerSecond); }  // server x time

class BoundNetwork {
 public:
  explicit BoundNetwork(const ResolvedExperiment& experiment)
      : platform_(experiment.platform), groups_(TenantGroups(experiment)) {
    for (const TenantGroup& group : groups_) {
      demands_.push_back(DemandOf(group, platform_));
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
    for (const std::size_t group : users) names.push_back(groups_[group].name);
    return names;
  }

  // The group that asks least of a resource decides how many jobs it could serve at most.
  double MostJobs(const Resource& resource, const std::vector<std::size_t>& users) const {
    double least = kInfinity;
    for (const std::size_t group : users) {
      least = std::min(least, resource.demand(demands_[group]));
    }
    return least <= 0 ? kInfinity : resource.capacity_per_second / least;
  }

  // Resources in series; those that cannot limit are left out.
  Vertex Chain(Vertex from, const std::vector<Resource>& resources, const std::vector<std::size_t>& users) {
    const bool drawn =
        std::any_of(users.begin(), users.end(), [&](std::size_t group) { return groups_[group].drawn_jobs; });
    for (const Resource& resource : resources) {
      const double jobs = resource.capacity_per_second > 0 ? MostJobs(resource, users) : kInfinity;
      if (std::isinf(jobs)) {
        continue;
      }
      const Vertex next = NewVertex();
      AddEdge(from, next, resource.name, jobs, users, drawn);
      from = next;
    }
    return from;
  }

  void Build() {
    std::vector<std::size_t> everyone;
    std::map<std::size_t, Vertex> iommu_entry;
    std::map<std::size_t, std::vector<std::size_t>> iommu_users;
    for (std::size_t e = 0; e < platform_.endpoints.size(); ++e) {
      const std::vector<std::size_t> users = UsersOf(e);
      if (users.empty()) {
        continue;
      }
      everyone.insert(everyone.end(), users.begin(), users.end());
      const Vertex exit = Chain(Entry(users), EndpointResources(platform_.endpoints[e]), users);
      const std::size_t iommu = platform_.root_ports[platform_.endpoints[e].root_port].iommu;
      if (iommu_entry.count(iommu) == 0) {
        iommu_entry[iommu] = NewVertex();
      }
      Connect(exit, iommu_entry[iommu], kUnlimited);
      iommu_users[iommu].insert(iommu_users[iommu].end(), users.begin(), users.end());
    }
    const Vertex shared = NewVertex();
    for (const auto& [iommu, entry] : iommu_entry) {
      Connect(Chain(entry, IommuResources(platform_.iommus[iommu]), iommu_users[iommu]), shared, kUnlimited);
    }
    Connect(Chain(shared, SharedResources(), everyone), sink_, kUnlimited);
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
    for (const std::size_t g : users) {
      AddEdge(source_, entry, "load of " + groups_[g].name, Offered(groups_[g], demands_[g]), {g},
              groups_[g].drawn_load);
    }
    return entry;
  }

  double Offered(const TenantGroup& group, const JobDemand& demand) const {
    if (group.offered_per_second > 0) {
      return group.offered_per_second;
    }
    double outstanding = group.outstanding;
    const auto& queues = platform_.endpoints[group.endpoint].arbiter.queues;
    double slots = 0;
    for (const QueueId queue : group.queues) {
      const WorkQueueConfig& config = queues[queue.value()];
      if (config.mode == QueueMode::kShared) {
        slots = kInfinity;
      }
      slots += config.size;
    }
    const double with_thinking =
        outstanding > 0 ? PerSecond(outstanding) / (demand.latency_ps + group.think_ps) : kInfinity;
    return std::min(with_thinking, PerSecond(slots) / demand.latency_ps);
  }

  static std::vector<Resource> EndpointResources(const ResolvedEndpoint& endpoint) {
    const EngineConfig& engine = endpoint.engine;
    const double engines = static_cast<double>(engine.group_of_engine.size());
    const double wire = WireFormat(endpoint.link).bytes_per_second();
    std::vector<Resource> resources = {
        {endpoint.link_name + " downstream wire", wire, [](const JobDemand& d) { return d.downstream_bytes; }},
        {endpoint.link_name + " upstream wire", wire, [](const JobDemand& d) { return d.upstream_bytes; }},
        {endpoint.name + ".engine contexts", PerSecond(engines * engine.jobs_per_engine),
         [](const JobDemand& d) { return d.engine_ps; }},
        {endpoint.name + ".engine data path", engines * engine.bytes_per_second,
         [](const JobDemand& d) { return d.data_bytes; }},
        {endpoint.name + ".engine device data path", engine.device_bytes_per_second,
         [](const JobDemand& d) { return d.data_bytes; }},
        {endpoint.name + ".engine read buffers", PerSecond(engine.read_buffers),
         [](const JobDemand& d) { return d.read_buffer_ps; }},
        {endpoint.name + ".port tags", PerSecond(endpoint.port.tags), [](const JobDemand& d) { return d.tag_ps; }},
    };
    if (endpoint.atc.has_value() && endpoint.atc->lookup_interval_ps > 0) {
      resources.push_back({endpoint.name + ".atc lookups",
                           static_cast<double>(kPsPerSecond) / static_cast<double>(endpoint.atc->lookup_interval_ps),
                           [](const JobDemand& d) { return d.accesses; }});
    }
    if (endpoint.atc.has_value() && endpoint.atc->invalidation_latency_ps > 0) {
      resources.push_back({endpoint.name + ".atc invalidations",
                           PerSecond(1) / static_cast<double>(endpoint.atc->invalidation_latency_ps),
                           [](const JobDemand& d) { return d.device_invalidations; }});
    }
    return resources;
  }

  std::vector<Resource> IommuResources(const ResolvedIommu& iommu) const {
    double root_reads = 0;
    bool limited = true;
    for (const ResolvedRootPort& port : platform_.root_ports) {
      if (&platform_.iommus[port.iommu] == &iommu) {
        root_reads += port.config.outstanding_reads;
        limited = limited && port.config.outstanding_reads > 0;
      }
    }
    std::vector<Resource> resources = {{"outstanding reads of the root ports of " + iommu.name,
                                        limited ? PerSecond(root_reads) : 0,
                                        [](const JobDemand& d) { return d.root_read_ps; }}};
    resources.push_back(
        {iommu.name + ".invalidation_queue lock", PerSecond(1), [](const JobDemand& d) { return d.queue_lock_ps; }});
    const bool all_look_up = iommu.iotlb.containment != Containment::kNone || NobodyHasAtc(iommu);
    if (iommu.iotlb.lookup_interval_ps > 0 && all_look_up) {
      resources.push_back({iommu.name + ".iotlb lookups",
                           static_cast<double>(kPsPerSecond) / static_cast<double>(iommu.iotlb.lookup_interval_ps),
                           [](const JobDemand& d) { return d.accesses; }});
    }
    return resources;
  }

  bool NobodyHasAtc(const ResolvedIommu& iommu) const {
    return std::none_of(platform_.endpoints.begin(), platform_.endpoints.end(), [&](const ResolvedEndpoint& endpoint) {
      return endpoint.atc.has_value() && &platform_.iommus[platform_.root_ports[endpoint.root_port].iommu] == &iommu;
    });
  }

  std::vector<Resource> SharedResources() const {
    const MemoryConfig& memory = platform_.memory.config;
    const bool in_llc = memory.residency == MemoryResidency::kAllLlc;
    const double llc = memory.llc_slices * memory.llc_bytes_per_second / memory.line_bytes;
    const double dram = memory.dram_channels * memory.dram_bytes_per_second / memory.line_bytes;
    // With tags some accesses hit and some miss: only their sum is a bound.
    const double both = llc > 0 && dram > 0 ? llc + dram : 0;
    const double lines = memory.residency == MemoryResidency::kLlcTags ? both : in_llc ? llc : dram;
    return {
        {platform_.host.name + " submitting cpus", PerSecond(platform_.host.config.cpus),
         [](const JobDemand& d) { return d.submit_ps; }},
        {platform_.memory.name + (in_llc ? " cache bandwidth" : " bandwidth"), lines,
         [](const JobDemand& d) { return d.memory_lines; }},
        {platform_.host.name + " interrupt handlers",
         platform_.host.config.interrupt_handler_ps > 0
             ? PerSecond(platform_.host.config.vcpus) / static_cast<double>(platform_.host.config.interrupt_handler_ps)
             : 0,
         [](const JobDemand& d) { return d.interrupts; }},
    };
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
  std::vector<TenantGroup> groups_;
  std::vector<JobDemand> demands_;
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
