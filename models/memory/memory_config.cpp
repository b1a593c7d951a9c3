// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_config.h"

namespace siov {

ConfigFaults MemoryConfig::Validate() const {
  ConfigFaults faults = MemoryParameters::Validate();
  if (residency == MemoryResidency::kLlcTags && llc.entries == 0) {
    faults.push_back({"llc.entries", "0", "at least 1, or a residency without tags"});
  }
  // Blocks rely on an answer coming after the request was passed on.
  constexpr const char* kTakesTime = "more than 0, as no memory answers at once";
  Require(llc_latency_ps != 0 || residency == MemoryResidency::kAllDram, "llc_latency_ps", llc_latency_ps, kTakesTime,
          &faults);
  Require(dram_latency_ps != 0 || residency == MemoryResidency::kAllLlc, "dram_latency_ps", dram_latency_ps, kTakesTime,
          &faults);
  return faults;
}

}  // namespace siov
