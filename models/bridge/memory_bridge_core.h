// SPDX-License-Identifier: Apache-2.0
// What a memory outside does not know: how a request is split into its accesses. Pure.
#ifndef SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_
#define SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_

#include <algorithm>
#include <cstdint>

#include "models/bridge/memory_bridge_parameters.h"

namespace siov {

// Calls fn(address, length) for each access of a request, in rising order. A request of no bytes looks at one.
template <class Fn>
void ForEachAccess(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length, Fn fn) {
  const std::uint64_t size = config.access_bytes;
  const std::uint64_t end = address + std::max(length, 1u);
  for (std::uint64_t base = address & ~(size - 1); base < end; base += size) {
    const std::uint64_t from = config.whole_accesses ? base : std::max(base, address);
    const std::uint64_t to = config.whole_accesses ? base + size : std::min(base + size, end);
    fn(from, static_cast<std::uint32_t>(to - from));
  }
}

std::uint32_t CountAccesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length);

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_
