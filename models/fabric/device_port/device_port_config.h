// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the device's end of the link: requester id, tags, PASID capability.
#ifndef SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
#define SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_

#include "models/fabric/device_port/device_port_parameters.h"

namespace siov {

struct DevicePortConfig : DevicePortParameters {
  bool ats = true;  // the function has an ATC: invalidate requests have a place to go
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CONFIG_H_
