// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of a root port.
#ifndef SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_
#define SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/memory_ranges.h"
#include "models/base/units.h"
#include "models/fabric/root_port/root_port_parameters.h"
#include "models/protocol/bridge_window.h"
#include "models/translation/fault_matrix.h"

namespace siov {

struct RootPortConfig : RootPortParameters {
  Picoseconds fabric_latency_ps = 0;    // root port to IOMMU / memory / host, one way
  std::uint8_t host_address_bits = 52;  // widest host-physical address; translated requests beyond it are refused
  std::uint32_t read_completion_boundary_bytes = 64;  // longest translation request: 8 bytes a translation
  IommuProfile profile = IommuProfile::kVtd;
  std::vector<MemoryRange> device_memory;        // behind all base address registers: no memory of the host's
  BridgeWindow below;                            // what its bridge passes on
  Containment containment = Containment::kNone;  // whether the IOMMU checks the addresses of translated requests
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CONFIG_H_
