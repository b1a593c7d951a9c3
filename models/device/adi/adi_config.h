// SPDX-License-Identifier: Apache-2.0
// What assignable device interfaces (ADIs) a function can be divided into: their types, and what those take from it.
#ifndef SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_
#define SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/device/adi/adi_parameters.h"

namespace siov {

inline constexpr char kAdiQueues[] = "queues";      // of swq_arbiter
inline constexpr char kAdiContexts[] = "contexts";  // of engine

// Regions are registers of an ADI, as offsets in its own map of 4 KiB pages. Their path is how software reaches them
// (requirement SIOV-13): a VMM maps pages with direct ones into a guest and traps accesses to the others.
struct AdiType : AdiTypeParameters {
  std::vector<AdiRegion> regions;
  std::vector<AdiResource> resources;
  // By place in the BAR: the first of the queues whose portals are the registers there. Empty: queues have no place.
  std::vector<std::uint32_t> portals;

  std::uint32_t CountOf(const char* kind) const {
    for (const AdiResource& one : resources) {
      if (one.kind == kind) return one.count;
    }
    return 0;
  }
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
  // Types of which there cannot be as many ADIs as they say, for want of queues, contexts or messages.
  ConfigFaults ValidateAmounts() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_ADI_CONFIG_H_
