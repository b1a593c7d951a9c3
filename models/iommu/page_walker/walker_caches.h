// SPDX-License-Identifier: Apache-2.0
// The caches of a page walker (VT-d 6.2): context cache, PASID cache, paging-structure caches of both stages by level,
// and the nested cache; their tags, and what each invalidation removes from them.
//
// Tags: context {requester}; PASID {requester, PASID or none}; first-stage {domain id, PASID, address}; second-stage
// and nested {domain id, address}. All hold copies of what was read: until they are invalidated they say what the
// tables said. Paging-structure caches hold references to tables with the rights gathered on the way, never leaves. An
// invalidation for one page erases one key a level; wider ones look at every entry, never at tenants.
//
// Any of them may be in partitions: a walk looks and learns in that of its PASID's class. What several classes use (a
// context entry, the second stage of a VM) is then held once in each of their partitions, and removed from all.
// Pure: no time.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_WALKER_CACHES_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_WALKER_CACHES_H_

#include <cstdint>
#include <vector>

#include "models/base/partitioned_cache.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/protocol/invalidation.h"
#include "models/translation/structure_entries.h"
#include "models/translation/table_layout.h"

namespace siov {

// What a PASID cache entry remembers.
struct CachedPasid {
  PasidEntry entry;
  ContextEntry context;
  bool fpd = false;  // of any structure on the way
};

// The host-physical address of a table (or page) and the rights on the way to it.
struct TableReference {
  static constexpr std::uint64_t kFlags = kPage4K - 1;
  static constexpr std::uint64_t kRead = 1;
  static constexpr std::uint64_t kWrite = 2;
  static constexpr std::uint64_t kUser = 4;
  static constexpr std::uint64_t kWritableTable = 8;  // the second stage lets the table's own entries be written
  std::uint64_t packed = 0;

  static TableReference To(std::uint64_t address, bool read, bool write, bool user, bool writable_table) {
    return {address | (read ? kRead : 0) | (write ? kWrite : 0) | (user ? kUser : 0) |
            (writable_table ? kWritableTable : 0)};
  }
  std::uint64_t address() const { return packed & ~kFlags; }
  bool has(std::uint64_t flag) const { return (packed & flag) != 0; }
};

class WalkerCaches {
 public:
  struct Key {
    std::uint64_t prefix = 0;  // address >> LevelShift(level)
    std::uint64_t owner = 0;
    bool operator==(const Key& other) const { return prefix == other.prefix && owner == other.owner; }
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(Mix64(key.owner + 1) ^ key.prefix); }
  };
  struct Plain {
    std::size_t operator()(std::uint64_t key) const { return static_cast<std::size_t>(key); }
  };
  using TableCache = PartitionedCache<Key, TableReference, KeyHash>;

  explicit WalkerCaches(const PageWalkerConfig& config);

  static std::uint64_t PasidKey(RequesterId requester, Pasid pasid) {
    return (std::uint64_t{requester} << 32) | pasid.value();
  }
  static std::uint64_t FirstOwner(std::uint16_t domain, std::uint32_t pasid) {
    return (std::uint64_t{domain} << 32) | pasid;
  }
  static Key KeyOf(std::uint64_t owner, unsigned level, std::uint64_t address) {
    return {address >> LevelShift(level), owner};
  }
  // Caches of references to the tables below entries of `level` (2 and up).
  TableCache& first(unsigned level) { return first_[level - 2]; }
  TableCache& second(unsigned level) { return second_[level - 2]; }

  bool holds_tables() const;
  bool partitioned() const;

  // Returns the number of entries removed.
  std::size_t Invalidate(const CacheInvalidation& invalidation);
  // What a page request does before it is queued (VT-d 6.5.3.1): one page of a first or second stage, or a whole
  // domain.
  void ForgetFirst(std::uint16_t domain, std::uint32_t pasid, std::uint64_t address);
  void ForgetSecond(std::uint16_t domain, std::uint64_t address);
  std::size_t ForgetDomain(std::uint16_t domain);

  PartitionedCache<std::uint64_t, ContextEntry, Plain> context;
  PartitionedCache<std::uint64_t, CachedPasid, Plain> pasid;
  TableCache nested;  // guest page of first-stage tables -> host page

 private:
  std::size_t InvalidateContext(const CacheInvalidation& invalidation);
  std::size_t InvalidatePasid(const CacheInvalidation& invalidation);
  std::size_t InvalidateIotlb(const CacheInvalidation& invalidation);
  std::size_t InvalidatePasidIotlb(const CacheInvalidation& invalidation);
  std::size_t Clear();
  std::size_t ForgetFirstOfDomain(std::uint16_t domain);
  static std::size_t EraseRange(std::vector<TableCache>& caches, std::uint64_t owner, const CacheInvalidation& range);

  std::vector<TableCache> first_;   // by level - 2
  std::vector<TableCache> second_;  // by level - 2
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_WALKER_CACHES_H_
