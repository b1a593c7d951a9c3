// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"

namespace siov {

ConfigFaults InvalidationQueueConfig::Validate() const {
  ConfigFaults faults = InvalidationQueueParameters::Validate();
  Require(descriptor_bytes == 16 || descriptor_bytes == 32, "descriptor_bytes", descriptor_bytes,
          "32 (VT-d scalable mode) or 16 (RISC-V)", &faults);
  return faults;
}

}  // namespace siov
