// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/iotlb_core.h"

#include <algorithm>

namespace siov {
namespace {

// Entries whose addresses a PASID-IOTLB invalidation never means, and a page-in-domain one always does by range.
bool ByDomainOnly(std::uint8_t pgtt) { return pgtt == kPgttSecondStage || pgtt == kPgttPassThrough; }
bool ByDomainOnly(const AddressSpace& space) {
  return space.pass_through() || space.tenant_stage() == TableStage::kSecond;
}

bool RemovesByPasid(const CacheInvalidation& invalidation, const PageTag& tag, const Translation& translation) {
  if (translation.domain != invalidation.what.domain || tag.pasid != invalidation.pasid.value()) return false;
  if (invalidation.what.granularity == InvalidationGranularity::kPasid) return true;
  return !ByDomainOnly(translation.pgtt) && invalidation.Covers(tag.page << tag.shift, tag.shift);
}

bool RemovesByDomain(const CacheInvalidation& invalidation, const PageTag& tag, const Translation& translation) {
  if (invalidation.what.granularity == InvalidationGranularity::kGlobal) return true;
  if (translation.domain != invalidation.what.domain) return false;
  if (invalidation.what.granularity == InvalidationGranularity::kDomain) return true;
  return !ByDomainOnly(translation.pgtt) || invalidation.Covers(tag.page << tag.shift, tag.shift);
}

}  // namespace

bool Removes(const CacheInvalidation& invalidation, const PageTag& tag, const Translation& translation) {
  switch (invalidation.what.kind) {
    case InvalidationKind::kIotlb:
      return RemovesByDomain(invalidation, tag, translation);
    case InvalidationKind::kPasidIotlb:
      return RemovesByPasid(invalidation, tag, translation);
    case InvalidationKind::kHostPermission:  // all functions share one domain of permissions
      return invalidation.what.granularity != InvalidationGranularity::kPage ||
             invalidation.Covers(tag.page << tag.shift, tag.shift);
    case InvalidationKind::kNone:
    case InvalidationKind::kContext:
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kInterruptEntry:
    case InvalidationKind::kWait:
    case InvalidationKind::kPasidCache:
    case InvalidationKind::kPasidDeviceTlb:
    case InvalidationKind::kPageGroupResponse:
      break;  // context and PASID cache are the page walker's
  }
  return false;
}

std::size_t IotlbCore::Invalidate(const CacheInvalidation& invalidation) {
  const bool permissions = invalidation.what.kind == InvalidationKind::kHostPermission;
  return cache_.EraseIf([&](const PageTag& tag, const Translation& translation) {
    const bool of_permissions = IsContained(tag.pasid) && containment_ == Containment::kPermissionTable;
    if (permissions != of_permissions) return false;
    PageTag translated_by = tag;
    translated_by.pasid = EntryPasid(tag.requester, Pasid(tag.pasid)).value();
    return Removes(invalidation, translated_by, translation);
  });
}

Pasid IotlbCore::TagOf(RequesterId requester, Pasid pasid, bool contained) const {
  if (!contained) return pasid;
  if (containment_ == Containment::kPermissionTable) return Pasid(kContained);
  const auto space = spaces_.Find(EntryPasid(requester, pasid));
  return Pasid(kContained | (space ? space->domain_id : 0u));
}

unsigned IotlbCore::LeafShift(RequesterId requester, Pasid pasid, std::uint64_t address) const {
  const auto space = spaces_.Find(EntryPasid(requester, pasid));
  if (!space || space->pass_through()) return kPageShift4K;
  const unsigned own = space->leaf_shift(space->tenant_stage(), address);
  return space->nested() ? std::min<unsigned>(own, space->config->second_leaf_shift) : own;
}

bool IotlbCore::PassesWithoutPasid(RequesterId requester) const {
  const TranslationStructures& structures = spaces_.structures();
  return structures.Context(requester).rid_pasid == structures.default_context().rid_pasid;
}

Pasid IotlbCore::EntryPasid(RequesterId requester, Pasid pasid) const {
  return pasid.valid() ? pasid : Pasid(spaces_.structures().Context(requester).rid_pasid);
}

bool IotlbCore::Overlaps(const CacheInvalidation& invalidation, const MissKey& walk) const {
  const bool permissions = containment_ == Containment::kPermissionTable && IsContained(walk.pasid);
  if (permissions || invalidation.what.kind == InvalidationKind::kHostPermission) {
    return permissions == (invalidation.what.kind == InvalidationKind::kHostPermission);
  }
  if (IsContained(walk.pasid)) return true;
  const InvalidationGranularity granularity = invalidation.what.granularity;
  const Pasid pasid = EntryPasid(walk.requester, Pasid(walk.pasid));
  switch (invalidation.what.kind) {
    case InvalidationKind::kPasidCache:
      return granularity != InvalidationGranularity::kPasid || pasid == invalidation.pasid;
    case InvalidationKind::kPasidIotlb:
      if (pasid != invalidation.pasid) return false;
      return granularity == InvalidationGranularity::kPasid || invalidation.Covers(walk.address(), kPageShift4K);
    case InvalidationKind::kIotlb: {
      const auto space = spaces_.Find(pasid);
      if (granularity == InvalidationGranularity::kGlobal || !space) return true;
      if (space->domain_id != invalidation.what.domain) return false;
      return granularity == InvalidationGranularity::kDomain || !ByDomainOnly(*space) ||
             invalidation.Covers(walk.address(), kPageShift4K);
    }
    case InvalidationKind::kNone:
    case InvalidationKind::kContext:
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kInterruptEntry:
    case InvalidationKind::kWait:
    case InvalidationKind::kPasidDeviceTlb:
    case InvalidationKind::kPageGroupResponse:
    case InvalidationKind::kHostPermission:
      break;
  }
  return true;
}

std::optional<CacheInvalidation> IotlbCore::StaleBy(Pasid pasid, std::uint64_t address) const {
  const auto space = spaces_.Find(pasid);
  if (!space) return std::nullopt;
  const bool first_only = space->stages == TranslationStages::kFirstOnly;
  CacheInvalidation stale;
  stale.what.kind = first_only ? InvalidationKind::kPasidIotlb : InvalidationKind::kIotlb;
  stale.what.granularity = space->nested() ? InvalidationGranularity::kDomain : InvalidationGranularity::kPage;
  stale.what.domain = space->domain_id;
  stale.pasid = pasid;
  stale.address = address;
  return stale;
}

}  // namespace siov
