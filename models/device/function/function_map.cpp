// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_map.h"

namespace siov {
std::optional<MmioPlace> FunctionMap::Find(std::uint64_t address) const {
  const std::optional<FunctionCore::BarPlace> found = core_.Decode(address);
  if (!found) return std::nullopt;
  MmioPlace place;
  place.bar = found->bar;
  place.offset = found->offset;
  place.portal = PortalAt(*found);
  const AdiMap::Place owner = adis_.Find(found->bar, found->offset);
  if (owner.owner == AdiMap::Owner::kAdi) place.adi = owner;
  place.target = MessagesAt(*found);
  if (place.target != MmioTarget::kNothing) return place;
  if (place.portal) {
    place.target = MmioTarget::kPortal;
  } else if (place.adi && !place.adi->reserved) {
    place.target = MmioTarget::kAdi;
  } else if (owner.owner == AdiMap::Owner::kFunction) {
    place.target = MmioTarget::kRegisters;
  }
  return place;
}

std::optional<Portal> FunctionMap::PortalAt(const FunctionCore::BarPlace& place) const {
  if (place.bar != core_.config().portal_bar) return std::nullopt;
  const Portal portal = DecodePortal(place.offset);
  return portal.queue < queues_ ? std::optional(portal) : std::nullopt;
}

MmioTarget FunctionMap::MessagesAt(const FunctionCore::BarPlace& place) const {
  if (!core_.config().msix) return MmioTarget::kNothing;
  const MsixCapability& found = *core_.config().msix;
  const auto within = [&place](std::uint32_t bar, std::uint64_t first, std::uint64_t bytes) {
    return place.bar == bar && place.offset >= first && place.offset - first < bytes;
  };
  if (within(found.table_bar, found.table_offset, msix::TableBytes(found.vectors))) return MmioTarget::kMessageTable;
  const bool pending = within(found.pending_bar, found.pending_offset, msix::PendingBytes(found.vectors));
  return pending ? MmioTarget::kPendingBits : MmioTarget::kNothing;
}

}  // namespace siov
