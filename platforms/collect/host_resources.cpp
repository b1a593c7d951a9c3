// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/host_resources.h"

#include <algorithm>
#include <set>

#include "platforms/collect/words.h"

namespace siov {
namespace {

// What somebody can come to: tenant t interrupts vCPU t mod their number, and the i-th of a class uses its i-th queue.
struct Reach {
  std::uint64_t vcpus = 0;
  std::uint64_t threads = 0;  // that submit to dedicated queues
  std::uint64_t places = 0;   // of those
  std::uint64_t all_places = 0;
};

class ReachCounter {
 public:
  explicit ReachCounter(const ResolvedPlatform& platform) : platform_(platform) {}

  void Add(std::uint32_t tenants, bool interrupts) {
    const std::uint32_t vcpus = platform_.host.config.vcpus;
    for (std::uint32_t i = 0; interrupts && i < std::min(tenants, vcpus); ++i) vcpus_.insert((first_ + i) % vcpus);
    first_ += tenants;
  }
  // A dedicated queue has one tenant; a tenant with ADIs has all of theirs.
  void AddQueues(std::size_t used, std::size_t endpoint, const std::vector<QueueId>& queues) {
    for (std::size_t i = 0; i < std::min(used, queues.size()); ++i) {
      const WorkQueueConfig& queue = platform_.endpoints[endpoint].arbiter.queues[queues[i].value()];
      if (queue.mode == QueueMode::kShared) continue;
      ++reach_.threads;
      reach_.places += queue.size;
    }
  }

  Reach Counted() {
    reach_.vcpus = vcpus_.size();
    for (const ResolvedEndpoint& endpoint : platform_.endpoints) {
      for (const WorkQueueConfig& queue : endpoint.arbiter.queues) {
        reach_.all_places += queue.mode == QueueMode::kShared ? 0 : queue.size;
      }
    }
    return reach_;
  }

 private:
  const ResolvedPlatform& platform_;
  std::uint32_t first_ = 0;
  std::set<std::uint32_t> vcpus_;
  Reach reach_;
};

Reach ReachOf(const ResolvedExperiment& experiment) {
  ReachCounter counter(experiment.platform);
  for (const TenantClassConfig& one : experiment.traffic.classes) {
    counter.Add(one.tenants, one.wants_interrupt);
    const std::size_t used = one.adis ? one.queues.size() : one.tenants;
    if (one.origin != JobOrigin::kDevice) counter.AddQueues(used, one.endpoint, one.queues);
  }
  const ReplayConfig& replay = experiment.traffic.replay;
  if (!replay.trace_file.empty()) {
    counter.Add(replay.tenants, replay.wants_interrupt || replay.order == ReplayOrder::kAsRecorded);
    counter.AddQueues(replay.tenants, replay.endpoint, replay.queues);
  }
  return counter.Counted();
}

// "host0.vcpus_busy (100.0 % busy of the 1 of 64 that interrupts reach)"
void Narrow(std::uint64_t reached, std::uint64_t all, const char* by, ResourceLoad* load) {
  if (reached == 0 || reached >= all) return;
  load->utilisation *= static_cast<double>(all) / static_cast<double>(reached);
  load->share = " of the " + CountText(reached) + " of " + CountText(all) + by;
}

// By how many writes took a slot, each for as long as the line stays in the CPU.
void AddPortalSlots(const ResolvedHost& host, std::uint64_t threads, int depth, Results* results) {
  const double slots = static_cast<double>(threads) * host.config.portal_slots;
  const double busy_ps =
      results->Statistic(host.name, "movdir64bs") * static_cast<double>(host.config.portal_slot_busy_ps);
  const double completed = results->Metric("job.completed");
  if (busy_ps == 0 || results->measured_ps == 0) return;
  ResourceLoad load;
  load.block = host.name;
  load.name = "portal_slots";
  load.depth = depth;
  load.role = ResourceRole::kPortalSlots;
  // Who waits has his slot counted as he comes.
  load.utilisation = std::min(1.0, busy_ps / slots / static_cast<double>(results->measured_ps));
  load.wait_ns =
      completed > 0 ? results->Statistic(host.name, "slot_stalls") / static_cast<double>(kPsPerNs) / completed : 0;
  results->resources.push_back(load);
}

}  // namespace

void AddHostResources(const ResolvedExperiment& experiment, Results* results) {
  const ResolvedHost& host = experiment.platform.host;
  const Reach reach = ReachOf(experiment);
  int depth = 0;
  for (ResourceLoad& load : results->resources) {
    if (load.role == ResourceRole::kVcpus) Narrow(reach.vcpus, host.config.vcpus, " that interrupts reach", &load);
    if (load.role == ResourceRole::kDedicatedPlaces) {
      Narrow(reach.places, reach.all_places, " places that have a user", &load);
      depth = load.depth;
    }
  }
  if (reach.threads > 0) AddPortalSlots(host, reach.threads, depth, results);
}

}  // namespace siov
