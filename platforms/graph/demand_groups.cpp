// SPDX-License-Identifier: Apache-2.0
// Who behaves alike: a class of tenants each, and the groups of a replay.
#include "platforms/graph/job_demand.h"
#include "platforms/graph/replay_groups.h"

namespace siov {
namespace {

DemandGroup GroupOf(const TenantClassConfig& tenants) {
  DemandGroup group;
  group.name = tenants.name;
  group.tenants = tenants.tenants;
  group.endpoint = tenants.endpoint;
  group.queues = tenants.queues;
  group.jobs = tenants.jobs;
  if (tenants.adis) {
    const std::vector<AdiGrant>& adis = tenants.adis->grants;
    group.own_contexts = static_cast<double>(adis.size()) * adis.front().contexts;
  }
  group.interrupt = tenants.wants_interrupt;
  group.from_device = tenants.origin == JobOrigin::kDevice;
  group.fence = tenants.fence;
  group.keeps_cpu = tenants.waiting != Waiting::kByOthers && !tenants.wants_interrupt;
  group.asleep = tenants.waiting == Waiting::kUmwait;
  group.guest = tenants.guest_pasids.has_value();
  group.streaming = tenants.mapping == BufferMapping::kStreaming;
  group.drawn_jobs = tenants.jobs.size() > 1;
  group.drawn_load = tenants.arrivals == ArrivalProcess::kPoisson;
  if (tenants.arrivals == ArrivalProcess::kClosedLoop) {
    group.drawn_load = group.drawn_jobs || tenants.think_time.kind != Distribution::Kind::kConstant;
    group.outstanding = static_cast<double>(tenants.tenants) * tenants.queue_depth;
    group.think_ps = tenants.think_time.MeanPs();
  } else {
    group.offered_per_second = tenants.jobs_per_second * tenants.tenants;
  }
  return group;
}

}  // namespace

std::vector<DemandGroup> DemandGroups(const ResolvedExperiment& experiment) {
  std::vector<DemandGroup> groups;
  for (std::size_t i = 0; i < experiment.traffic.classes.size(); ++i) {
    groups.push_back(GroupOf(experiment.traffic.classes[i]));
    const bool placed = i < experiment.address_spaces.size();  // else made without a file, on one socket
    if (placed) groups.back().homes = HomesOf(experiment.address_spaces[i]);
  }
  if (!experiment.traffic.replay.trace_file.empty()) AddReplay(experiment, &groups);
  return groups;
}

}  // namespace siov
