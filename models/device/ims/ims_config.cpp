// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims_config.h"

namespace siov {

ConfigFaults ImsConfig::Validate() const {
  ConfigFaults faults = ImsParameters::Validate();
  Require(programmed.size() <= entries, "programmed", programmed.size(), "at most entries", &faults);
  if (placement == ImsPlacement::kHostMemory) {
    Require(entry_bytes == 0 || table_address % entry_bytes == 0, "table_address", table_address,
            "a multiple of entry_bytes", &faults);
  } else {
    Require(cache.entries == 0, "cache.entries", cache.entries, "0: a store on the device has no cache", &faults);
  }
  return faults;
}

}  // namespace siov
