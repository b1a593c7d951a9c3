// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of one PCIe link (both directions). Sources: docs of the link block.
#ifndef SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
#define SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/fabric/link/link_parameters.h"

namespace siov {

inline constexpr std::uint32_t kCreditBytes = 16;  // of a data credit

// Credits: a header credit is one TLP, a data credit 16 bytes; 0 = infinite.
struct LinkConfig : LinkParameters {
  // A switch at this end sends one packet at a time: it is told when each of its requests leaves.
  bool switch_above = false;
  bool switch_below = false;
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
