// SPDX-License-Identifier: Apache-2.0
// What of a function answers at an address: nothing, its own registers, the MSI-X table or its pending bits, a portal
// of a work queue, or registers of an ADI; as the base address registers stand now. Pure.
//
// Portals and ADIs are two views of the same pages: a portal page says its queue, and whose it is.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_MAP_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_MAP_H_

#include <cstdint>
#include <optional>

#include "models/device/adi/adi_map.h"
#include "models/device/function/function_core.h"
#include "models/device/swq_arbiter/portal_map.h"

namespace siov {

enum class MmioTarget : std::uint8_t { kNothing, kRegisters, kMessageTable, kPendingBits, kPortal, kAdi };

struct MmioPlace {
  MmioTarget target = MmioTarget::kNothing;  // in a BAR, though nobody's
  std::uint32_t bar = 0;
  std::uint64_t offset = 0;          // in the BAR
  std::optional<Portal> portal;      // of a queue
  std::optional<AdiMap::Place> adi;  // whose the page is
};

class FunctionMap {
 public:
  // `queues`: portals at the start of the function's portal BAR; 0: none. REQUIRES a map of the function's ADIs without
  // faults, and that all three outlive this.
  FunctionMap(const FunctionCore& core, const AdiMap& adis, std::uint64_t queues)
      : core_(core), adis_(adis), queues_(queues) {}

  // Nothing: no BAR claims the address, or memory space is disabled. The request is unsupported.
  std::optional<MmioPlace> Find(std::uint64_t address) const;

 private:
  std::optional<Portal> PortalAt(const FunctionCore::BarPlace& place) const;
  MmioTarget MessagesAt(const FunctionCore::BarPlace& place) const;

  const FunctionCore& core_;
  const AdiMap& adis_;
  std::uint64_t queues_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_MAP_H_
