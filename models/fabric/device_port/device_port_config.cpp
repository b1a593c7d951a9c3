// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port_config.h"

#include <string>

namespace siov {

ConfigFaults DevicePortConfig::Validate() const {
  ConfigFaults faults;
  if (tags < 1 || tags > 15'360) {
    faults.push_back({"tags", std::to_string(tags), "1 to 15360 (5-bit 32, 8-bit 256, 10-bit 768, 14-bit 15360)"});
  }
  if (pasid_width > 20) faults.push_back({"pasid_width", std::to_string(pasid_width), "0 (no PASID) to 20"});
  return faults;
}

}  // namespace siov
