// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/driver_config.h"

#include <string>

namespace siov {

ConfigFaults DriverConfig::Validate() const {
  ConfigFaults faults;
  const auto check = [&faults](bool good, const char* field, std::uint64_t value, const char* allowed) {
    if (!good) faults.push_back({field, std::to_string(value), allowed});
  };
  check(flush_entries >= 1 && flush_entries <= (1u << 20), "flush_entries", flush_entries, "1 to 1048576");
  check(policy != UnmapPolicy::kDeferred || flush_timeout_ps > 0, "flush_timeout", flush_timeout_ps, "more than 0");
  check(batch_jobs >= 1 && batch_jobs <= (1u << 20), "batch_jobs", batch_jobs, "1 to 1048576");
  check(policy != UnmapPolicy::kBatched || batch_jobs == 1 || batch_timeout_ps > 0, "batch_timeout", batch_timeout_ps,
        "more than 0: else the last jobs of a run would wait for ever");
  return faults;
}

}  // namespace siov
