// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the device's address translation cache.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/page_prefetcher.h"
#include "models/base/set_associative.h"
#include "models/base/units.h"
#include "models/device/atc/atc_event.h"
#include "models/device/atc/page_request_config.h"

namespace siov {

struct AtcConfig {
  CacheGeometry geometry;  // pages of all sizes share it
  Picoseconds lookup_latency_ps = 0;
  Picoseconds lookup_interval_ps = 0;           // one lookup may start each interval; 0 = unlimited
  std::uint32_t outstanding_requests = 0;       // translation requests in flight; 0 = unlimited
  std::uint32_t smallest_translation_unit = 0;  // STU: 4 KiB x 2^STU
  std::uint32_t translations_per_request = 1;   // contiguous units one request asks for, if the job's buffer goes on
  PagePrefetchConfig prefetch;
  bool no_write_requests = false;  // reads ask with NW: the page need not become dirty
  std::vector<AtcEvent> events;
  PageRequestConfig pri;
  std::uint32_t invalidate_queue_depth = 32;  // invalidate requests accepted and not completed
  Picoseconds invalidation_latency_ps =
      0;  // from the start of an invalidation until its entries are gone; one at a time
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_
