// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of interrupt remapping.
#ifndef SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
#define SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_parameters.h"

namespace siov {

struct InterruptRemapperConfig : InterruptRemapperParameters {
  std::uint64_t table_address = 0;
  std::uint64_t descriptor_address = 0;  // posted-interrupt descriptors, 64 B a vCPU
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CONFIG_H_
