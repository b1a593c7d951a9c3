// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording_config.h"

#include <string>

namespace siov {

ConfigFaults FaultRecordingConfig::Validate() const {
  ConfigFaults faults;
  constexpr std::uint32_t kMostRegisters = 256;  // CAP.NFR has 8 bits
  constexpr std::uint32_t kMostEntries = 1u << 20;
  if (profile == IommuProfile::kVtd && (records == 0 || records > kMostRegisters)) {
    faults.push_back(
        {"records", std::to_string(records),
         "1 to 256 with profile VTD (fault recording registers; VT-d counts them in the 8 bits of CAP.NFR)"});
  }
  if (profile == IommuProfile::kRiscv && (records < 2 || records > kMostEntries || !IsPowerOfTwo(records))) {
    faults.push_back({"records", std::to_string(records), "a power of two from 2 to 1048576 (RISC-V fault queue)"});
  }
  if (profile == IommuProfile::kRiscv && collapse) {
    faults.push_back({"collapse", "true", "false: the RISC-V fault queue records every fault"});
  }
  return faults;
}

}  // namespace siov
