// SPDX-License-Identifier: Apache-2.0
// An IOTLB that is a plain list of entries, of which each invalidation strikes out what the rules name (VT-d 6.2.1,
// tables 17, 23, 24, 27; requirements ATS-13); and address spaces of every kind for it.
#ifndef SIOV_TESTS_SUPPORT_PLAIN_IOTLB_H_
#define SIOV_TESTS_SUPPORT_PLAIN_IOTLB_H_

#include <algorithm>
#include <map>
#include <vector>

#include "models/iommu/iotlb/iotlb_core.h"

namespace siov::plain_iotlb {

inline AddressSpaceClass Class(std::uint32_t first_pasid, TranslationStages stages) {
  AddressSpaceClass tenants;
  tenants.first_pasid = first_pasid;
  tenants.count = 4;
  tenants.stages = stages;
  const bool first = stages == TranslationStages::kFirstOnly || stages == TranslationStages::kNested;
  tenants.first_format = first ? TableFormat::kX86FourLevel : TableFormat::kNone;
  tenants.second_format = tenants.has_second_stage() ? TableFormat::kX86FourLevel : TableFormat::kNone;
  tenants.pasids_per_domain = tenants.has_second_stage() ? 2 : 1;
  return tenants;
}

inline constexpr std::uint32_t kFirst = 10;
inline constexpr std::uint32_t kSecond = 100;
inline constexpr std::uint32_t kNested = 200;
inline constexpr std::uint32_t kThrough = 300;
inline constexpr std::uint32_t kNobody = 999;

// Functions 1 to 5, whose requests without PASID go to an address space of each kind, and to none.
struct World {
  World()
      : spaces({Class(kFirst, TranslationStages::kFirstOnly), Class(kSecond, TranslationStages::kSecondOnly),
                Class(kNested, TranslationStages::kNested), Class(kThrough, TranslationStages::kPassThrough)},
               3) {
    RequesterId function = 0;
    for (const std::uint32_t pasid : {kFirst, kSecond, kNested + 1, kThrough, kNobody}) {
      ContextEntry context;
      context.rid_pasid = pasid;
      rid_pasid[++function] = pasid;
      spaces.structures().SetContext(function, context);
    }
  }
  AddressSpaces spaces;
  std::map<RequesterId, std::uint32_t> rid_pasid;
};

struct Held {
  RequesterId requester;
  Pasid pasid;  // as the request said
  std::uint64_t address;
  bool contained;
  std::uint32_t entry;  // the PASID whose entry translated it
  std::uint16_t domain;
  PasidTranslationType type;
  unsigned shift;
};

class PlainIotlb {
 public:
  explicit PlainIotlb(Containment containment) : containment_(containment) {}

  void Fill(const Held& entry) {
    if (Find(entry) == held_.end()) held_.push_back(entry);
  }
  bool Has(const Held& wanted) {
    for (unsigned shift : {kPageShift4K, kPageShift2M}) {
      Held entry = wanted;
      entry.shift = shift;
      if (Find(entry) != held_.end()) return true;
    }
    return false;
  }
  std::size_t Invalidate(const CacheInvalidation& invalidation) {
    return Strike([&](const Held& one) { return Names(invalidation, one); });
  }
  // First stage: of that page and PASID. Second stage, pass-through: of that page in the domain. Nested: of the domain.
  std::size_t PageRequest(const AddressSpace& space, std::uint64_t address) {
    return Strike([&](const Held& one) {
      if (OfHost(one)) return false;
      const bool there = address >> one.shift == one.address >> one.shift;
      if (space.stages == TranslationStages::kFirstOnly) return one.entry == space.pasid && !one.contained && there;
      return one.domain == space.domain_id && (space.nested() || there);
    });
  }
  std::size_t size() const { return held_.size(); }

 private:
  bool OfHost(const Held& one) const { return one.contained && containment_ == Containment::kPermissionTable; }
  // The same request would find it.
  std::vector<Held>::iterator Find(const Held& wanted) {
    return std::find_if(held_.begin(), held_.end(), [&](const Held& one) {
      if (one.contained != wanted.contained || one.requester != wanted.requester || one.shift != wanted.shift ||
          one.address >> one.shift != wanted.address >> one.shift) {
        return false;
      }
      if (!one.contained) return one.pasid == wanted.pasid;
      return OfHost(one) || one.domain == wanted.domain;
    });
  }
  bool Names(const CacheInvalidation& invalidation, const Held& one) const {
    const Invalidation& what = invalidation.what;
    const unsigned larger = std::max<unsigned>(what.page_shift, one.shift);
    const bool meets = larger >= 64 || invalidation.address >> larger == one.address >> larger;
    if (what.kind == InvalidationKind::kHostPermission || OfHost(one)) {
      return what.kind == InvalidationKind::kHostPermission && OfHost(one) &&
             (what.granularity == InvalidationGranularity::kGlobal || meets);
    }
    const bool knows_addresses = one.type == kPgttSecondStage || one.type == kPgttPassThrough;
    const bool in_domain = one.domain == what.domain;
    if (what.kind == InvalidationKind::kIotlb) {
      if (what.granularity == InvalidationGranularity::kGlobal) return true;
      return in_domain && (what.granularity == InvalidationGranularity::kDomain || !knows_addresses || meets);
    }
    if (what.kind != InvalidationKind::kPasidIotlb || one.contained) return false;
    const bool of_pasid = in_domain && one.entry == invalidation.pasid.value();
    return of_pasid && (what.granularity == InvalidationGranularity::kPasid || (!knows_addresses && meets));
  }
  template <class Which>
  std::size_t Strike(Which which) {
    const std::size_t before = held_.size();
    held_.erase(std::remove_if(held_.begin(), held_.end(), which), held_.end());
    return before - held_.size();
  }

  Containment containment_;
  std::vector<Held> held_;
};

}  // namespace siov::plain_iotlb

#endif  // SIOV_TESTS_SUPPORT_PLAIN_IOTLB_H_
