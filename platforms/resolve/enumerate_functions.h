// SPDX-License-Identifier: Apache-2.0
// Base address registers of a device: sized and placed as an operating system does, through configuration space alone.
#ifndef SIOV_PLATFORMS_RESOLVE_ENUMERATE_FUNCTIONS_H_
#define SIOV_PLATFORMS_RESOLVE_ENUMERATE_FUNCTIONS_H_

#include <cstdint>

#include "models/fabric/link/link_config.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Where addresses are given out next: 64-bit BARs far above host memory, those of 32 bits below 4 GiB.
struct AddressWindows {
  std::uint64_t wide;
  std::uint64_t narrow;
  std::uint64_t narrow_end;
};

struct DeviceWindow {
  std::uint64_t first = 0;  // of its 64-bit BARs
  std::uint64_t end = 0;
  std::vector<MemoryRange> memory;  // behind all BARs
};

// Places all BARs of the device and enables its functions; `windows` moves on. The window is as large as it is aligned,
// and starts with the portals. REQUIRES functions without faults.
DeviceWindow EnumerateFunctions(const LinkConfig& link, AddressWindows* windows, ResolvedEndpoint* device);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_ENUMERATE_FUNCTIONS_H_
