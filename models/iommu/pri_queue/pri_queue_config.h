// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the IOMMU page request queue.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/protocol/tlp.h"

namespace siov {

struct PriQueueConfig {
  std::uint32_t entries = 2048;              // ring of N holds N-1 (VT-d 7.4.1)
  std::uint32_t descriptor_bytes = 32;       // vtd 32, riscv 16
  bool riscv = false;                        // which answers table errors and a queue that is off get
  std::uint8_t device_directory_levels = 2;  // riscv: 1 reaches 128 functions
  bool enabled = true;                       // software has set up the ring
  PageResponseCode overflow_response = PageResponseCode::kSuccess;  // of requests with L=1 that find no place
  Picoseconds enqueue_latency_ps = 0;                               // from message to descriptor write
  Picoseconds response_latency_ps = 0;  // from the page group response descriptor to the message
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_
