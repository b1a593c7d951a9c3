// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/replay_bounds.h"

#include <memory>

#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"

namespace siov {

ReplayBounds BoundsOfReplay(const ResolvedExperiment& experiment, const TraceOpener& open_trace) {
  const ReplayConfig& replay = experiment.traffic.replay;
  if (replay.trace_file.empty() || replay.order != ReplayOrder::kAsRecorded) return {};
  const ResolvedPlatform& platform = experiment.platform;
  const std::size_t iommu = platform.root_ports[platform.endpoints[replay.endpoint].root_port].iommu;
  const std::size_t entries = platform.iommus[iommu].iotlb.geometry.entries;
  if (entries == 0) return {};
  const std::unique_ptr<TraceSource> source =
      (replay.window_only ? WindowOf(open_trace, replay.trace_file) : open_trace)();
  LruProbe lru(entries);
  ForEachRecord(*source, false, [&lru](const TraceRecord& record) { lru.See(record); });
  NextUses uses;
  const BeladyProbe oracle = ProbeBelady(*source, {entries}, false, &uses).front();
  return {lru.lookups(), lru.misses(), oracle.misses()};
}

}  // namespace siov
