// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_config.h"

#include <algorithm>
#include <string>

#include "models/base/units.h"
#include "models/device/function/config_words.h"

namespace siov {
namespace {

constexpr std::uint64_t kLargestNarrowBar = std::uint64_t{1} << 31;
constexpr std::uint64_t kLargestBar = std::uint64_t{1} << 40;
constexpr std::uint32_t kMaxPayloadBytes = 4'096;

// BARs by number, and the places they take; `list` is their path.
void ValidateBars(const std::vector<BarConfig>& bars, const std::string& list, ConfigFaults* faults) {
  unsigned taken = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const BarConfig& bar = bars[i];
    const std::string at = list + "[" + std::to_string(i) + "]";
    AppendFaults(at, bar.Validate(), faults);
    const auto require = [&](bool holds, const std::string& field, std::uint64_t value, const std::string& allowed) {
      if (!holds) faults->push_back({at + "." + field, std::to_string(value), allowed});
    };
    const std::uint64_t largest = bar.wide ? kLargestBar : kLargestNarrowBar;
    require(bar.size_bytes <= largest, "size_bytes", bar.size_bytes, "at most " + std::to_string(largest));
    require(bar.function_bytes <= bar.size_bytes, "function_bytes", bar.function_bytes, "at most size_bytes");
    const std::uint32_t last = header::kBarCount - (bar.wide ? 2 : 1);
    require(bar.index != last + 1 || !bar.wide, "index", bar.index, "at most " + std::to_string(last));
    if (bar.index > last) continue;
    const unsigned places = (bar.wide ? 3u : 1u) << bar.index;
    require((taken & places) == 0, "index", bar.index, "one that no other takes; 64-bit ones take two");
    taken |= places;
  }
}

void ValidatePageSizes(const char* field, std::uint32_t sizes, ConfigFaults* faults) {
  Require((sizes & 1) != 0, field, sizes, "with bit 0 (4 KiB), which is mandatory", faults);
}

// A table of MSI-X has to lie within a BAR that is there.
void ValidatePlace(const FunctionConfig& config, const char* bar_field, std::uint32_t index, const char* offset_field,
                   std::uint64_t offset, std::uint64_t bytes, ConfigFaults* faults) {
  const auto bar = std::find_if(config.bars.begin(), config.bars.end(),
                                [index](const BarConfig& one) { return one.index == index; });
  if (bar == config.bars.end()) {
    faults->push_back({bar_field, std::to_string(index), "a BAR of the function"});
    return;
  }
  if (offset % 8 != 0 || bytes > bar->size_bytes || offset > bar->size_bytes - bytes) {
    faults->push_back(
        {offset_field, std::to_string(offset),
         "a multiple of 8 with " + std::to_string(bytes) + " bytes of BAR " + std::to_string(index) + " after it"});
  }
}

void ValidateMsix(const FunctionConfig& config, ConfigFaults* faults) {
  const MsixCapability& found = *config.msix;
  AppendFaults("msix", found.Validate(), faults);
  const std::uint64_t table = msix::TableBytes(found.vectors);
  const std::uint64_t pending = msix::PendingBytes(found.vectors);
  ValidatePlace(config, "msix.table_bar", found.table_bar, "msix.table_offset", found.table_offset, table, faults);
  ValidatePlace(config, "msix.pending_bar", found.pending_bar, "msix.pending_offset", found.pending_offset, pending,
                faults);
  const bool apart = found.table_bar != found.pending_bar || found.table_offset + table <= found.pending_offset ||
                     found.pending_offset + pending <= found.table_offset;
  Require(apart, "msix.pending_offset", found.pending_offset, "outside of the table", faults);
}

void ValidateSriov(const SriovCapability& sriov, ConfigFaults* faults) {
  AppendFaults("sriov", sriov.Validate(), faults);
  Require(sriov.num_vfs <= sriov.total_vfs, "sriov.num_vfs", sriov.num_vfs, "at most sriov.total_vfs", faults);
  ValidatePageSizes("sriov.supported_page_sizes", sriov.supported_page_sizes, faults);
  ValidateBars(sriov.vf_bars, "sriov.vf_bars", faults);
}

// What software selects before it enables memory space.
void ValidateSiov(const SiovCapability& siov, ConfigFaults* faults) {
  AppendFaults("siov", siov.Validate(), faults);
  ValidatePageSizes("siov.supported_page_sizes", siov.supported_page_sizes, faults);
  const std::uint64_t size = siov.system_page_bytes / kPage4K;
  Require((size & siov.supported_page_sizes) != 0 || !IsPowerOfTwo(siov.system_page_bytes), "siov.system_page_bytes",
          siov.system_page_bytes, "one of siov.supported_page_sizes", faults);
}

// Page requests ask for what an ATC could not translate, and ADIs are told apart by their PASIDs.
void ValidateNeeds(const FunctionConfig& config, ConfigFaults* faults) {
  if (config.pri && !config.ats) faults->push_back({"pri", "", "a function with ats"});
  if (config.siov && !config.pasid) faults->push_back({"siov", "", "a function with pasid (SIOV-04)"});
}

}  // namespace

ConfigFaults FunctionConfig::Validate() const {
  ConfigFaults faults = FunctionParameters::Validate();
  Require(IsPowerOfTwo(express.max_payload_bytes) && express.max_payload_bytes >= 128 &&
              express.max_payload_bytes <= kMaxPayloadBytes,
          "express.max_payload_bytes", express.max_payload_bytes, "a power of two, 128..4096", &faults);
  ValidateBars(bars, "bars", &faults);
  if (msix) ValidateMsix(*this, &faults);
  if (ats)
    Require(ats->queue_depth >= 1 && ats->queue_depth <= 32, "ats.queue_depth", ats->queue_depth, "1..32", &faults);
  if (pasid) Require(pasid->width >= 1 && pasid->width <= 20, "pasid.width", pasid->width, "1..20", &faults);
  if (sriov) ValidateSriov(*sriov, &faults);
  if (siov) ValidateSiov(*siov, &faults);
  ValidateNeeds(*this, &faults);
  return faults;
}

}  // namespace siov
