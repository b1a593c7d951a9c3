// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of one PCIe link (both directions). Sources: docs of the link block.
#ifndef SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
#define SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/fabric/link/link_parameters.h"

namespace siov {

inline constexpr std::uint32_t kCreditBytes = 16;  // of a data credit

// A link on the processor's die, without lanes, encoding, framing and data-link packets: its rate is what is left for
// TLPs.
struct OnDieWire {
  double bytes_per_second = 0;     // 0: no such link
  std::uint32_t header_bytes = 0;  // of a request or a completion
  explicit operator bool() const { return bytes_per_second > 0; }
};

// Credits: a header credit is one TLP, a data credit 16 bytes; 0 = infinite.
struct LinkConfig : LinkParameters {
  OnDieWire on_die;  // instead of what generation, lanes, ACKs, ECRC and PASID prefix say
  // A switch at this end sends one packet at a time: it is told when each of its requests leaves.
  bool switch_above = false;
  bool switch_below = false;
  // CPUs above have places for their posted writes until the wire has them whole.
  bool cpus_above = false;
  ConfigFaults Validate() const;
};

// The link of an integrated endpoint.
LinkConfig LinkOnDie(const OnDieParameters& parameters);

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
