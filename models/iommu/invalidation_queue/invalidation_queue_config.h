// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the invalidation queue.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/iommu/invalidation_queue/invalidation_queue_parameters.h"

namespace siov {

// The width of the ITag field and of a device's queue depth field (PCIe 10.3.1, 10.5.1).
inline constexpr std::uint32_t kMaxItags = 32;

struct InvalidationQueueConfig : InvalidationQueueParameters {
  std::uint32_t descriptor_bytes = 32;  // 32: VT-d scalable mode; 16: RISC-V command queue
  std::uint32_t tables_home = 0;        // which of the host's memories holds the ring

  bool riscv() const { return descriptor_bytes == 16; }
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CONFIG_H_
