// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the bridge to a device outside.
#ifndef SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CONFIG_H_
#define SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/device/ims/ims_config.h"

namespace siov {

struct DeviceBridgeConfig {
  std::uint64_t portal_base = 0;        // of the BAR of its portals, whose offsets the model is told
  std::uint32_t max_payload_bytes = 0;  // set by the platform, from the link
  std::uint32_t max_read_request_bytes = 0;
  std::vector<Pasid> queue_pasids;  // of dedicated queues, to which they are bound
  std::vector<ImsEntry> messages;   // by handle: what the host driver has programmed
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CONFIG_H_
