// SPDX-License-Identifier: Apache-2.0
// How a recording is replayed: in which time and order, and what becomes of its mappings and invalidations.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_KINDS_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_KINDS_H_

#include <cstdint>

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

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_KINDS_H_
