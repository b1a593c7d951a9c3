// SPDX-License-Identifier: Apache-2.0
// Which block asks a memory.
#ifndef SIOV_MODELS_BRIDGE_ACCESS_SOURCE_H_
#define SIOV_MODELS_BRIDGE_ACCESS_SOURCE_H_

#include <cstdint>

namespace siov {

enum class AccessSource : std::uint8_t {
  kHost,                // a CPU writes to a device's portal
  kDevice,              // data, descriptors and completion records of devices
  kPageWalk,            // the IOMMU reads a table entry, or sets its accessed and dirty bits
  kPageRequestQueue,    // ... writes a page request descriptor
  kInterruptRemapping,  // ... reads a remapping entry, writes a posted-interrupt descriptor
  kFaultQueue,          // ... writes a fault record (RISC-V)
  kInvalidationQueue,   // ... reads descriptors, writes the status of a wait
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_ACCESS_SOURCE_H_
