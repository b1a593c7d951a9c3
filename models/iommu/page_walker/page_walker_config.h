// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the page walker and its caches.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CONFIG_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CONFIG_H_

#include <array>
#include <cstdint>
#include <string>

#include "models/base/config_fault.h"
#include "models/base/set_associative.h"
#include "models/iommu/page_walker/page_walker_parameters.h"
#include "models/translation/table_format.h"

namespace siov {

// One cache of the walker: what it holds, and what asking it costs.
struct WalkerCacheConfig : WalkerCacheParameters {
  WalkerCacheConfig() = default;
  WalkerCacheConfig(const CacheGeometry& geometry) {  // NOLINT(google-explicit-constructor)
    static_cast<CacheGeometry&>(*this) = geometry;
  }
  ConfigFaults Validate(const std::string& prefix) const;
};

// The caches of one walker by number, and sets of them as bits.
using WalkerCacheSet = std::uint16_t;
inline constexpr unsigned kContextEntries = 0;
inline constexpr unsigned kPasidEntries = 1;
inline constexpr unsigned kNestedPages = 2;
constexpr unsigned FirstStageCache(unsigned level) { return 1 + level; }  // levels 2 to 5
constexpr unsigned SecondStageCache(unsigned level) { return 5 + level; }
inline constexpr unsigned kWalkerCaches = 11;
constexpr WalkerCacheSet SetOf(unsigned cache) { return static_cast<WalkerCacheSet>(1u << cache); }
// The paging-structure caches of a stage with so many levels.
constexpr WalkerCacheSet FirstStageCaches(unsigned levels) {
  return static_cast<WalkerCacheSet>(((1u << (levels - 1)) - 1) << FirstStageCache(2));
}
constexpr WalkerCacheSet SecondStageCaches(unsigned levels) {
  return static_cast<WalkerCacheSet>(((1u << (levels - 1)) - 1) << SecondStageCache(2));
}

struct PageWalkerConfig : PageWalkerParameters {
  IommuProfile profile = IommuProfile::kVtd;
  std::uint8_t device_directory_levels = 2;   // RISC-V: 1 reaches 128 functions, 2 all of a segment
  std::uint8_t process_directory_levels = 3;  // RISC-V: process ids of 8, 17 or 20 bits
  std::uint8_t host_permission_shift = 12;    // page size of the host permission table where nothing else is set
  WalkerCacheConfig context_cache;            // requester id -> context entry (root + context table: two reads)
  WalkerCacheConfig pasid_cache;              // (requester id, PASID) -> PASID entry (directory + entry: two reads)
  // Entry [l-2] caches references to tables of level l-1, i.e. skips the walk down to level l (l = 2..5).
  std::array<WalkerCacheConfig, kMaxTableLevels - 1> first_stage_cache;
  std::array<WalkerCacheConfig, kMaxTableLevels - 1> second_stage_cache;
  WalkerCacheConfig nested_cache;  // guest-physical page -> host-physical page of table pages met in nested walks
  // By number. REQUIRES cache < kWalkerCaches.
  const WalkerCacheConfig& cache(unsigned cache) const;
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CONFIG_H_
