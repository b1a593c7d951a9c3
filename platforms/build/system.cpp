// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/system.h"

#include <algorithm>
#include <cstdlib>

#include "platforms/build/system_note.h"
#include "platforms/build/wiring.h"

namespace siov {
namespace {

// Far beyond what all jobs that begin at one instant need, so that jobs which take no time are found out in seconds.
std::uint64_t MostEventsAtOnce(const TrafficConfig& traffic) {
  constexpr std::uint64_t kFloor = std::uint64_t{1} << 22;
  constexpr std::uint64_t kEventsPerJob = 64;
  std::uint64_t jobs = std::uint64_t{traffic.replay.tenants} * std::max(traffic.replay.outstanding, 1u);
  for (const TenantClassConfig& source : traffic.classes) jobs += std::uint64_t{source.tenants} * source.queue_depth;
  return kFloor + kEventsPerJob * jobs;
}

}  // namespace

System::System(const ResolvedExperiment& experiment, const TraceOpener& open_trace, Elaboration elaboration)
    : experiment_(experiment),
      simulation_(experiment.run.in_step_with_kernel ? Agenda::Mode::kInStep : Agenda::Mode::kAhead,
                  experiment.run.seed),
      address_spaces_(experiment.address_spaces, experiment.run.seed),
      topology_(experiment.platform, &experiment),
      construction_(experiment, simulation_, address_spaces_, topology_,
                    ReplayDomains(experiment.traffic, open_trace)) {
  Blanking::on = std::getenv("SIOV_BLANK_IDENTITIES") != nullptr;  // tests/blanking
  simulation_.agenda.set_instant_limit(MostEventsAtOnce(experiment.traffic));
  PlaceStructures();
  ConstructAll(open_trace);
  traffic_ = Only<Traffic>();
  Wire(construction_, &unused_);
  if (elaboration == Elaboration::kIfWhole && OutsideParts(experiment).empty()) Elaborate();
}

// What IOMMUs find tables by lies in the memory that each has been given.
void System::PlaceStructures() {
  if (!experiment_.platform.has_sockets()) return;
  for (const NodeRef node : topology_.NodesOf(NodeKind::kEndpoint)) {
    const ResolvedEndpoint& device = topology_.At(node).endpoint();
    const std::uint32_t memory = experiment_.platform.IommuOf(node).tables_home;
    address_spaces_.structures().PlaceIn(device.port.requester, memory);
    for (const ResolvedFunction& function : device.functions) {
      address_spaces_.structures().PlaceIn(device.Requester(function), memory);
    }
  }
}

// Node by node. Nodes are independent of each other, so a shuffled order must give the same results.
void System::ConstructAll(const TraceOpener& open_trace) {
  std::vector<NodeRef> nodes = topology_.AllNodes();
  if (experiment_.run.shuffle_elaboration) {
    RandomStream random = simulation_.random.Split("elaboration order");
    for (std::size_t i = nodes.size(); i > 1; --i) std::swap(nodes[i - 1], nodes[random.Below(i)]);
  }
  for (const NodeRef node : nodes) {
    for (const Topology::Block block : topology_.BlocksOf(node)) Construct(block, open_trace, construction_);
  }
}

void System::Elaborate() {
  if (elaborated_) return;
  CheckBound();
  elaborated_ = true;
  // Every block may push to its due queue from now on.
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

void System::CheckBound() const {
  const auto check = [](bool bound, const std::string& node, const std::string& what) {
    if (bound) return;
    throw UnboundNode(node + ": a model from outside, and none is bound to " + what +
                      "; this takes a program that brings one (docs/bridge.md)");
  };
  if (const auto* bridge = Only<MemoryBridge>()) check(bridge->outside.port.bound(), "node " + bridge->path(), "it");
  if (const auto* bridge = Only<HostBridge>()) {
    check(bridge->software.entry.bound(), OutsideParts(experiment_).back(), "software");
  }
  for (const DeviceBridge* bridge : construction_.All<DeviceBridge>()) {
    check(bridge->dma.entry.bound(), "node " + bridge->path(), "its dma");
    check(bridge->mmio.port.bound(), "node " + bridge->path(), "its mmio");
  }
}

System::~System() {
  NoteSystem(!experiment_.text.empty(), simulation_.agenda.events(), traffic_->submitted() - traffic_->in_flight());
}

std::vector<const Block*> System::blocks() const {
  std::vector<const Block*> blocks;
  for (const auto& [path, block] : construction_.blocks()) blocks.push_back(block);
  return blocks;
}

std::vector<StatGroup*> System::statistics() const {
  std::vector<StatGroup*> groups;
  for (const auto& [path, block] : construction_.blocks()) groups.push_back(&block->statistics());
  return groups;
}

}  // namespace siov
