// SPDX-License-Identifier: Apache-2.0
#include "models/iotlb/iotlb_core.h"

namespace siov {

std::size_t IotlbCore::InvalidatePage(Pasid pasid, std::uint64_t address) {
  const auto space = spaces_.Find(pasid);
  if (!space) return 0;
  if (space->tenant_stage() == TableStage::kFirst && !space->nested()) {
    return cache_.EraseIf(
        [&](const PageTag& tag) { return tag.pasid == pasid.value() && tag.page == address >> tag.shift; });
  }
  return cache_.EraseIf([&](const PageTag& tag) {
    const auto other = spaces_.Find(Pasid(tag.pasid));
    if (!other || other->domain != space->domain) return false;
    return space->nested() || tag.page == address >> tag.shift;
  });
}

}  // namespace siov
