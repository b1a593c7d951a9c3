// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the work queues and the group arbiter of one device.
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/device/atc/atc_config.h"
#include "models/device/swq_arbiter/swq_arbiter_parameters.h"

namespace siov {

// Contexts of the engines that take the jobs of some queues alone, as those have no others: an ADI's.
struct ContextShare {
  std::uint32_t first_queue = 0;
  std::uint32_t queues = 1;
  std::uint32_t first_context = 0;  // engine * jobs_per_engine + context
  std::uint32_t contexts = 1;
};

struct SwqArbiterConfig : SwqArbiterParameters {
  std::uint64_t portal_base = 0;  // of the BAR that holds the portals
  std::vector<WorkQueueConfig> queues;
  std::vector<Pasid> queue_pasids;   // by queue, of dedicated ones: those that are bound to an address space
  std::vector<ContextShare> shares;  // disjoint
  std::vector<AtcEvent> events;      // what software does to the function, which may close its portals
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CONFIG_H_
