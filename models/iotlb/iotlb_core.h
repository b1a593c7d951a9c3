// SPDX-License-Identifier: Apache-2.0
// What the IOTLB holds and what it decides: page translations tagged {requester, PASID, page, size}, the right to use
// one, and what invalidations remove, which match by {domain id, type, PASID, address} instead (VT-d 6.2.1, tables 17,
// 23, 24). Pure: no time, ports or slots; those are models/iotlb/iotlb.h.
#ifndef SIOV_MODELS_IOTLB_IOTLB_CORE_H_
#define SIOV_MODELS_IOTLB_IOTLB_CORE_H_

#include <cstdint>
#include <utility>

#include "models/iotlb/iotlb_config.h"
#include "models/page_tables/address_spaces.h"
#include "models/page_tables/cache_partitions.h"
#include "models/page_tables/fault_reason.h"
#include "models/page_tables/miss_table.h"
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

// Does the invalidation remove this entry? IOTLB (type 2) and PASID-IOTLB (type 6) descriptors only.
bool Removes(const CacheInvalidation& invalidation, const PageTag& tag, const Translation& translation);

class IotlbCore {
 public:
  IotlbCore(const IotlbConfig& config, const AddressSpaces& spaces, CachePartitions partitions)
      : cache_(config.geometry), spaces_(spaces), partitions_(std::move(partitions)) {}

  const Translation* Lookup(RequesterId requester, Pasid pasid, std::uint64_t address) {
    return cache_.Lookup(requester, pasid, address, PartitionOf(pasid));
  }
  // True if another entry had to go.
  bool Fill(RequesterId requester, Pasid pasid, std::uint64_t address, const Translation& translation) {
    return cache_.Insert(requester, pasid, address, translation, PartitionOf(pasid));
  }
  // See TranslationInvalidator. Returns the number of entries removed.
  std::size_t InvalidatePage(Pasid pasid, std::uint64_t address);
  // Likewise, by descriptor.
  std::size_t Invalidate(const CacheInvalidation& invalidation);
  // May a walk in progress for this page have used what the invalidation says is gone? Rather yes than no: what a walk
  // has read is known only when it ends.
  bool Overlaps(const CacheInvalidation& invalidation, const MissKey& walk) const;
  std::size_t size() const { return cache_.size(); }

 private:
  std::uint32_t PartitionOf(Pasid pasid) const { return cache_.partitioned() ? partitions_.Of(pasid) : 0; }

  PageCache cache_;
  const AddressSpaces& spaces_;
  CachePartitions partitions_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOTLB_IOTLB_CORE_H_
