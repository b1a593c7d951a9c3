// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/iotlb_config.h"

#include <utility>

namespace siov {

// Any latency, interval and number of slots is legal.
ConfigFaults IotlbConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  for (ConfigFault& fault : prefetch.Validate("prefetch")) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace siov
