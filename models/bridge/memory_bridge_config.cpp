// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge_config.h"

#include <string>

namespace siov {

ConfigFaults MemoryBridgeConfig::Validate() const {
  ConfigFaults faults;
  if (!IsPowerOfTwo(access_bytes) || access_bytes < 8 || access_bytes > 4'096) {
    faults.push_back({"access_bytes", std::to_string(access_bytes), "a power of two, 8 to 4096"});
  }
  return faults;
}

}  // namespace siov
