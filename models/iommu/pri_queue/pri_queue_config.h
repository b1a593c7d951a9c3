// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the IOMMU page request queue.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/iommu/pri_queue/pri_queue_parameters.h"

namespace siov {

struct PriQueueConfig : PriQueueParameters {
  std::uint32_t descriptor_bytes = 32;       // vtd 32, riscv 16
  bool riscv = false;                        // which answers table errors and a queue that is off get
  std::uint8_t device_directory_levels = 2;  // riscv: 1 reaches 128 functions
  std::uint32_t tables_home = 0;             // which of the host's memories holds the ring
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CONFIG_H_
