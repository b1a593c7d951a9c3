// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims_config.h"

#include "models/device/ims/interrupt_message.h"

namespace siov {

ConfigFaults ImsConfig::Validate() const {
  ConfigFaults faults;
  const auto require = [&faults](bool holds, const char* field, std::uint64_t value, const char* allowed) {
    if (!holds) faults.push_back({field, std::to_string(value), allowed});
  };
  require(entries >= 1 && std::uint64_t{first_remapping_index} + entries <= kMaxInterruptIndices, "entries", entries,
          "at least 1, and together with first_remapping_index at most 65536");
  require(IsPowerOfTwo(entry_bytes) && entry_bytes >= 16 && entry_bytes <= 64, "entry_bytes", entry_bytes,
          "16, 32 or 64");
  if (placement == ImsPlacement::kHostMemory) {
    require(entry_bytes == 0 || table_address % entry_bytes == 0, "table_address", table_address,
            "a multiple of entry_bytes");
    for (ConfigFault& fault : cache.Validate("cache")) faults.push_back(std::move(fault));
  } else {
    require(cache.entries == 0, "cache.entries", cache.entries, "0: a store on the device has no cache");
  }
  return faults;
}

}  // namespace siov
