// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording_config.h"

#include <string>

namespace siov {

ConfigFaults FaultRecordingConfig::Validate() const {
  ConfigFaults faults = FaultRecordingParameters::Validate();
  constexpr std::uint32_t kMostRegisters = 256;  // CAP.NFR has 8 bits
  Require(profile != IommuProfile::kVtd || records <= kMostRegisters, "records", records,
          "1 to 256 with profile VTD (fault recording registers; VT-d counts them in the 8 bits of CAP.NFR)", &faults);
  if (profile == IommuProfile::kRiscv) {
    Require(records >= 2 && IsPowerOfTwo(records), "records", records,
            "a power of two from 2 to 1048576 (RISC-V fault queue)", &faults);
    if (collapse) faults.push_back({"collapse", "true", "false: the RISC-V fault queue records every fault"});
  }
  return faults;
}

}  // namespace siov
