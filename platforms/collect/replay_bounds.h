// SPDX-License-Identifier: Apache-2.0
// What an IOTLB as large as the platform's could have made of the recording that was replayed in its order: a fully
// associative one with LRU, and an oracle (models/workload/trace/belady.h), each serving one copy alone.
#ifndef SIOV_PLATFORMS_COLLECT_REPLAY_BOUNDS_H_
#define SIOV_PLATFORMS_COLLECT_REPLAY_BOUNDS_H_

#include <cstdint>

#include "models/workload/replay/replay.h"
#include "platforms/resolve/resolved.h"

namespace siov {

struct ReplayBounds {
  std::uint64_t lookups = 0;  // 0: nothing was replayed in recorded order, or there is no IOTLB
  std::uint64_t lru_misses = 0;
  std::uint64_t oracle_misses = 0;
};

// Goes through the recording twice, if there is one and it is replayed in its order.
ReplayBounds BoundsOfReplay(const ResolvedExperiment& experiment, const TraceOpener& open_trace);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_REPLAY_BOUNDS_H_
