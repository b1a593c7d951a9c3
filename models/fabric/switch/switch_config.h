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
#include "models/protocol/bridge_window.h"

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
struct SwitchPortConfig : BridgeWindow {
  std::string link_name;
  LinkConfig link;

  BusRange buses() const { return {first_bus, last_bus}; }
};

struct SwitchConfig : SwitchParameters {
  LinkConfig above;
  std::vector<SwitchPortConfig> ports;  // downstream; in the order of what is below them
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SWITCH_SWITCH_CONFIG_H_
