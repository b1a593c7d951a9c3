// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the device's end of the link: requester id, tags, PASID capability,
// and the memory that its function claims.
#ifndef SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
#define SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/memory_ranges.h"
#include "models/fabric/device_port/device_port_parameters.h"

namespace siov {

struct DevicePortConfig : DevicePortParameters {
  bool ats = true;                      // the function has an ATC: invalidate requests have a place to go
  std::vector<MemoryRange> own_memory;  // behind the function's base address registers
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
