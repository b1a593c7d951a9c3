// SPDX-License-Identifier: Apache-2.0
// Do PASID entries keep the discipline of domain ids (VT-d 6.2.3.1)? Entries of one domain id share the second stage's
// tables and width; first-stage and pass-through domains are not those of second stages; entries of one PASID in one
// domain agree on everything. Caches are tagged by domain id, so what breaks this is undefined: it is only counted.
// Remembers the first entry seen of each domain; asked only where software has set entries by hand. Pure.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_DOMAIN_DISCIPLINE_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_DOMAIN_DISCIPLINE_H_

#include <cstdint>
#include <unordered_map>

#include "models/base/random.h"
#include "models/translation/structure_entries.h"

namespace siov {

class DomainDiscipline {
 public:
  // `second_owner` tells second-stage tables apart. True if the entry contradicts one seen before.
  bool Contradicts(std::uint32_t pasid, const PasidEntry& entry, std::uint32_t second_owner) {
    const bool second = entry.pgtt == kPgttSecondStage || entry.pgtt == kPgttNested;
    const std::uint64_t domain =
        second ? Mix64(second_owner + 1) ^ static_cast<std::uint64_t>(entry.second_format) : kNoSecondStage;
    const std::uint64_t whole =
        Mix64(domain ^ (std::uint64_t{entry.tables.value()} << 16) ^ (std::uint64_t{entry.pgtt} << 8) ^
              static_cast<std::uint64_t>(entry.first_format));
    const std::uint64_t key = (std::uint64_t{entry.domain} << 32) | pasid;
    const bool domain_agrees = domains_.emplace(entry.domain, domain).first->second == domain;
    return !(pasids_.emplace(key, whole).first->second == whole && domain_agrees);
  }

 private:
  static constexpr std::uint64_t kNoSecondStage = 0;
  std::unordered_map<std::uint16_t, std::uint64_t> domains_;
  std::unordered_map<std::uint64_t, std::uint64_t> pasids_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_DOMAIN_DISCIPLINE_H_
