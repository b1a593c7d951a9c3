// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/switch/switch_config.h"

namespace siov {

std::string BusesMustDiffer(const std::string& one, const std::string& other) {
  return "the devices behind " + one + " and " + other +
         " must have requester ids on different buses (bits 15:8), with no bus of one between those of the other";
}

// Two ports that would claim one bus or one address have no answer to whom a packet belongs.
ConfigFaults SwitchConfig::Validate() const {
  ConfigFaults faults = SwitchParameters::Validate();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const SwitchPortConfig& one = ports[j];
      const SwitchPortConfig& other = ports[i];
      if (!one.buses().Overlaps(other.buses())) continue;
      faults.push_back({"", std::to_string(other.first_bus),
                        BusesMustDiffer(one.link_name, other.link_name) + ": a switch finds its port by the bus"});
    }
  }
  return faults;
}

}  // namespace siov
