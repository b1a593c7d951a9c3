// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_config.h"

#include <string>

namespace siov {
namespace {

constexpr std::uint32_t kMaxServers = 1'024;

void CheckRate(const char* field, double bytes_per_second, ConfigFaults& faults) {
  if (ByteRate::CanBe(bytes_per_second)) return;
  faults.push_back({field, std::to_string(bytes_per_second), ByteRate::kAllowed});
}

}  // namespace

ConfigFaults MemoryConfig::Validate() const {
  ConfigFaults faults;
  if (residency == MemoryResidency::kLlcTags) {
    faults = llc.Validate("llc");
    if (llc.entries == 0) faults.push_back({"llc.entries", "0", "at least 1, or a residency without tags"});
  }
  if (!IsPowerOfTwo(line_bytes) || line_bytes < 32 || line_bytes > 256) {
    faults.push_back({"line_bytes", std::to_string(line_bytes), "32, 64, 128 or 256"});
  }
  const auto check_servers = [&faults](const char* field, std::uint32_t servers) {
    if (servers < 1 || servers > kMaxServers) faults.push_back({field, std::to_string(servers), "1 to 1024"});
  };
  check_servers("llc_slices", llc_slices);
  check_servers("dram_channels", dram_channels);
  // An answer never takes no time: blocks rely on it coming after the request was passed on.
  if (llc_latency_ps == 0 && residency != MemoryResidency::kAllDram) {
    faults.push_back({"llc_latency_ps", "0", "at least 1"});
  }
  if (dram_latency_ps == 0 && residency != MemoryResidency::kAllLlc) {
    faults.push_back({"dram_latency_ps", "0", "at least 1"});
  }
  CheckRate("llc_bytes_per_second", llc_bytes_per_second, faults);
  CheckRate("dram_bytes_per_second", dram_bytes_per_second, faults);
  return faults;
}

}  // namespace siov
