// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/pri_queue/pri_queue_config.h"

namespace siov {

ConfigFaults PriQueueConfig::Validate() const {
  ConfigFaults faults = PriQueueParameters::Validate();
  Require(descriptor_bytes == 16 || descriptor_bytes == 32, "descriptor_bytes", descriptor_bytes,
          "32 (VT-d) or 16 (RISC-V)", &faults);
  if (overflow_response == PageResponseCode::kInvalidRequest) {
    faults.push_back({"overflow_response", "Invalid Request", "Success or Response Failure"});
  }
  return faults;
}

}  // namespace siov
