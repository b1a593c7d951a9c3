// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of interrupt remapping.
#ifndef SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
#define SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/set_associative.h"
#include "models/base/units.h"

namespace siov {

enum class InterruptDelivery : std::uint8_t { kRemapped, kPosted };

struct InterruptRemapperConfig {
  std::uint32_t table_entries = 65536;
  CacheGeometry entry_cache;
  InterruptDelivery delivery = InterruptDelivery::kPosted;
  Picoseconds lookup_latency_ps = 0;       // cache lookup and checks
  Picoseconds delivery_latency_ps = 0;     // message to the local APIC
  Picoseconds notification_window_ps = 0;  // posted: notifications of one vCPU within this time coalesce (ON stays set)
  std::uint64_t table_address = 0;
  std::uint64_t descriptor_address = 0;  // posted-interrupt descriptors, 64 B a vCPU
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
