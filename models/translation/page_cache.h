// SPDX-License-Identifier: Apache-2.0
// A cache of page translations of mixed sizes, as IOTLB and ATC are: entries tagged {requester, PASID or none, page,
// page size} (VT-d 6.2.1). A lookup probes the sizes in use, smallest first. In partitions, if the geometry says so:
// who asks then also says which (cache_partitions.h). Pure; no ports, no time.
#ifndef SIOV_MODELS_TRANSLATION_PAGE_CACHE_H_
#define SIOV_MODELS_TRANSLATION_PAGE_CACHE_H_

#include <array>
#include <cstdint>
#include <type_traits>

#include "models/base/ids.h"
#include "models/base/partitioned_cache.h"
#include "models/base/reuse_watch.h"
#include "models/protocol/tlp.h"

namespace siov {

struct PageTag {
  std::uint64_t page = 0;  // address >> shift
  std::uint32_t pasid = 0;
  RequesterId requester = 0;
  std::uint8_t shift = 0;
  bool operator==(const PageTag& other) const {
    return page == other.page && pasid == other.pasid && requester == other.requester && shift == other.shift;
  }
};

struct PageTagHash {
  std::size_t operator()(const PageTag& tag) const {
    const std::uint64_t owner =
        (std::uint64_t{tag.pasid} << 24) | (std::uint64_t{tag.requester} << 8) | std::uint64_t{tag.shift};
    return static_cast<std::size_t>(Mix64(owner) ^ tag.page);
  }
  std::uint64_t IndexBits(const PageTag& tag) const { return tag.page << tag.shift; }
};

class PageCache {
 public:
  explicit PageCache(const CacheGeometry& geometry) : cache_(geometry) {}

  // A hit counts as a use; nullptr on a miss. Good until the next change.
  Translation* Lookup(RequesterId requester, Pasid pasid, std::uint64_t address, std::uint32_t partition = 0) {
    for (std::uint64_t sizes = sizes_in_use_; sizes != 0; sizes &= sizes - 1) {
      const auto shift = static_cast<std::uint8_t>(__builtin_ctzll(sizes));
      Translation* hit = cache_.Lookup(partition, {address >> shift, pasid.value(), requester, shift});
      if (hit != nullptr) return hit;
    }
    return nullptr;
  }

  // As Lookup, without counting as a use.
  bool Holds(RequesterId requester, Pasid pasid, std::uint64_t address, std::uint32_t partition = 0) const {
    for (std::uint64_t sizes = sizes_in_use_; sizes != 0; sizes &= sizes - 1) {
      const auto shift = static_cast<std::uint8_t>(__builtin_ctzll(sizes));
      if (cache_.Peek(partition, {address >> shift, pasid.value(), requester, shift}) != nullptr) return true;
    }
    return false;
  }

  // Nothing without a permission is ever held. Returns true if another entry had to go.
  bool Insert(RequesterId requester, Pasid pasid, std::uint64_t address, const Translation& translation,
              std::uint32_t partition = 0) {
    const std::uint8_t shift = translation.page_shift;
    if (cache_.capacity() == 0 || !(translation.read || translation.write)) return false;
    const PageTag tag{address >> shift, pasid.value(), requester, shift};
    if (cache_.Peek(partition, tag) == nullptr) {
      Count(shift, +1);
      if (watch_ != nullptr) watch_->OnFill(WatchHash(tag));
    }
    const auto evicted = cache_.Insert(partition, tag, translation);
    if (evicted) {
      Lose(evicted->key, evicted->value);
      if (watch_ != nullptr) watch_->OnEvict(WatchHash(evicted->key));
    }
    return evicted.has_value();
  }

  // Erases what pred(const PageTag&) or pred(const PageTag&, const Translation&) selects; returns how many.
  template <class Pred>
  std::size_t EraseIf(Pred pred) {
    return cache_.EraseIf([&](const PageTag& tag, const Translation& translation) {
      if constexpr (std::is_invocable_v<Pred, const PageTag&>) {
        if (!pred(tag)) return false;
      } else {
        if (!pred(tag, translation)) return false;
      }
      Lose(tag, translation);
      return true;
    });
  }

  // Erases the entries of all sizes that share a byte with the 2^range_shift bytes at `address`. Looks for each page of
  // the range, or through all entries if there are more of those pages than entries.
  std::size_t EraseRange(RequesterId requester, Pasid pasid, std::uint64_t address, unsigned range_shift,
                         std::uint32_t partition = 0) {
    std::size_t erased = 0;
    for (std::uint64_t sizes = sizes_in_use_; sizes != 0; sizes &= sizes - 1) {
      const auto shift = static_cast<std::uint8_t>(__builtin_ctzll(sizes));
      const unsigned pages_shift = range_shift > shift ? range_shift - shift : 0;
      if (pages_shift >= 32 || (cache_.capacity() >> pages_shift) == 0) {
        return erased + EraseIf([&](const PageTag& tag) {
                 const unsigned larger = range_shift > tag.shift ? range_shift : tag.shift;
                 const std::uint64_t apart = (tag.page << tag.shift) ^ address;
                 return tag.requester == requester && tag.pasid == pasid.value() &&
                        (larger >= 64 || apart >> larger == 0);
               });
      }
      const std::uint64_t first = address >> shift >> pages_shift << pages_shift;
      for (std::uint64_t page = first; page < first + (std::uint64_t{1} << pages_shift); ++page) {
        const PageTag tag{page, pasid.value(), requester, shift};
        const Translation* held = cache_.Peek(partition, tag);
        if (held == nullptr) continue;
        Lose(tag, *held);
        cache_.Erase(partition, tag);
        ++erased;
      }
    }
    return erased;
  }

  std::size_t size() const { return cache_.size(); }
  bool partitioned() const { return cache_.partitions() != 1; }
  // Told from now on what is filled and evicted.
  void set_watch(ReuseWatch* watch) { watch_ = watch; }
  // Of what was evicted or erased so far: prefetched and never used.
  std::uint64_t unused_prefetches_lost() const { return unused_prefetches_lost_; }

 private:
  static std::uint64_t WatchHash(const PageTag& tag) { return Mix64(PageTagHash()(tag)); }
  void Lose(const PageTag& tag, const Translation& translation) {
    Count(tag.shift, -1);
    unused_prefetches_lost_ += translation.prefetched;
  }
  void Count(std::uint8_t shift, int change) {
    entries_of_size_[shift] += change;
    const std::uint64_t bit = std::uint64_t{1} << shift;
    sizes_in_use_ = entries_of_size_[shift] != 0 ? sizes_in_use_ | bit : sizes_in_use_ & ~bit;
  }

  PartitionedCache<PageTag, Translation, PageTagHash> cache_;
  std::array<std::int64_t, 64> entries_of_size_{};
  std::uint64_t unused_prefetches_lost_ = 0;
  ReuseWatch* watch_ = nullptr;
  std::uint64_t sizes_in_use_ = 0;  // bit n: some entry has shift n
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_PAGE_CACHE_H_
