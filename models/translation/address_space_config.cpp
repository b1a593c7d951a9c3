// SPDX-License-Identifier: Apache-2.0
#include "models/translation/address_space_config.h"

#include <algorithm>
#include <string>

#include "models/base/ids.h"
#include "models/translation/table_layout.h"

namespace siov {
namespace {

bool IsLeafShift(unsigned shift) { return shift == kPageShift4K || shift == kPageShift2M || shift == kPageShift1G; }

bool NeedsFirst(TranslationStages stages) {
  return stages == TranslationStages::kFirstOnly || stages == TranslationStages::kNested;
}
bool NeedsSecond(TranslationStages stages) {
  return stages == TranslationStages::kSecondOnly || stages == TranslationStages::kNested;
}

void CheckStage(bool needed, TableFormat format, unsigned leaf_shift, const std::string& stage, ConfigFaults& faults) {
  if (!needed) return;
  if (format == TableFormat::kNone) {
    faults.push_back({stage + "_format", "none", "a table format: these stages walk a " + stage + " stage"});
  }
  if (!IsLeafShift(leaf_shift)) {
    faults.push_back({stage + "_leaf_shift", std::to_string(leaf_shift), "12 (4 KiB), 21 (2 MiB) or 30 (1 GiB)"});
  }
}

void CheckGuestMemory(const AddressSpaceClass& space, ConfigFaults& faults) {
  if (space.stages != TranslationStages::kNested) return;
  constexpr unsigned kLeast = 31;  // holds a 1 GiB leaf beside the tables
  const unsigned most = std::min<unsigned>(LayoutOf(space.second_format, TableStage::kSecond).input_bits, 46);
  if (most >= kLeast && (space.guest_memory_bits < kLeast || space.guest_memory_bits > most)) {
    faults.push_back({"guest_memory_bits", std::to_string(space.guest_memory_bits),
                      "31 to " + std::to_string(most) + " (the second stage's input width, at most 46)"});
  }
}

// A range that wraps at 2^20 is two.
struct Piece {
  std::uint32_t first;
  std::uint32_t last;
  std::size_t index;
};
std::vector<Piece> Pieces(const std::vector<AddressSpaceClass>& classes) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const std::uint32_t first = classes[i].first_pasid;
    const std::uint32_t count = classes[i].count;
    if (first >= kMaxPasids || count == 0 || count > kMaxPasids) continue;
    const std::uint32_t before_wrap = std::min(count, kMaxPasids - first);
    pieces.push_back({first, first + before_wrap - 1, i});
    if (count > before_wrap) pieces.push_back({0, count - before_wrap - 1, i});
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.first < b.first; });
  return pieces;
}

}  // namespace

std::optional<TooManyDomains> FindTooManyDomains(const std::vector<AddressSpaceClass>& classes) {
  std::uint64_t domains = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].count == 0) continue;
    domains += classes[i].domains();
    if (domains <= kMostVmDomains) continue;
    return TooManyDomains{i, "so many that there are at most " + std::to_string(kMostVmDomains) +
                                 " VMs (a domain id has 16 bits); so far they are " + std::to_string(domains)};
  }
  return std::nullopt;
}

ConfigFaults AddressSpaceClass::Validate() const {
  ConfigFaults faults = AddressSpaceParameters::Validate();
  if (first_pasid >= kMaxPasids) faults.push_back({"first_pasid", std::to_string(first_pasid), "0 to 1048575"});
  if (count == 0 || count > kMaxPasids) faults.push_back({"count", std::to_string(count), "1 to 1048576"});
  CheckStage(NeedsFirst(stages), first_format, first_leaf_shift, "first", faults);
  CheckStage(NeedsSecond(stages), second_format, second_leaf_shift, "second", faults);
  if (stages == TranslationStages::kPassThrough && (resident_fraction < 1.0 || read_only || explicit_pages)) {
    faults.push_back(
        {"stages", "pass-through", "stages with tables, for address spaces with absent or read-only pages"});
  }
  for (const LeafRange& range : leaf_ranges) {
    const std::uint64_t mask = (std::uint64_t{1} << range.shift) - 1;
    if (!IsLeafShift(range.shift) || range.bytes == 0 || ((range.from | range.bytes) & mask) != 0) {
      faults.push_back({"leaf_ranges", std::to_string(range.from) + " + " + std::to_string(range.bytes),
                        "whole pages of 4 KiB, 2 MiB or 1 GiB"});
    }
  }
  CheckGuestMemory(*this, faults);
  if (explicit_second_stage && (stages != TranslationStages::kNested || !explicit_pages)) {
    faults.push_back({"explicit_second_stage", "true", "only with nested stages and explicit_pages"});
  }
  if (first_accessed_dirty && !NeedsFirst(stages)) {
    faults.push_back({"first_accessed_dirty", "true", "only with a first stage"});
  }
  if (second_accessed_dirty && !NeedsSecond(stages)) {
    faults.push_back({"second_accessed_dirty", "true", "only with a second stage"});
  }
  return faults;
}

ConfigFaults ValidateAddressSpaces(const std::vector<AddressSpaceClass>& classes) {
  ConfigFaults faults;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    for (ConfigFault& fault : classes[i].Validate()) {
      fault.field = "address_spaces[" + std::to_string(i) + "]." + fault.field;
      faults.push_back(std::move(fault));
    }
  }
  if (const auto domains = FindTooManyDomains(classes)) {
    faults.push_back({"address_spaces[" + std::to_string(domains->index) + "].pasids_per_domain",
                      std::to_string(classes[domains->index].pasids_per_domain), domains->allowed});
  }
  const std::vector<Piece> pieces = Pieces(classes);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i].first > pieces[i - 1].last) continue;
    faults.push_back(
        {"address_spaces[" + std::to_string(pieces[i].index) + "].first_pasid",
         std::to_string(classes[pieces[i].index].first_pasid),
         "a range that does not overlap that of address_spaces[" + std::to_string(pieces[i - 1].index) + "]"});
  }
  return faults;
}

}  // namespace siov
