// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the IOTLB.
#ifndef SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_
#define SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/set_associative.h"
#include "models/base/units.h"
#include "models/translation/fault_matrix.h"
#include "models/translation/translation_prefetcher.h"

namespace siov {

// Whose request the lookup port takes next, and whose miss the next free slot.
enum class IotlbOrder : std::uint8_t { kArrival, kRoundRobinPorts, kRoundRobinFunctions, kRoundRobinPasids };

struct IotlbConfig {
  CacheGeometry geometry;  // entries, ways, policy; pages of all sizes share it
  Picoseconds lookup_latency_ps = 0;
  Picoseconds lookup_interval_ps = 0;  // one lookup may start each interval; 0 = unlimited
  std::uint32_t miss_slots = 0;        // misses in flight (merged ones share a slot); 0 = unlimited
  IotlbOrder order = IotlbOrder::kArrival;
  PrefetchConfig prefetch;
  IommuProfile profile = IommuProfile::kVtd;
  Containment containment = Containment::kNone;  // of translated requests
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_
