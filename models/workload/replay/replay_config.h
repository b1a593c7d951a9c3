// SPDX-License-Identifier: Apache-2.0
// Resolved description of a replay: which recording, fanned out over how many tenants, in which time and order.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/workload/replay/replay_parameters.h"

namespace siov {

// Every DMA access of the recording is one job, at its recorded address. Tenant t of the replay uses stream (t mod
// streams) with its own PASID, starting `stagger` of the stream's length after tenant t - streams, and goes round at
// the end of the stream. Replaying tenants are numbered after those of the classes.
//
// In recorded order (ordered_replay.h) each copy of the recording takes as many tenants as it has pairs of device and
// domain; `outstanding` then counts accesses of a copy between two changes of its mappings.
struct ReplayConfig : ReplayParameters {                         // without a trace_file: no replay
  static constexpr Picoseconds kLongest = 3'600 * kPsPerSecond;  // recorded times, scaled
  std::uint16_t endpoint = 0;
  std::vector<QueueId> queues;
  std::vector<bool> dedicated;                    // of each queue, whether all its requests carry one PASID
  std::uint64_t record_address = 0x3F'FFFE'0000;  // 4 KiB of completion records, outside the recording's pages
  std::uint32_t first_handle = 0;                 // as in a class
  bool device_tlb = false;     // the endpoint has an ATC that recorded device-TLB invalidations can go to
  bool first_stage = true;     // tenants' pages are in a first stage (not in a second one alone)
  unsigned address_bits = 57;  // tables reach addresses below 2^address_bits
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_
