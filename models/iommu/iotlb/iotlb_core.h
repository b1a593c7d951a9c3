// SPDX-License-Identifier: Apache-2.0
// What the IOTLB holds and what it decides: page translations tagged {requester, PASID, page, size}, the right to use
// one, and what invalidations remove, which match by {domain id, type, PASID, address} instead (VT-d 6.2.1, tables 17,
// 23, 24). Pure: no time, ports or slots; those are models/iommu/iotlb/iotlb.h.
#ifndef SIOV_MODELS_IOMMU_IOTLB_IOTLB_CORE_H_
#define SIOV_MODELS_IOMMU_IOTLB_IOTLB_CORE_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "models/iommu/iotlb/iotlb_config.h"
#include "models/protocol/invalidation.h"
#include "models/translation/address_spaces.h"
#include "models/translation/cache_partitions.h"
#include "models/translation/fault_reason.h"
#include "models/translation/miss_table.h"
#include "models/translation/page_cache.h"

namespace siov {

// Does the invalidation remove this entry? IOTLB (type 2) and PASID-IOTLB (type 6) descriptors only. `tag.pasid`: the
// PASID entry that translated it.
bool Removes(const CacheInvalidation& invalidation, const PageTag& tag, const Translation& translation);

class IotlbCore {
 public:
  IotlbCore(const IotlbConfig& config, const AddressSpaces& spaces, CachePartitions partitions)
      : cache_(config.geometry),
        spaces_(spaces),
        partitions_(std::move(partitions)),
        containment_(config.containment) {}

  // `contained`: of a translated request, i.e. of the addresses a device holds (requirements ATS-13).
  Translation* Lookup(RequesterId requester, Pasid pasid, std::uint64_t address, bool contained = false) {
    return cache_.Lookup(requester, TagOf(requester, pasid, contained), address, PartitionOf(pasid));
  }
  bool Holds(RequesterId requester, Pasid pasid, std::uint64_t address) const {
    return cache_.Holds(requester, pasid, address, PartitionOf(pasid));
  }
  // The size of the page that translates the address, as its tables say.
  unsigned LeafShift(RequesterId requester, Pasid pasid, std::uint64_t address) const;
  // True if another entry had to go.
  bool Fill(RequesterId requester, Pasid pasid, std::uint64_t address, const Translation& translation,
            bool contained = false) {
    return cache_.Insert(requester, TagOf(requester, pasid, contained), address, translation, PartitionOf(pasid));
  }
  // What tells the entries a request may use from all others of its function, in the place of the PASID: the PASID,
  // none, the VM whose guest-physical addresses these are, or that they are the host's.
  Pasid TagOf(RequesterId requester, Pasid pasid, bool contained) const;
  // What a page request makes stale (models/protocol/invalidation_request.h), as the descriptor that says so.
  std::optional<CacheInvalidation> StaleBy(Pasid pasid, std::uint64_t address) const;
  // Returns the number of entries removed.
  std::size_t Invalidate(const CacheInvalidation& invalidation);
  // May a walk in progress for this page have used what the invalidation says is gone? Rather yes than no: what a walk
  // has read is known only when it ends.
  bool Overlaps(const CacheInvalidation& invalidation, const MissKey& walk) const;
  // Are requests without PASID of this function left as they are? By default; not if its context entry names a PASID
  // entry (RID_PASID) of its own.
  bool PassesWithoutPasid(RequesterId requester) const;
  std::size_t size() const { return cache_.size(); }
  void set_watch(ReuseWatch* watch) { cache_.set_watch(watch); }
  std::uint64_t unused_prefetches() const { return cache_.unused_prefetches_lost(); }

 private:
  // The PASID entry that translates: requests without PASID use RID_PASID, and stay marked as such (VT-d 6.2.1).
  Pasid EntryPasid(RequesterId requester, Pasid pasid) const;
  std::uint32_t PartitionOf(Pasid pasid) const { return cache_.partitioned() ? partitions_.Of(pasid) : 0; }

  PageCache cache_;
  static constexpr std::uint32_t kContained = 1u << 24;  // above every PASID
  static bool IsContained(std::uint32_t tag) { return (tag & kContained) != 0 && Pasid(tag).valid(); }

  const AddressSpaces& spaces_;
  CachePartitions partitions_;
  Containment containment_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_IOTLB_IOTLB_CORE_H_
