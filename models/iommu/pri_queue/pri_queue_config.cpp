// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/pri_queue/pri_queue_config.h"

#include <string>

namespace siov {

ConfigFaults PriQueueConfig::Validate() const {
  ConfigFaults faults;
  constexpr std::uint32_t kMostEntries = 1u << 22;  // PQS has 4 bits: 2^(15 + 7)
  if (entries < 2 || entries > kMostEntries || !IsPowerOfTwo(entries)) {
    faults.push_back({"entries", std::to_string(entries), "a power of two from 2 to 4194304"});
  }
  if (descriptor_bytes != 16 && descriptor_bytes != 32) {
    faults.push_back({"descriptor_bytes", std::to_string(descriptor_bytes), "32 (VT-d) or 16 (RISC-V)"});
  }
  if (overflow_response == PageResponseCode::kInvalidRequest) {
    faults.push_back({"overflow_response", "Invalid Request", "Success or Response Failure"});
  }
  return faults;
}

}  // namespace siov
