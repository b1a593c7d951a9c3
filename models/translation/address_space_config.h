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
#include "models/translation/address_space_parameters.h"
#include "models/translation/table_format.h"

namespace siov {

// One class covers a dense range of PASIDs: [first_pasid, first_pasid + count), modulo 2^20.
struct AddressSpaceClass : AddressSpaceParameters {
  std::uint32_t first_pasid = 1;
  std::uint32_t count = 1;
  std::vector<LeafRange> leaf_ranges;  // of the stage that maps the tenants' own pages
  bool explicit_pages = false;         // only pages mapped by AddressSpaces::Map() exist; resident_fraction is not used
  bool explicit_second_stage = false;  // nested: also of the second stage only what MapSecondStage() put there exists
  // Which of the host's memories hold the tenants' pages and the page tables that lie in host-physical memory.
  std::uint32_t pages_home = 0;
  std::uint32_t page_tables_home = 0;
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
