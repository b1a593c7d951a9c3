// SPDX-License-Identifier: Apache-2.0
// Resolved description of a replay: which recording, fanned out over how many tenants, in which time and order.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

enum class ReplayTiming : std::uint8_t {
  kRecorded,          // submit at recorded time x time_scale
  kAsFastAsPossible,  // bounded by `outstanding` per tenant
};

enum class ReplayOrder : std::uint8_t {
  kByDevice,    // each tenant goes through the accesses of one recorded device; mappings play no part
  kAsRecorded,  // accesses, mappings and invalidations of all devices in the order of the recording
};

enum class ReplayPages : std::uint8_t {
  kRecorded,    // tenants' pages are mapped and unmapped as recorded
  kProcedural,  // every page is there from the start
};

enum class ReplayInvalidations : std::uint8_t {
  kRecorded,  // the recorded descriptors
  kByHost,    // those the host's unmap policy needs for the recorded unmaps
  kNone,
};

// Every DMA access of the recording is one job, at its recorded address. Tenant t of the replay uses stream (t mod
// streams) with its own PASID, starting `stagger` of the stream's length after tenant t - streams, and goes round at
// the end of the stream. Replaying tenants are numbered after those of the classes.
struct ReplayConfig {
  std::string trace_file;  // empty: no replay
  std::uint32_t tenants = 1;
  std::uint16_t endpoint = 0;
  std::vector<QueueId> queues;
  ReplayTiming timing = ReplayTiming::kAsFastAsPossible;
  double time_scale = 1.0;
  static constexpr Picoseconds kLongest = 3'600 * kPsPerSecond;  // recorded times, scaled
  std::uint32_t outstanding = 1;
  std::uint64_t jobs_per_tenant = 0;      // 0 = the whole stream once
  std::uint32_t unknown_size_bytes = 64;  // for accesses recorded without a size
  double stagger = 0.0;                   // 0 to 1, of the stream: of its time (recorded timing) or its accesses
  std::uint64_t memory_bytes = std::uint64_t{256} << 20;  // for streams held as a whole, 16 bytes an access
  std::uint64_t record_address = 0x3F'FFFE'0000;          // 4 KiB of completion records, outside the recording's pages
  bool wants_interrupt = false;
  std::uint32_t interrupt_handles = 0;  // as in a class
  bool window_only = false;             // what lies between the recorder's marks WL_START and WL_END

  // The rest is about kAsRecorded (ordered_replay.h). Each copy of the recording takes as many tenants as it has pairs
  // of device and domain; `outstanding` then counts accesses of a copy between two changes of its mappings.
  ReplayOrder order = ReplayOrder::kByDevice;
  ReplayPages pages = ReplayPages::kRecorded;
  ReplayInvalidations invalidations = ReplayInvalidations::kRecorded;
  std::uint32_t access_bytes = 64;  // at most so much of each access: one request, so one translation
  bool device_tlb = false;          // the endpoint has an ATC that recorded device-TLB invalidations can go to
  bool first_stage = true;          // tenants' pages are in a first stage (not in a second one alone)
  unsigned address_bits = 57;       // tables reach addresses below 2^address_bits
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_CONFIG_H_
