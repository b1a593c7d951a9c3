// SPDX-License-Identifier: Apache-2.0
// What software has programmed into a bridge: which buses and which memory lie behind it, by which it passes requests
// on. Pure.
#ifndef SIOV_MODELS_PROTOCOL_BRIDGE_WINDOW_H_
#define SIOV_MODELS_PROTOCOL_BRIDGE_WINDOW_H_

#include <cstdint>

#include "models/base/ids.h"

namespace siov {

// The bus of a requester id: bus 15:8, device 7:3, function 2:0.
constexpr std::uint8_t BusOf(std::uint16_t requester) { return static_cast<std::uint8_t>(requester >> 8); }

struct BridgeWindow {
  std::uint64_t first_address = 0;  // prefetchable, of 64 bits; empty where it ends as it begins
  std::uint64_t end_address = 0;
  std::uint64_t narrow_first_address = 0;  // below 4 GiB
  std::uint64_t narrow_end_address = 0;
  std::uint8_t first_bus = 0;  // secondary to subordinate bus number
  std::uint8_t last_bus = 0;
  bool ends_at_device = false;  // its secondary bus is that of functions: no bridge follows

  bool HoldsAddress(std::uint64_t address) const {
    return (address >= first_address && address < end_address) ||
           (address >= narrow_first_address && address < narrow_end_address);
  }
  bool HoldsBus(std::uint8_t bus) const { return bus >= first_bus && bus <= last_bus; }
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_BRIDGE_WINDOW_H_
