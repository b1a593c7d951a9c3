// SPDX-License-Identifier: Apache-2.0
#include "models/page_walker/page_walker_config.h"

#include <string>

namespace siov {

ConfigFaults PageWalkerConfig::Validate() const {
  ConfigFaults faults;
  const auto check = [&faults](const CacheGeometry& geometry, const std::string& prefix) {
    for (ConfigFault& fault : geometry.Validate(prefix)) faults.push_back(std::move(fault));
  };
  constexpr std::uint32_t kMostWalkers = 65'536;
  if (walkers == 0 || walkers > kMostWalkers) faults.push_back({"walkers", std::to_string(walkers), "1 to 65536"});
  const auto levels = [&faults](unsigned value, const char* field) {
    if (value < 1 || value > 3) faults.push_back({field, std::to_string(value), "1 to 3"});
  };
  levels(device_directory_levels, "device_directory_levels");
  levels(process_directory_levels, "process_directory_levels");
  check(context_cache, "context_cache");
  check(pasid_cache, "pasid_cache");
  for (std::size_t i = 0; i < first_stage_cache.size(); ++i) {
    check(first_stage_cache[i], "first_stage_cache.l" + std::to_string(i + 2));
    check(second_stage_cache[i], "second_stage_cache.l" + std::to_string(i + 2));
  }
  check(nested_cache, "nested_cache");
  return faults;
}

}  // namespace siov
