// SPDX-License-Identifier: Apache-2.0
#include "models/host/fault_service/fault_service_config.h"

#include <string>

namespace siov {

ConfigFaults FaultServiceConfig::Validate() const {
  constexpr std::uint32_t kMaxHandlers = 1u << 20;
  ConfigFaults faults;
  if (handlers < 1 || handlers > kMaxHandlers) {
    faults.push_back({"fault_handlers", std::to_string(handlers), "1 to 1048576"});
  }
  if (!(major_fraction >= 0.0 && major_fraction <= 1.0)) {
    faults.push_back({"major_fault_fraction", std::to_string(major_fraction), "0 to 1"});
  }
  if (swap_out_per_second != 0.0 && !(swap_out_per_second >= 1e-4)) {  // the gaps must be times a run can reach
    faults.push_back({"swap_out_per_second", std::to_string(swap_out_per_second), "0 (none) or at least 0.0001"});
  }
  const auto append = [&faults](const ConfigFaults& more) { faults.insert(faults.end(), more.begin(), more.end()); };
  append(minor_service.Validate("fault_service"));
  append(major_service.Validate("major_fault_service"));
  append(guest_service.Validate("guest_fault_service"));
  return faults;
}

}  // namespace siov
