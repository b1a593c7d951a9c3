// SPDX-License-Identifier: Apache-2.0
#include "models/host/fault_service/fault_service_config.h"

namespace siov {

ConfigFaults FaultServiceConfig::Validate() const {
  ConfigFaults faults = FaultServiceParameters::Validate();
  // The gaps must be times a run can reach.
  Require(swap_out_per_second == 0.0 || swap_out_per_second >= 1e-4, "swap_out_per_second", swap_out_per_second,
          "0 (none) or at least 0.0001", &faults);
  return faults;
}

}  // namespace siov
