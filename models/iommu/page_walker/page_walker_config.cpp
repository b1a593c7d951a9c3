// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/page_walker/page_walker_config.h"

#include <string>
#include <utility>

namespace siov {

// A knob that could have no effect is refused rather than ignored.
ConfigFaults WalkerCacheConfig::Validate(const std::string& prefix) const {
  const std::string dot = prefix.empty() ? "" : prefix + ".";
  ConfigFaults faults = CacheGeometry::Validate(prefix);
  for (const ConfigFault& fault : WalkerCacheParameters::Validate()) {
    faults.push_back({dot + fault.field, fault.value, fault.allowed});
  }
  if (entries == 0 && lookup_latency_ps != 0) {
    faults.push_back({dot + "lookup_latency", std::to_string(lookup_latency_ps) + " ps", "0 without entries"});
  }
  if (entries == 0 && partitions > 1) {
    faults.push_back({dot + "partitions", std::to_string(partitions), "1 without entries"});
  }
  if (lookup_latency_ps == 0 && slots != 0) {
    faults.push_back({dot + "slots", std::to_string(slots), "0 unless a lookup takes time (lookup_latency)"});
  }
  return faults;
}

const WalkerCacheConfig& PageWalkerConfig::cache(unsigned cache) const {
  if (cache == kContextEntries) return context_cache;
  if (cache == kPasidEntries) return pasid_cache;
  if (cache == kNestedPages) return nested_cache;
  return cache < SecondStageCache(2) ? first_stage_cache[cache - FirstStageCache(2)]
                                     : second_stage_cache[cache - SecondStageCache(2)];
}

ConfigFaults PageWalkerConfig::Validate() const {
  ConfigFaults faults = PageWalkerParameters::Validate();
  const auto check = [&faults](const WalkerCacheConfig& cache, const std::string& prefix) {
    for (ConfigFault& fault : cache.Validate(prefix)) faults.push_back(std::move(fault));
  };
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
