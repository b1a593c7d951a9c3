// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the work queues and the group arbiter of one device.
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/device/atc/atc_config.h"

namespace siov {

enum class QueueMode : std::uint8_t { kShared, kDedicated };

struct WorkQueueConfig {
  std::string name;
  QueueMode mode = QueueMode::kShared;
  std::uint32_t size = 128;       // descriptors
  std::uint32_t threshold = 128;  // limited portal accepts below this occupancy (shared only)
  std::uint32_t priority = 1;     // 1..15
  std::uint32_t group = 0;
};

struct SwqArbiterConfig {
  std::vector<WorkQueueConfig> queues;
  std::uint32_t groups = 1;
  std::uint32_t total_entries = 128;    // storage shared by all queues
  std::vector<AtcEvent> events;         // what software does to the function, which may close its portals
  Picoseconds accept_latency_ps = 0;    // portal write to accepted / Retry
  Picoseconds dispatch_latency_ps = 0;  // decision to descriptor at the engine
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_
