// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the invalidation queue.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

// The width of the ITag field and of a device's queue depth field (PCIe 10.3.1, 10.5.1).
inline constexpr std::uint32_t kMaxItags = 32;

struct InvalidationQueueConfig {
  std::uint32_t entries = 256;                            // ring of N holds N-1
  std::uint32_t descriptor_bytes = 32;                    // 32: VT-d scalable mode; 16: RISC-V command queue
  Picoseconds execute_latency_ps = 0;                     // decoding and sending off one fetched descriptor
  Picoseconds completion_timeout_ps = 60 * kPsPerSecond;  // invalidate request to its last completion
  std::uint32_t outstanding_per_device = kMaxItags;       // invalidate requests of one device in flight
  std::uint32_t max_address_mask = 18;                    // MAMV: largest page range of types 2 and 6, log2 of pages

  bool riscv() const { return descriptor_bytes == 16; }
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_
