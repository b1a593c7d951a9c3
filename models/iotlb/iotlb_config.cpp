// SPDX-License-Identifier: Apache-2.0
#include "models/iotlb/iotlb_config.h"

namespace siov {

// Any latency, interval and number of slots is legal.
ConfigFaults IotlbConfig::Validate() const { return geometry.Validate(""); }

}  // namespace siov
