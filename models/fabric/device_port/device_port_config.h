// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the device's end of the link: requester id, tags, PASID capability.
#ifndef SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
#define SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

struct DevicePortConfig {
  RequesterId requester = 0x0100;
  std::uint32_t tags = 768;  // outstanding non-posted requests: 32 (5-bit), 256 (8-bit), 768 (10-bit), 15360 (14-bit)
  std::uint32_t posted_queue = 512;    // posted requests between the device and its wire; 0 = no limit
  std::uint32_t pasid_width = 20;      // 0 = no PASID capability
  bool ats = true;                     // the function has an ATC: invalidate requests have a place to go
  Picoseconds egress_latency_ps = 0;   // device's transaction and data-link layers, upstream
  Picoseconds ingress_latency_ps = 0;  // downstream
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
