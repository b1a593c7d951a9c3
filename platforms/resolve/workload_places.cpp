// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/workload_places.h"

#include <algorithm>

#include "models/translation/translation_structures.h"

namespace siov {
namespace {

bool MovesData(const TenantClassConfig& config) {
  return std::any_of(config.jobs.begin(), config.jobs.end(),
                     [](const JobKind& job) { return job.op != JobOp::kNoop && job.weight != 0; });
}

// Why a closed loop of the class could begin and end jobs without end at one instant; null if it cannot. A request
// takes time on its wire and in memory, but none where a device that was stopped refuses it.
const char* WhyTimeStandsStill(const TenantClassConfig& config, const ResolvedEndpoint& endpoint) {
  const EngineConfig& engine = endpoint.engine;
  const Picoseconds latency =
      endpoint.arbiter.dispatch_latency_ps + engine.setup_latency_ps + engine.completion_latency_ps;
  const bool pauses = config.think_time.MeanPs() != 0 || engine.compute_time.MeanPs() != 0 || latency != 0;
  if (config.arrivals != ArrivalProcess::kClosedLoop || pauses) return nullptr;
  if (!MovesData(config)) return "jobs that take no time, each begun when the last ends, never let time go on";
  const bool at_once = endpoint.atc && endpoint.atc->lookup_latency_ps == 0 && endpoint.atc->lookup_interval_ps == 0;
  const auto stops = [](const AtcEvent& event) {
    return event.kind != AtcEvent::Kind::kAtsDisable && event.kind != AtcEvent::Kind::kAtsEnable;
  };
  if (!at_once || std::none_of(endpoint.atc->events.begin(), endpoint.atc->events.end(), stops)) return nullptr;
  return "after an event of the ATC jobs may fail in no time, and each begun when the last failed never let time go on";
}

}  // namespace

void WorkloadPlaces::CheckOrigins(const std::string& path, std::uint16_t endpoint, const std::vector<QueueId>& queues,
                                  JobOrigin origin) {
  for (const QueueId queue : queues) {
    if (origins_.emplace(std::pair(endpoint, queue.value()), origin).first->second == origin) continue;
    context_.Add(path + ".queues", platform_.endpoints[endpoint].arbiter.queues[queue.value()].name,
                 "a queue takes jobs of CPUs or jobs that begin in the device, not both: software counts its credits");
  }
}

void WorkloadPlaces::AddOwnJobs(const std::string& path, const TenantClassConfig& config) {
  const ResolvedEndpoint& endpoint = platform_.endpoints[config.endpoint];
  if (config.arrivals == ArrivalProcess::kPoisson || config.arrivals == ArrivalProcess::kOutside) {
    const char* arrivals = config.arrivals == ArrivalProcess::kPoisson ? "POISSON" : "OUTSIDE";
    context_.Add(path + ".arrivals", arrivals, "jobs that begin in the device come in a line's slots or in a loop",
                 "FIXED_RATE or CLOSED_LOOP with origin DEVICE");
  }
  if (config.wants_interrupt) {
    context_.Add(path + ".wants_interrupt", "true", "jobs that begin in the device tell no tenant of their end",
                 "false with origin DEVICE");
  }
  if (const char* why = WhyTimeStandsStill(config, endpoint); why != nullptr) {
    const bool data = MovesData(config);
    context_.Add(path + ".jobs", data ? "" : "NOOP", why,
                 data ? "a think_time, or a latency of the engine or of the ATC's lookup above 0"
                      : "a think_time, other jobs, or a latency of the engine above 0");
  }
  const auto queues = static_cast<std::uint32_t>(config.queues.size());
  for (std::uint32_t i = 0; i < queues; ++i) {
    const std::uint32_t queue = config.queues[i].value();
    const WorkQueueConfig& own = endpoint.arbiter.queues[queue];
    if (own.mode != QueueMode::kDedicated) {
      context_.Add(path + ".queues", own.name, "jobs that begin in the device need dedicated queues");
    }
    OwnJobs& waiting = own_jobs_[{config.endpoint, queue}];
    waiting.path = path;
    if (config.arrivals != ArrivalProcess::kClosedLoop) {
      waiting.from_lines = true;
      continue;
    }
    // Tenant t of the class uses queue t mod their number.
    const std::uint64_t tenants = config.tenants / queues + (i < config.tenants % queues ? 1 : 0);
    waiting.in_loops += tenants * config.queue_depth;
  }
}

void WorkloadPlaces::CheckRoomForOwnJobs() {
  for (const auto& [place, jobs] : own_jobs_) {
    const WorkQueueConfig& queue = platform_.endpoints[place.first].arbiter.queues[place.second];
    if (jobs.in_loops == 0) continue;
    if (jobs.from_lines) {
      context_.Add(jobs.path + ".queues", queue.name,
                   "jobs of a line (FIXED_RATE) take the room that those of a closed loop need in this queue",
                   "queues that only CLOSED_LOOP classes use, with origin DEVICE");
    } else if (jobs.in_loops > queue.size) {
      context_.Add(jobs.path + ".queue_depth", "",
                   std::to_string(jobs.in_loops) + " jobs may wait in queue \"" + queue.name + "\", which has " +
                       std::to_string(queue.size) + " entries",
                   "at most as many jobs as each queue holds, over all classes that use it, with origin DEVICE");
    }
  }
}

void WorkloadPlaces::CheckPasidsReach(const std::string& path, std::uint16_t index, std::uint32_t tenants,
                                      std::uint64_t last_pasid) {
  const ResolvedEndpoint& endpoint = platform_.endpoints[index];
  const NodeRef device{NodeKind::kEndpoint, index};
  if (!platform_.LinkAbove(device).config.pasid_prefix) {
    tenants_without_prefix_[index] += tenants;
    if (tenants_without_prefix_[index] > 1) {
      context_.Add(path + ".tenants", std::to_string(tenants),
                   "the link of endpoint \"" + endpoint.name + "\" has pasid_prefix = false", "one tenant in all");
    }
    return;
  }
  const ResolvedIommu& iommu = platform_.IommuOf(device);
  const unsigned levels = iommu.page_walker.process_directory_levels;
  const auto last = static_cast<std::uint32_t>(std::min<std::uint64_t>(last_pasid, kMaxPasids - 1));
  if (iommu.iotlb.profile != IommuProfile::kRiscv || TranslationStructures::ProcessDirectoryReaches(levels, last)) {
    return;
  }
  context_.Add("nodes[name=" + iommu.name + "].iommu.process_directory_levels", std::to_string(levels),
               path + " has tenants with process ids up to " + std::to_string(last),
               "enough for them: 1 level reaches 255, 2 reach 131071, 3 all");
}

}  // namespace siov
