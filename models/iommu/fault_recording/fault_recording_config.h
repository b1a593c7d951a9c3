// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of fault recording.
#ifndef SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_
#define SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/translation/fault_matrix.h"

namespace siov {

inline constexpr std::uint32_t kFaultQueueRecordBytes = 32;  // RISC-V

struct FaultRecordingConfig {
  IommuProfile profile = IommuProfile::kVtd;
  // VT-d: recording registers (1 to 256). RISC-V: entries of the fault queue in memory, a power of two; it holds one
  // less.
  std::uint32_t records = 8;
  bool collapse = false;              // VT-d: a fault of a device that has one pending already is not recorded again
  bool event_masked = false;          // IM: no event until software unmasks it, which nobody does during a run
  Picoseconds record_latency_ps = 0;  // from the fault to its record
  Picoseconds event_latency_ps = 0;   // from the record to the event interrupt at a CPU
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CONFIG_H_
