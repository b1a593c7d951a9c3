// SPDX-License-Identifier: Apache-2.0
// How ranges of PASIDs are translated: which stages, table formats and leaf sizes, and how much is present at the
// start.
#ifndef SIOV_MODELS_TRANSLATION_ADDRESS_SPACE_CONFIG_H_
#define SIOV_MODELS_TRANSLATION_ADDRESS_SPACE_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/translation/table_format.h"

namespace siov {

// Part of every tenant's own addresses that is mapped by leaves of another size.
struct LeafRange {
  std::uint64_t from = 0;
  std::uint64_t bytes = 0;
  std::uint8_t shift = kPageShift2M;
};

// One class covers a dense range of PASIDs: [first_pasid, first_pasid + count), modulo 2^20.
struct AddressSpaceClass {
  std::uint32_t first_pasid = 1;
  std::uint32_t count = 1;
  TranslationStages stages = TranslationStages::kFirstOnly;
  TableFormat first_format = TableFormat::kX86FourLevel;
  TableFormat second_format = TableFormat::kNone;
  std::uint8_t first_leaf_shift = kPageShift4K;
  std::uint8_t second_leaf_shift = kPageShift4K;
  std::vector<LeafRange> leaf_ranges;  // of the stage that maps the tenants' own pages
  double resident_fraction = 1.0;      // of pages present at the start; the rest appear when a page request is served
  bool read_only = false;              // leaves grant no write
  bool explicit_pages = false;         // only pages mapped by AddressSpaces::Map() exist; resident_fraction is not used
  std::uint32_t pasids_per_domain = 1;  // consecutive PASIDs that share one second stage, i.e. belong to one VM
  std::uint8_t guest_memory_bits = 36;  // nested: a VM's guest-physical pages lie below 2^this (64 GiB)
  bool explicit_second_stage = false;   // nested: also of the second stage only what MapSecondStage() put there exists
  // Entries of this stage begin with accessed and dirty bits clear and the walker sets them (second stage: SSADE); else
  // they count as set, which is what tables of pinned memory say.
  bool first_accessed_dirty = false;
  bool second_accessed_dirty = false;
  std::uint32_t cache_partition = 0;         // first partition of partitioned caches its tenants use
  std::uint32_t cache_partition_spread = 1;  // over how many, tenant by tenant
  bool has_second_stage() const {
    return stages == TranslationStages::kSecondOnly || stages == TranslationStages::kNested;
  }
  // VMs: the domain ids the class needs.
  std::uint32_t domains() const {
    return has_second_stage() && pasids_per_domain != 0 ? (count - 1) / pasids_per_domain + 1 : 0;
  }
  ConfigFaults Validate() const;
};

// Domain ids. As Linux does, all first-stage-only address spaces share one and all pass-through ones another; 0 is not
// used (caching mode reserves it). Each VM, i.e. each second stage, has one of the others.
inline constexpr std::uint16_t kFirstStageDomain = 1;
inline constexpr std::uint16_t kPassThroughDomain = 2;
inline constexpr std::uint32_t kFirstVmDomain = 3;
inline constexpr std::uint32_t kMostVmDomains = (1u << 16) - kFirstVmDomain;

// The first class with which there are more VMs than domain ids, and what would be allowed.
struct TooManyDomains {
  std::size_t index = 0;
  std::string allowed;
};
std::optional<TooManyDomains> FindTooManyDomains(const std::vector<AddressSpaceClass>& classes);

// Faults of every class (fields prefixed "address_spaces[i]."), ranges that overlap, more VMs than domain ids.
ConfigFaults ValidateAddressSpaces(const std::vector<AddressSpaceClass>& classes);

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_ADDRESS_SPACE_CONFIG_H_
