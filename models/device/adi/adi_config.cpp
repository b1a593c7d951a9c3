// SPDX-License-Identifier: Apache-2.0
#include "models/device/adi/adi_config.h"

#include <algorithm>
#include <set>

#include "models/base/units.h"

namespace siov {
namespace {

bool Known(const std::vector<AdiResource>& pools, const std::string& kind) {
  return std::any_of(pools.begin(), pools.end(), [&kind](const AdiResource& pool) { return pool.kind == kind; });
}

void ValidateRegions(const AdiType& type, const std::string& at, ConfigFaults* faults) {
  if (type.regions.empty()) faults->push_back({at + "regions", "none", "at least one, or nobody can reach the ADI"});
  for (std::size_t i = 0; i < type.regions.size(); ++i) {
    const AdiRegion& region = type.regions[i];
    const std::string path = at + "regions[" + std::to_string(i) + "].";
    for (const ConfigFault& fault : region.Validate())
      faults->push_back({path + fault.field, fault.value, fault.allowed});
    for (std::size_t j = 0; j < i; ++j) {
      const AdiRegion& other = type.regions[j];
      if (region.offset_bytes >= other.offset_bytes + other.size_bytes ||
          other.offset_bytes >= region.offset_bytes + region.size_bytes) {
        continue;
      }
      faults->push_back(
          {path + "offset_bytes", std::to_string(region.offset_bytes), "outside of region \"" + other.name + "\""});
    }
  }
}

void ValidateType(const AdiConfig& config, std::size_t index, ConfigFaults* faults) {
  const AdiType& type = config.types[index];
  const std::string at = "types[" + std::to_string(index) + "].";
  for (const ConfigFault& fault : type.Validate()) faults->push_back({at + fault.field, fault.value, fault.allowed});
  Require(type.offset_bytes % kPage4K == 0, (at + "offset_bytes").c_str(), type.offset_bytes,
          "a multiple of 4096: an ADI's registers lie in whole pages (SIOV-12)", faults);
  const auto aperture = std::find_if(config.apertures.begin(), config.apertures.end(),
                                     [&type](const AdiAperture& one) { return one.bar == type.bar; });
  Require(aperture != config.apertures.end(), (at + "bar").c_str(), type.bar, "a BAR of the function", faults);
  if (type.shared_queue_only && !type.resources.empty()) {
    faults->push_back(
        {at + "resources", type.resources[0].kind,
         "none: an ADI that submits through shared queues alone has neither queues nor contexts of its own"});
  }
  for (std::size_t i = 0; i < type.resources.size(); ++i) {
    const AdiResource& one = type.resources[i];
    const std::string path = at + "resources[" + std::to_string(i) + "].";
    if (!Known(config.pools, one.kind))
      faults->push_back({path + "kind", one.kind, "a kind of which the function has any"});
    for (const ConfigFault& fault : one.Validate()) faults->push_back({path + fault.field, fault.value, fault.allowed});
  }
  ValidateRegions(type, at, faults);
}

}  // namespace

ConfigFaults AdiConfig::Validate() const {
  ConfigFaults faults;
  std::set<std::string> names;
  for (std::size_t i = 0; i < types.size(); ++i) {
    ValidateType(*this, i, &faults);
    if (names.insert(types[i].name).second) continue;
    faults.push_back({"types[" + std::to_string(i) + "].name", types[i].name, "a name that no other type has"});
  }
  return faults;
}

ConfigFaults AdiConfig::ValidateAmounts() const {
  ConfigFaults faults;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string at = "types[" + std::to_string(i) + "].";
    const auto check = [&](const std::string& field, const std::string& what, std::uint32_t each, std::uint32_t all) {
      if (std::uint64_t{each} * types[i].count <= all) return;
      const std::string has = ", as the device has " + std::to_string(all) + " " + what;
      if (each > all) {
        faults.push_back({at + field, std::to_string(each), "at most " + std::to_string(all) + has});
        return;
      }
      faults.push_back({at + "count", std::to_string(types[i].count),
                        "at most " + std::to_string(all / each) + has + " and each ADI of type \"" + types[i].name +
                            "\" takes " + std::to_string(each)});
    };
    for (std::size_t r = 0; r < types[i].resources.size(); ++r) {
      const AdiResource& one = types[i].resources[r];
      const auto pool =
          std::find_if(pools.begin(), pools.end(), [&](const auto& each) { return each.kind == one.kind; });
      if (pool != pools.end()) check("resources[" + std::to_string(r) + "].count", one.kind, one.count, pool->count);
    }
    check("messages", "interrupt messages", types[i].messages, messages);
  }
  return faults;
}

}  // namespace siov
