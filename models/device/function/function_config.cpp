// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_config.h"

#include <algorithm>
#include <string>

#include "models/base/units.h"
#include "models/device/function/config_words.h"

namespace siov {
namespace {

constexpr std::uint64_t kLargestNarrowBar = std::uint64_t{1} << 31;
constexpr std::uint64_t kLargestBar = std::uint64_t{1} << 63;
constexpr std::uint32_t kMaxFunctions = 8;
constexpr std::uint32_t kMaxVectors = 2'048;
constexpr std::uint32_t kMaxPayloadBytes = 4'096;
constexpr std::uint32_t kVectorBytes = 16;

// BARs by number, and the places they take; `list` is their path.
void ValidateBars(const std::vector<BarConfig>& bars, const std::string& list, ConfigFaults* faults) {
  unsigned taken = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const BarConfig& bar = bars[i];
    const std::string at = list + "[" + std::to_string(i) + "].";
    const std::uint64_t largest = bar.wide ? kLargestBar : kLargestNarrowBar;
    if (!IsPowerOfTwo(bar.size_bytes) || bar.size_bytes < kPage4K || bar.size_bytes > largest) {
      faults->push_back({at + "size_bytes", std::to_string(bar.size_bytes),
                         "a power of two from 4096 to " + std::to_string(largest)});
    }
    const std::uint32_t last = header::kBarCount - (bar.wide ? 2 : 1);
    if (bar.index > last) {
      faults->push_back({at + "index", std::to_string(bar.index), "0.." + std::to_string(last)});
      continue;
    }
    const unsigned places = (bar.wide ? 3u : 1u) << bar.index;
    if ((taken & places) != 0) {
      faults->push_back({at + "index", std::to_string(bar.index), "one that no other takes; 64-bit ones take two"});
    }
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
  const MsixCapability& msix = *config.msix;
  Require(msix.vectors >= 1 && msix.vectors <= kMaxVectors, "msix.vectors", msix.vectors, "1..2048", faults);
  const std::uint64_t table = std::uint64_t{msix.vectors} * kVectorBytes;
  const std::uint64_t pending = CeilDiv(msix.vectors, 64) * 8;
  ValidatePlace(config, "msix.table_bar", msix.table_bar, "msix.table_offset", msix.table_offset, table, faults);
  ValidatePlace(config, "msix.pending_bar", msix.pending_bar, "msix.pending_offset", msix.pending_offset, pending,
                faults);
  const bool apart = msix.table_bar != msix.pending_bar || msix.table_offset + table <= msix.pending_offset ||
                     msix.pending_offset + pending <= msix.table_offset;
  Require(apart, "msix.pending_offset", msix.pending_offset, "outside of the table", faults);
}

void ValidateSriov(const SriovCapability& sriov, ConfigFaults* faults) {
  Require(sriov.total_vfs >= 1 && sriov.total_vfs <= 0xFFFF, "sriov.total_vfs", sriov.total_vfs, "1..65535", faults);
  Require(sriov.first_offset >= 1 && sriov.first_offset <= 0xFFFF, "sriov.first_offset", sriov.first_offset, "1..65535",
          faults);
  Require(sriov.stride >= 1 && sriov.stride <= 0xFFFF, "sriov.stride", sriov.stride, "1..65535", faults);
  Require(sriov.vf_device_id <= 0xFFFF, "sriov.vf_device_id", sriov.vf_device_id, "0..65535", faults);
  ValidatePageSizes("sriov.supported_page_sizes", sriov.supported_page_sizes, faults);
  ValidateBars(sriov.vf_bars, "sriov.vf_bars", faults);
}

// Page requests ask for what an ATC could not translate, and ADIs are told apart by their PASIDs.
void ValidateNeeds(const FunctionConfig& config, ConfigFaults* faults) {
  if (config.pri && !config.ats) faults->push_back({"pri", "", "a function with ats"});
  if (config.siov && !config.pasid) faults->push_back({"siov", "", "a function with pasid (SIOV-04)"});
}

}  // namespace

ConfigFaults FunctionConfig::Validate() const {
  ConfigFaults faults;
  Require(number < kMaxFunctions, "number", number, "0..7", &faults);
  Require(vendor_id < 0xFFFF, "vendor_id", vendor_id, "0..65534 (FFFFh means that nobody is there)", &faults);
  Require(device_id <= 0xFFFF, "device_id", device_id, "0..65535", &faults);
  Require(class_code <= 0xFF'FFFF, "class_code", class_code, "0..16777215", &faults);
  Require(revision_id <= 0xFF, "revision_id", revision_id, "0..255", &faults);
  Require(IsPowerOfTwo(express.max_payload_bytes) && express.max_payload_bytes >= 128 &&
              express.max_payload_bytes <= kMaxPayloadBytes,
          "express.max_payload_bytes", express.max_payload_bytes, "a power of two, 128..4096", &faults);
  ValidateBars(bars, "bars", &faults);
  if (msix) ValidateMsix(*this, &faults);
  if (ats)
    Require(ats->queue_depth >= 1 && ats->queue_depth <= 32, "ats.queue_depth", ats->queue_depth, "1..32", &faults);
  if (pasid) Require(pasid->width >= 1 && pasid->width <= 20, "pasid.width", pasid->width, "1..20", &faults);
  if (sriov) ValidateSriov(*sriov, &faults);
  if (siov) ValidatePageSizes("siov.supported_page_sizes", siov->supported_page_sizes, &faults);
  if (siov)
    Require(siov->dependency_link < kMaxFunctions, "siov.dependency_link", siov->dependency_link, "0..7", &faults);
  ValidateNeeds(*this, &faults);
  return faults;
}

}  // namespace siov
