// SPDX-License-Identifier: Apache-2.0
// What the IOTLB holds and what it decides: page translations tagged {requester, PASID, page, size}, the right to use
// one, and what an implicit invalidation removes. Pure: no time, ports or slots; those are models/iotlb/iotlb.h.
#ifndef SIOV_MODELS_IOTLB_IOTLB_CORE_H_
#define SIOV_MODELS_IOTLB_IOTLB_CORE_H_

#include <cstdint>

#include "models/iotlb/iotlb_config.h"
#include "models/page_tables/address_spaces.h"
#include "models/page_tables/fault_reason.h"
#include "models/page_tables/page_cache.h"

namespace siov {

// The fault an untranslated access meets, or kNoFault (VT-d table 30: 85h, 86h, or what ended the walk).
inline FaultReason AccessFault(const Translation& translation, bool write) {
  if (translation.fault_reason != kNoFault) return static_cast<FaultReason>(translation.fault_reason);
  if (write) return translation.write ? kNoFault : kNoWritePermission;
  return translation.read ? kNoFault : kNoReadPermission;
}

// A translation request is refused for what is broken; what is merely not there now is answered with R=W=0.
inline bool AbortsTranslationRequest(const Translation& translation) {
  return translation.fault_reason == kInterruptRange;
}

class IotlbCore {
 public:
  IotlbCore(const IotlbConfig& config, const AddressSpaces& spaces) : cache_(config.geometry), spaces_(spaces) {}

  const Translation* Lookup(RequesterId requester, Pasid pasid, std::uint64_t address) {
    return cache_.Lookup(requester, pasid, address);
  }
  // True if another entry had to go.
  bool Fill(RequesterId requester, Pasid pasid, std::uint64_t address, const Translation& translation) {
    return cache_.Insert(requester, pasid, address, translation);
  }
  // See TranslationInvalidator. Returns the number of entries removed.
  std::size_t InvalidatePage(Pasid pasid, std::uint64_t address);
  std::size_t size() const { return cache_.size(); }

 private:
  PageCache cache_;
  const AddressSpaces& spaces_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOTLB_IOTLB_CORE_H_
