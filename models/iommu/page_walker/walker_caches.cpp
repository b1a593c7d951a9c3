// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/page_walker/walker_caches.h"

namespace siov {
namespace {

std::uint16_t DomainOfFirst(std::uint64_t owner) { return static_cast<std::uint16_t>(owner >> 32); }

bool IsPageOrSmaller(const Invalidation& what, unsigned shift) { return what.page_shift <= shift; }

}  // namespace

WalkerCaches::WalkerCaches(const PageWalkerConfig& config)
    : context(config.context_cache),
      pasid(config.pasid_cache),
      nested(config.nested_cache),
      first_(config.first_stage_cache.begin(), config.first_stage_cache.end()),
      second_(config.second_stage_cache.begin(), config.second_stage_cache.end()) {}

bool WalkerCaches::holds_tables() const {
  bool any = nested.capacity() != 0;
  for (const TableCache& cache : first_) any = any || cache.capacity() != 0;
  for (const TableCache& cache : second_) any = any || cache.capacity() != 0;
  return any;
}

bool WalkerCaches::partitioned() const {
  bool any = context.partitions() > 1 || pasid.partitions() > 1 || nested.partitions() > 1;
  for (const TableCache& cache : first_) any = any || cache.partitions() > 1;
  for (const TableCache& cache : second_) any = any || cache.partitions() > 1;
  return any;
}

std::size_t WalkerCaches::Invalidate(const CacheInvalidation& invalidation) {
  switch (invalidation.what.kind) {
    case InvalidationKind::kContext:
      return InvalidateContext(invalidation);
    case InvalidationKind::kPasidCache:
      return InvalidatePasid(invalidation);
    case InvalidationKind::kIotlb:
      return InvalidateIotlb(invalidation);
    case InvalidationKind::kPasidIotlb:
      return InvalidatePasidIotlb(invalidation);
    case InvalidationKind::kNone:
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kInterruptEntry:
    case InvalidationKind::kWait:
    case InvalidationKind::kPasidDeviceTlb:
    case InvalidationKind::kPageGroupResponse:
    case InvalidationKind::kHostPermission:
      break;  // nothing of these is held here
  }
  return 0;
}

// In scalable mode a domain-selective one acts as a global one, and the domain id of a device-selective one is ignored.
std::size_t WalkerCaches::InvalidateContext(const CacheInvalidation& invalidation) {
  const bool device = invalidation.what.granularity == InvalidationGranularity::kDevice;
  const std::uint64_t kept = device ? ~((std::uint64_t{1} << invalidation.what.function_mask) - 1) : 0;
  return context.EraseIf([&](std::uint64_t requester, const ContextEntry&) {
    return (requester & kept) == (invalidation.requester & kept);
  });
}

std::size_t WalkerCaches::InvalidatePasid(const CacheInvalidation& invalidation) {
  const InvalidationGranularity granularity = invalidation.what.granularity;
  return pasid.EraseIf([&](std::uint64_t key, const CachedPasid& held) {
    if (granularity == InvalidationGranularity::kGlobal) return true;
    if (held.entry.domain != invalidation.what.domain) return false;
    if (granularity == InvalidationGranularity::kDomain) return true;
    // Requests without PASID are translated by the entry of RID_PASID.
    const auto tag = static_cast<std::uint32_t>(key);
    return (Pasid(tag).valid() ? tag : held.context.rid_pasid) == invalidation.pasid.value();
  });
}

std::size_t WalkerCaches::InvalidateIotlb(const CacheInvalidation& invalidation) {
  const Invalidation& what = invalidation.what;
  if (what.granularity == InvalidationGranularity::kGlobal) return Clear();
  if (what.granularity == InvalidationGranularity::kDomain) return ForgetDomain(what.domain);
  // A range of guest-physical pages. Nobody knows which first-stage tables depend on it: all of the domain go.
  std::size_t removed = ForgetFirstOfDomain(what.domain);
  removed += nested.EraseIf([&](const Key& key, const TableReference&) {
    return key.owner == what.domain && invalidation.Covers(key.prefix << kPageShift4K, kPageShift4K);
  });
  if (!what.leaf_only) removed += EraseRange(second_, what.domain, invalidation);
  return removed;
}

std::size_t WalkerCaches::InvalidatePasidIotlb(const CacheInvalidation& invalidation) {
  const Invalidation& what = invalidation.what;
  const std::uint64_t owner = FirstOwner(what.domain, invalidation.pasid.value());
  if (what.granularity == InvalidationGranularity::kPage) {
    return what.leaf_only ? 0 : EraseRange(first_, owner, invalidation);
  }
  std::size_t removed = 0;
  for (TableCache& cache : first_) {
    removed += cache.EraseIf([owner](const Key& key, const TableReference&) { return key.owner == owner; });
  }
  return removed;
}

std::size_t WalkerCaches::EraseRange(std::vector<TableCache>& caches, std::uint64_t owner,
                                     const CacheInvalidation& range) {
  std::size_t removed = 0;
  for (unsigned level = 2; level < caches.size() + 2; ++level) {
    TableCache& cache = caches[level - 2];
    if (cache.size() == 0) continue;
    const unsigned shift = LevelShift(level);
    if (IsPageOrSmaller(range.what, shift)) {
      removed += cache.EraseInAll(KeyOf(owner, level, range.address));
      continue;
    }
    removed += cache.EraseIf([&](const Key& key, const TableReference&) {
      return key.owner == owner && range.Covers(key.prefix << shift, shift);
    });
  }
  return removed;
}

std::size_t WalkerCaches::Clear() {
  const auto all = [](const Key&, const TableReference&) { return true; };
  std::size_t removed = nested.EraseIf(all);
  for (TableCache& cache : first_) removed += cache.EraseIf(all);
  for (TableCache& cache : second_) removed += cache.EraseIf(all);
  return removed;
}

std::size_t WalkerCaches::ForgetFirstOfDomain(std::uint16_t domain) {
  std::size_t removed = 0;
  for (TableCache& cache : first_) {
    removed +=
        cache.EraseIf([domain](const Key& key, const TableReference&) { return DomainOfFirst(key.owner) == domain; });
  }
  return removed;
}

std::size_t WalkerCaches::ForgetDomain(std::uint16_t domain) {
  const auto of_domain = [domain](const Key& key, const TableReference&) { return key.owner == domain; };
  std::size_t removed = ForgetFirstOfDomain(domain) + nested.EraseIf(of_domain);
  for (TableCache& cache : second_) removed += cache.EraseIf(of_domain);
  return removed;
}

void WalkerCaches::ForgetFirst(std::uint16_t domain, std::uint32_t pasid_value, std::uint64_t address) {
  CacheInvalidation page;
  page.address = address;
  EraseRange(first_, FirstOwner(domain, pasid_value), page);
}

void WalkerCaches::ForgetSecond(std::uint16_t domain, std::uint64_t address) {
  CacheInvalidation page;
  page.address = address;
  EraseRange(second_, domain, page);
}

}  // namespace siov
