// SPDX-License-Identifier: Apache-2.0
// The address map of the work-queue portals of a device, shared by those who submit and the device that decodes.
//
// Portal addresses are offsets into the device's portal BAR. Every queue has four 4 KiB pages, so that software
// can hand each kind to a different protection domain:
//
//   page = queue * 4 + (limited ? 1 : 0) + (IMS ? 2 : 0)
//
// The page decides queue, limit and interrupt table; all 64-byte slots of a page are equivalent. (Intel DSA
// architecture specification, portals: chapters 3.3 and 9.3.)
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_PORTAL_MAP_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_PORTAL_MAP_H_

#include <cstdint>

#include "models/base/units.h"
#include "models/protocol/descriptor.h"

namespace siov {

enum class PortalLimit : std::uint8_t { kUnlimited = 0, kLimited = 1 };
enum class PortalInterrupts : std::uint8_t { kMsiX = 0, kIms = 1 };

struct Portal {
  std::uint64_t queue = 0;
  PortalLimit limit = PortalLimit::kUnlimited;
  PortalInterrupts interrupts = PortalInterrupts::kIms;
};

inline constexpr std::uint64_t kPortalPagesPerQueue = 4;

// Where to submit. Interfaces assigned to tenants use the interrupt message store, hence the default.
constexpr std::uint64_t PortalAddress(std::uint64_t queue, PortalLimit limit = PortalLimit::kUnlimited,
                                      PortalInterrupts interrupts = PortalInterrupts::kIms) {
  const std::uint64_t page =
      queue * kPortalPagesPerQueue + static_cast<std::uint64_t>(limit) + 2 * static_cast<std::uint64_t>(interrupts);
  return page * kPage4K;
}

constexpr Portal DecodePortal(std::uint64_t address) {
  const std::uint64_t page = address / kPage4K;
  return {page / kPortalPagesPerQueue, static_cast<PortalLimit>(page & 1),
          static_cast<PortalInterrupts>(page >> 1 & 1)};
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_PORTAL_MAP_H_
