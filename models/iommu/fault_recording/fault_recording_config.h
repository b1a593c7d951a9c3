// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of fault recording.
#ifndef SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_
#define SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/iommu/fault_recording/fault_recording_parameters.h"
#include "models/translation/fault_matrix.h"

namespace siov {

inline constexpr std::uint32_t kFaultQueueRecordBytes = 32;  // RISC-V

struct FaultRecordingConfig : FaultRecordingParameters {
  IommuProfile profile = IommuProfile::kVtd;
  std::uint32_t tables_home = 0;  // which of the host's memories holds the queue
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_
