// SPDX-License-Identifier: Apache-2.0
// What a replay found in its recording and what became of it.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_FACTS_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_FACTS_H_

#include <cstdint>

#include "models/workload/trace/recording_content.h"

namespace siov {

struct ReplayFacts {
  std::uint64_t accesses = 0;
  std::uint64_t unknown_direction = 0;       // taken as reads
  std::uint64_t unknown_size = 0;            // taken as unknown_size_bytes
  std::uint64_t mapping_events_skipped = 0;  // maps, unmaps, invalidations that are not replayed
  std::uint32_t streams = 0;                 // with at least one access
  bool streamed = false;                     // too large to be held
  RecordingContent content;                  // what the recording holds and lacks

  // Replayed in the order of the recording only.
  std::uint64_t maps = 0;
  std::uint64_t unmaps = 0;
  std::uint64_t invalidations = 0;  // descriptors, waits among them
  std::uint64_t device_tlb_invalidations = 0;
  std::uint64_t stale_unmaps = 0;  // that no recorded invalidation tells the device's ATC of, as there is none at all
  std::uint64_t implied_maps = 0;  // that an access showed and the recording does not hold
  std::uint64_t peak_pages = 0;    // mapped at once, in one copy of the recording
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_FACTS_H_
