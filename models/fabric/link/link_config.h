// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of one PCIe link (both directions). Sources: docs of the link block.
#ifndef SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
#define SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

inline constexpr std::uint32_t kCreditBytes = 16;  // of a data credit

// Flow-control credits a receiver advertises. A header credit is one TLP, a data credit 16 bytes; 0 = infinite.
struct LinkCredits {
  std::uint32_t posted_header = 0;
  std::uint32_t posted_data = 0;
  std::uint32_t nonposted_header = 0;
  std::uint32_t nonposted_data = 0;
  std::uint32_t completion_header = 0;
  std::uint32_t completion_data = 0;
};

struct LinkConfig {
  std::uint32_t generation = 5;  // 1..6: 2.5, 5, 8, 16, 32, 64 GT/s
  std::uint32_t lanes = 16;      // 1, 2, 4, 8, 16
  std::uint32_t max_payload_bytes = 256;
  std::uint32_t max_read_request_bytes = 512;
  std::uint32_t read_completion_boundary_bytes = 64;
  // One ACK and one FC DLLP per so many bytes of link time; 0 = the limit of the specification.
  std::uint32_t ack_interval_bytes = 0;
  bool ecrc = false;                 // +4 bytes a TLP
  bool pasid_prefix = true;          // +4 bytes a request with PASID
  Picoseconds propagation_ps = 0;    // wire, retimers and PHY, one way
  Picoseconds credit_return_ps = 0;  // from buffer freed at the receiver to credit usable at the sender
  LinkCredits upstream;              // advertised by the root port
  LinkCredits downstream;            // advertised by the device
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_LINK_CONFIG_H_
