// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/replay_bounds.h"

#include <memory>

#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"
#include "platforms/kinds/topology.h"

namespace siov {

ReplayBounds BoundsOfReplay(const ResolvedExperiment& experiment, const TraceOpener& open_trace) {
  const ReplayConfig& replay = experiment.traffic.replay;
  if (replay.trace_file.empty() || replay.order != ReplayOrder::kAsRecorded) return {};
  const Topology topology(experiment.platform);
  const NodeRef iommu = topology.Nearest({NodeKind::kEndpoint, replay.endpoint}, NodeKind::kIommu);
  const std::size_t entries = topology.At(iommu).iommu().iotlb.geometry.entries;
  if (entries == 0) return {};
  const std::unique_ptr<TraceSource> source = ReplayedPart(replay, open_trace)();
  LruProbe lru(entries);
  NextUses uses;
  ForEachRecord(*source, false, [&lru, &uses](const TraceRecord& record) {
    lru.See(record);
    uses.See(record);
  });
  BeladyProbe oracle(entries, uses);
  ForEachRecord(*source, false, [&oracle](const TraceRecord& record) { oracle.See(record); });
  return {lru.lookups(), lru.misses(), oracle.misses()};
}

}  // namespace siov
