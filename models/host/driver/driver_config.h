// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the driver's mapping work.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

enum class UnmapPolicy : std::uint8_t {
  kStrict,    // every unmapped range: invalidate, wait
  kDeferred,  // unmapped ranges gather in a flush queue; a flush of their domain frees them
  kBatched,   // several jobs' ranges share one wait, and their tenants are told after it
};

// A step the driver leaves out, for experiments with wrong software.
enum class RecipeOmission : std::uint8_t { kNone, kIotlb, kDeviceTlb, kWait, kOrder };

struct DriverConfig {
  UnmapPolicy policy = UnmapPolicy::kStrict;
  RecipeOmission omission = RecipeOmission::kNone;
  Picoseconds map_latency_ps = 0;         // one range: IOVA, table entries
  Picoseconds unmap_latency_ps = 0;       // one range, without its invalidation
  Picoseconds descriptor_latency_ps = 0;  // building one descriptor of the invalidation queue
  Picoseconds doorbell_latency_ps = 0;    // lock, and the tail register, once for the descriptors of a sync
  Picoseconds poll_latency_ps = 0;        // status visible until the waiting CPU sees it
  Picoseconds event_latency_ps = 0;       // event interrupt until software has cleared what it tells
  std::uint32_t flush_entries = 256;      // deferred: of one CPU's ring of a domain's flush queue
  std::uint32_t flush_queues = 1;         // deferred: CPUs that have such a ring
  Picoseconds flush_timeout_ps = 10 * kPsPerMs;
  std::uint32_t batch_jobs = 32;  // batched: jobs that share a wait
  Picoseconds batch_timeout_ps = 0;
  std::uint32_t retry_limit = 3;     // times a sync whose wait was aborted is submitted again
  std::uint8_t max_page_shift = 30;  // largest range one descriptor can name; beyond it the whole domain goes
  std::uint8_t descriptor_bytes = 32;
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_
