// SPDX-License-Identifier: Apache-2.0
#include "models/atc/atc_config.h"

namespace siov {

ConfigFaults AtcConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  for (const ConfigFault& fault : pri.Validate()) faults.push_back(fault);
  return faults;
}

}  // namespace siov
