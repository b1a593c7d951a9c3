// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the IOTLB.
#ifndef SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_
#define SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_

#include <vector>

#include "models/base/config_fault.h"
#include "models/base/memory_ranges.h"
#include "models/iommu/iotlb/iotlb_parameters.h"
#include "models/translation/fault_matrix.h"

namespace siov {

struct IotlbConfig : IotlbParameters {
  IommuProfile profile = IommuProfile::kVtd;
  Containment containment = Containment::kNone;  // of translated requests
  std::vector<MemoryRange> device_memory;        // behind all base address registers: no memory of the host's
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_IOTLB_IOTLB_CONFIG_H_
