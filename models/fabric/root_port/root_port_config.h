// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of a root port.
#ifndef SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_
#define SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/translation/fault_matrix.h"

namespace siov {

struct RootPortConfig {
  Picoseconds ingress_latency_ps = 0;  // link to fabric, upstream TLPs
  Picoseconds egress_latency_ps = 0;   // fabric to link: completions, messages, host writes
  Picoseconds fabric_latency_ps = 0;   // root port to IOMMU / memory / host, one way
  // Upstream reads in the root complex at once (about 100 lines measured); 0 = unlimited.
  std::uint32_t outstanding_reads = 0;
  // Untranslated reads that may wait for their translation; a place is free again when that read and all before it are
  // translated. 0 = unlimited.
  std::uint32_t translation_window = 0;
  std::uint8_t host_address_bits = 52;  // widest host-physical address; translated requests beyond it are refused
  std::uint32_t read_completion_boundary_bytes = 64;  // longest translation request: 8 bytes a translation
  IommuProfile profile = IommuProfile::kVtd;
  Containment containment = Containment::kNone;  // whether the IOMMU checks the addresses of translated requests
  bool acs_translation_blocking = false;         // refuse translated requests and translation requests (PCIe 6.12.1.1)
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_
