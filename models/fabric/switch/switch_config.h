// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of a PCIe switch: its latency, and of each port what enumeration has put behind it.
#ifndef SIOV_MODELS_FABRIC_SWITCH_SWITCH_CONFIG_H_
#define SIOV_MODELS_FABRIC_SWITCH_SWITCH_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/fabric/link/link_config.h"
#include "models/fabric/switch/switch_parameters.h"

namespace siov {

// What is behind a bridge: secondary to subordinate bus number.
struct BusRange {
  std::uint8_t first = 0;
  std::uint8_t last = 0;
  bool Overlaps(const BusRange& other) const { return first <= other.last && other.first <= last; }
};
// What is wrong if those behind two ports do.
std::string BusesMustDiffer(const std::string& one, const std::string& other);

// A downstream port: the windows of its bridge, and the link below it.
struct SwitchPortConfig {
  std::string link_name;
  std::uint64_t first_address = 0;  // memory behind it
  std::uint64_t end_address = 0;
  std::uint8_t first_bus = 0;  // secondary to subordinate bus number
  std::uint8_t last_bus = 0;
  LinkConfig link;

  BusRange buses() const { return {first_bus, last_bus}; }
};

struct SwitchConfig : SwitchParameters {
  LinkConfig above;
  std::vector<SwitchPortConfig> ports;  // downstream; in the order of what is below them
  ConfigFaults Validate() const;
};

// The bus of a requester id: bus 15:8, device 7:3, function 2:0.
constexpr std::uint8_t BusOf(std::uint16_t requester) { return static_cast<std::uint8_t>(requester >> 8); }

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SWITCH_SWITCH_CONFIG_H_
