// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge_core.h"

namespace siov {

std::uint32_t CountAccesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length) {
  std::uint32_t count = 0;
  ForEachAccess(config, address, length, [&count](std::uint64_t, std::uint32_t) { ++count; });
  return count;
}

}  // namespace siov
