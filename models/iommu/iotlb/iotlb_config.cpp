// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/iotlb_config.h"

#include <utility>

namespace siov {

ConfigFaults IotlbConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  for (ConfigFault& fault : IotlbParameters::Validate()) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace siov
