// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the bridge to a memory outside.
#ifndef SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CONFIG_H_
#define SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

struct MemoryBridgeConfig {
  std::uint32_t access_bytes = 0;  // no access crosses a multiple of this
  bool whole_accesses = false;     // each is that long and aligned
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CONFIG_H_
