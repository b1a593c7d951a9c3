// SPDX-License-Identifier: Apache-2.0
// How ranges of PASIDs are translated: which stages, table formats and leaf sizes, and how much is present at the
// start.
#ifndef SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACE_CONFIG_H_
#define SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/units.h"
#include "models/page_walker/page_walker_config.h"

namespace siov {

// One class covers a dense range of PASIDs: [first_pasid, first_pasid + count), modulo 2^20.
struct AddressSpaceClass {
  std::uint32_t first_pasid = 1;
  std::uint32_t count = 1;
  TranslationStages stages = TranslationStages::kFirstOnly;
  TableFormat first_format = TableFormat::kX86FourLevel;
  TableFormat second_format = TableFormat::kNone;
  std::uint8_t first_leaf_shift = kPageShift4K;
  std::uint8_t second_leaf_shift = kPageShift4K;
  double resident_fraction = 1.0;  // of pages present at the start; the rest appear when a page request is served
  bool read_only = false;          // leaves grant no write
  bool explicit_pages = false;     // only pages mapped by AddressSpaces::Map() exist; resident_fraction is not used
  std::uint32_t pasids_per_domain = 1;  // consecutive PASIDs that share one second stage, i.e. belong to one VM
  std::uint8_t guest_memory_bits = 36;  // nested: a VM's guest-physical pages lie below 2^this (64 GiB)
  ConfigFaults Validate() const;
};

// Faults of every class (fields prefixed "address_spaces[i].") and ranges that overlap.
ConfigFaults ValidateAddressSpaces(const std::vector<AddressSpaceClass>& classes);

}  // namespace siov

#endif  // SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACE_CONFIG_H_
