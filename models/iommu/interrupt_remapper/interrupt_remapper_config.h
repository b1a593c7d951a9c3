// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of interrupt remapping.
#ifndef SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
#define SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_parameters.h"

namespace siov {

// An entry of the remapping table as system software has written it.
struct RemappingEntry {
  bool present = false;
  RequesterId source = 0;  // whose messages may name it (source validation: all 16 bits)
  std::uint32_t vcpu = 0;  // remapped: the CPU it is sent to; posted: whose descriptor it names
};

struct InterruptRemapperConfig : InterruptRemapperParameters {
  std::vector<RemappingEntry> entries;  // by index, at most table_entries; those beyond are not present
  std::uint64_t table_address = 0;
  std::uint64_t descriptor_address = 0;  // posted-interrupt descriptors, 64 B a vCPU
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
