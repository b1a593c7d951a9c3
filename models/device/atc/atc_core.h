// SPDX-License-Identifier: Apache-2.0
// The device's translation cache, without time: what is held, who may use it, what an invalidate request removes. The
// page request interface is models/device/atc/page_request_interface.h.
//
// Entries are tagged {space, page, page size} (atc_space.h); what grants neither read nor write is never held. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_CORE_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_CORE_H_

#include <cstdint>
#include <utility>

#include "models/device/atc/atc_config.h"
#include "models/device/atc/atc_space.h"
#include "models/protocol/invalidation.h"
#include "models/translation/cache_partitions.h"
#include "models/translation/page_cache.h"

namespace siov {

inline bool Permits(const Translation& translation, bool write) { return write ? translation.write : translation.read; }

class AtcEntries {
 public:
  explicit AtcEntries(const CacheGeometry& geometry, CachePartitions partitions = {})
      : cache_(geometry), partitions_(std::move(partitions)) {}

  // A hit counts as a use; nullptr on a miss. Good until the next change.
  Translation* Lookup(Pasid space, std::uint64_t address) {
    Translation* found = cache_.Lookup(kFunction, space, address, PartitionOf(space));
    if (found != nullptr || !holds_global_ || !space.valid()) return found;
    return cache_.Lookup(kFunction, GlobalSpaceOf(space), address);
  }

  // Without counting as a use.
  bool Holds(Pasid space, std::uint64_t address) const {
    return cache_.Holds(kFunction, space, address, PartitionOf(space)) ||
           (holds_global_ && space.valid() && cache_.Holds(kFunction, GlobalSpaceOf(space), address));
  }

  // Returns true if another entry had to go.
  bool Insert(Pasid space, std::uint64_t address, const Translation& translation) {
    const Pasid held_in = EntrySpaceOf(space, translation);
    holds_global_ = holds_global_ || IsGlobal(held_in);
    holds_privileged_ = holds_privileged_ || IsPrivileged(held_in);
    return cache_.Insert(kFunction, held_in, address, translation, PartitionOf(held_in));
  }

  // How many it removes. One PASID's pages are looked for; everything else looks through all entries.
  std::size_t Invalidate(const CacheInvalidation& invalidation) {
    if (invalidation.pasid.valid() && !invalidation.what.global) {
      const Pasid privileged = SpaceOf(invalidation.pasid, true);
      return EraseRange(invalidation.pasid, invalidation) +
             (holds_privileged_ ? EraseRange(privileged, invalidation) : 0);
    }
    return cache_.EraseIf([&](const PageTag& tag) {
      return StaleShift(invalidation, Pasid(tag.pasid), tag.page << tag.shift) <= tag.shift;
    });
  }

  // Another entry of the page will take the place of those that are there, whatever their sizes.
  void Forget(Pasid space, std::uint64_t address) {
    cache_.EraseRange(kFunction, space, address, kPageShift4K, PartitionOf(space));
  }
  // What only this PASID uses. How many that is.
  std::size_t DropPasid(Pasid pasid) {
    return cache_.EraseIf([pasid](const PageTag& tag) {
      const Pasid space(tag.pasid);
      return !IsGlobal(space) && PasidOf(space) == pasid;
    });
  }
  std::size_t Clear() {
    holds_global_ = holds_privileged_ = false;
    return cache_.EraseIf([](const PageTag&) { return true; });
  }

  // Prefetched entries lost unused since the last call.
  std::uint64_t TakeLostPrefetches() {
    const std::uint64_t lost = cache_.unused_prefetches_lost() - lost_prefetches_taken_;
    lost_prefetches_taken_ += lost;
    return lost;
  }
  std::size_t size() const { return cache_.size(); }
  void set_watch(ReuseWatch* watch) { cache_.set_watch(watch); }

  // Where the answer to a request of `space` is held.
  static Pasid EntrySpaceOf(Pasid space, const Translation& translation) {
    return translation.global && space.valid() ? GlobalSpaceOf(space) : space;
  }

 private:
  static constexpr RequesterId kFunction = 0;  // there is one

  std::size_t EraseRange(Pasid space, const CacheInvalidation& invalidation) {
    return cache_.EraseRange(kFunction, space, invalidation.address, invalidation.what.page_shift, PartitionOf(space));
  }
  // Global entries are everybody's: they share the first partition.
  std::uint32_t PartitionOf(Pasid space) const {
    return cache_.partitioned() && !IsGlobal(space) ? partitions_.Of(PasidOf(space)) : 0;
  }

  PageCache cache_;
  CachePartitions partitions_;
  std::uint64_t lost_prefetches_taken_ = 0;
  bool holds_global_ = false;  // some entry is or was
  bool holds_privileged_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_CORE_H_
