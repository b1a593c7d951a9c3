// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"

#include <string>

namespace siov {

ConfigFaults InvalidationQueueConfig::Validate() const {
  ConfigFaults faults;
  const auto require = [&faults](bool holds, const char* field, std::uint64_t value, const char* allowed) {
    if (!holds) faults.push_back({field, std::to_string(value), allowed});
  };
  constexpr std::uint32_t kMostEntries = 1u << 15;  // IQA.QS has 3 bits: 2^(7 + 8) slots of 16 bytes
  require(entries >= 2 && entries <= kMostEntries && IsPowerOfTwo(entries), "entries", entries,
          "a power of two from 2 to 32768");
  require(descriptor_bytes == 16 || descriptor_bytes == 32, "descriptor_bytes", descriptor_bytes,
          "32 (VT-d scalable mode) or 16 (RISC-V)");
  require(completion_timeout_ps > 0, "completion_timeout", completion_timeout_ps, "more than 0");
  require(outstanding_per_device >= 1 && outstanding_per_device <= kMaxItags, "outstanding_per_device",
          outstanding_per_device, "1 to 32");
  require(max_address_mask <= 51, "max_address_mask", max_address_mask, "0 to 51");
  return faults;
}

}  // namespace siov
