// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims_config.h"

#include "models/device/ims/interrupt_message.h"

namespace siov {

ConfigFaults ImsConfig::Validate() const {
  ConfigFaults faults = ImsParameters::Validate();
  Require(std::uint64_t{first_remapping_index} + entries <= kMaxInterruptIndices, "entries", entries,
          "at least 1, and together with first_remapping_index at most 65536", &faults);
  if (placement == ImsPlacement::kHostMemory) {
    Require(entry_bytes == 0 || table_address % entry_bytes == 0, "table_address", table_address,
            "a multiple of entry_bytes", &faults);
  } else {
    Require(cache.entries == 0, "cache.entries", cache.entries, "0: a store on the device has no cache", &faults);
  }
  return faults;
}

}  // namespace siov
