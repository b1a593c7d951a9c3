// SPDX-License-Identifier: Apache-2.0
// What assignable device interfaces (ADIs) a function can be divided into: their types, and what those take from it.
#ifndef SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_
#define SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"

namespace siov {

// How software reaches registers (requirement SIOV-13): a VMM maps pages of the first kind into a guest and traps
// accesses to the second.
enum class RegisterPath : std::uint8_t { kDirect, kIntercepted };

// Registers of an ADI, as offsets in its own map of 4 KiB pages.
struct AdiRegion {
  std::string name;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  RegisterPath path = RegisterPath::kDirect;
};

// So many of the function's queues, contexts, ... (requirement SIOV-01).
struct AdiResource {
  std::string kind;
  std::uint32_t count = 0;
};

struct AdiType {
  std::string name;
  std::uint32_t count = 1;  // ADIs of the type that the map has places for
  std::uint32_t bar = 0;
  std::uint64_t offset_bytes = 0;  // of the first ADI in the BAR, with 4 KiB pages
  std::uint64_t stride_bytes = 0;  // from one ADI to the next; 0: as many whole pages as its registers take
  std::vector<AdiRegion> regions;
  std::vector<AdiResource> resources;
  std::uint32_t messages = 1;
  bool shared_queue_only = false;  // submits through shared queues alone: PASIDs arrive with its submissions
};

// What of a BAR is there for ADIs.
struct AdiAperture {
  std::uint32_t bar = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t function_bytes = 0;  // the function's own registers, from its start
  bool wide = true;                  // 64 bits, so it may lie above 4 GiB
  bool prefetchable = true;
};

struct AdiConfig {
  std::vector<AdiAperture> apertures;
  std::vector<AdiResource> pools;  // what the function has of each kind
  std::uint32_t messages = 0;      // of its interrupt message store
  std::uint32_t pasid_width = 20;
  std::vector<AdiType> types;

  // Everything but the pages, which depend on the system page size: AdiMap::Check().
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_
