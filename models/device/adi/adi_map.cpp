// SPDX-License-Identifier: Apache-2.0
#include "models/device/adi/adi_map.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "models/base/units.h"

namespace siov {
namespace {

std::uint64_t ExtentOf(const AdiType& type) {
  std::uint64_t extent = 1;
  for (const AdiRegion& region : type.regions) extent = std::max(extent, region.offset_bytes + region.size_bytes);
  return extent;
}

std::string Kib(std::uint64_t bytes) { return std::to_string(bytes / 1024) + " KiB"; }

}  // namespace

AdiMap::AdiMap(const AdiConfig& config, std::uint64_t page_bytes) : config_(config), page_bytes_(page_bytes) {
  areas_.resize(config_.types.size());
  // By place: larger pages push what follows in a BAR.
  std::vector<std::uint32_t> order(config_.types.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return config_.types[a].offset_bytes < config_.types[b].offset_bytes;
  });
  std::map<std::uint32_t, std::uint64_t> end_of_bar;
  for (const std::uint32_t type : order) {
    std::uint64_t& end = end_of_bar[config_.types[type].bar];
    areas_[type] = LayOut(type, page_bytes_ == kPage4K ? 0 : end);
    CheckOverlaps(type);
    CheckPages(type);
    end = std::max(end, areas_[type].end);
  }
}

AdiMap::Area AdiMap::LayOut(std::uint32_t type, std::uint64_t from) const {
  const AdiType& one = config_.types[type];
  Area area;
  area.extent = ExtentOf(one);
  area.stride = one.stride_bytes != 0 ? one.stride_bytes : CeilDiv(area.extent, kPage4K) * kPage4K;
  area.first = CeilDiv(std::max(one.offset_bytes, from), page_bytes_) * page_bytes_;
  const std::uint64_t size = Aperture(one.bar).size_bytes;
  const std::uint64_t pages = area.first < size ? (size - area.first) / page_bytes_ : 0;
  const std::uint64_t room = pages * kPage4K;  // in the device's own map
  if (room >= area.extent) {
    area.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(one.count, (room - area.extent) / area.stride + 1));
  }
  const std::uint64_t taken = area.limit == 0 ? 0 : (area.limit - 1) * area.stride + area.extent;
  area.end = area.first + CeilDiv(taken, kPage4K) * page_bytes_;
  return area;
}

void AdiMap::CheckOverlaps(std::uint32_t type) {
  const AdiType& one = config_.types[type];
  const std::string at = "types[" + std::to_string(type) + "].";
  const AdiAperture& aperture = Aperture(one.bar);
  if (one.offset_bytes < aperture.function_bytes) {
    faults_.push_back({at + "offset_bytes", std::to_string(one.offset_bytes),
                       "after the function's own registers, the first " + std::to_string(aperture.function_bytes) +
                           " bytes of BAR " + std::to_string(one.bar) + " (SIOV-12)"});
  }
  for (std::uint32_t other = 0; other < config_.types.size(); ++other) {
    const Area& there = areas_[other];
    if (other == type || config_.types[other].bar != one.bar || there.limit == 0) continue;
    if (areas_[type].first >= there.end || there.first >= areas_[type].end) continue;
    faults_.push_back({at + "offset_bytes", std::to_string(one.offset_bytes),
                       "outside of the " + std::to_string(there.limit) + " ADIs of type \"" +
                           config_.types[other].name + "\" (SIOV-12)"});
  }
}

// Places repeat: once a stride ends on a page's edge again, so does what is wrong.
void AdiMap::CheckPages(std::uint32_t type) {
  const Area& area = areas_[type];
  const std::uint64_t period = kPage4K / std::gcd(area.stride, kPage4K) + 1;
  std::map<std::uint64_t, PageUse> pages;
  for (std::uint64_t adi = 0; adi < std::min<std::uint64_t>(period, area.limit); ++adi) {
    for (std::size_t i = 0; i < config_.types[type].regions.size(); ++i) {
      const AdiRegion& region = config_.types[type].regions[i];
      const PageUse here{"ADI " + std::to_string(adi), region.name, region.path};
      const std::uint64_t start = adi * area.stride + region.offset_bytes;
      for (std::uint64_t page = start / kPage4K; page <= (start + region.size_bytes - 1) / kPage4K; ++page) {
        const auto [at, added] = pages.insert({page, here});
        if (added || (at->second.who == here.who && at->second.path == here.path)) continue;
        return Blame(type, i, here, at->second);
      }
    }
  }
}

void AdiMap::Blame(std::uint32_t type, std::size_t region, const PageUse& here, const PageUse& there) {
  const std::string at = "types[" + std::to_string(type) + "].";
  if (here.who != there.who) {
    faults_.push_back({at + "stride_bytes", std::to_string(areas_[type].stride),
                       "so much that no system page holds registers of two ADIs (SIOV-12): " + there.who + " (" +
                           there.what + ") and " + here.who + " (" + here.what + ") share one"});
    return;
  }
  faults_.push_back({at + "regions[" + std::to_string(region) + "].offset_bytes",
                     std::to_string(config_.types[type].regions[region].offset_bytes),
                     "in another page than region \"" + there.what +
                         "\": direct and intercepted registers never share one (SIOV-13)"});
}

std::string AdiMap::Limitation(std::uint32_t type) const {
  const AdiType& one = config_.types[type];
  const Area& area = areas_[type];
  const AdiAperture& aperture = Aperture(one.bar);
  if (area.limit == one.count) return {};
  std::string text = "BAR " + std::to_string(one.bar) + " of " + Kib(aperture.size_bytes) + " has room for " +
                     std::to_string(area.limit) + " of " + std::to_string(one.count) + " ADIs of type \"" + one.name +
                     "\" with system pages of " + Kib(page_bytes_);
  if (!aperture.wide) text += "; of 32 bits, it has to lie below 4 GiB";
  return text;
}

std::uint64_t AdiMap::Realigned(const Area& area, std::uint64_t offset) const {
  return area.first + offset / kPage4K * page_bytes_ + offset % kPage4K;
}

const AdiAperture& AdiMap::Aperture(std::uint32_t bar) const {
  return *std::find_if(config_.apertures.begin(), config_.apertures.end(),
                       [bar](const AdiAperture& one) { return one.bar == bar; });
}

std::uint64_t AdiMap::OffsetOf(std::uint32_t type, std::uint32_t index, std::uint32_t region) const {
  const Area& area = areas_[type];
  return Realigned(area, index * area.stride + config_.types[type].regions[region].offset_bytes);
}

AdiMap::Place AdiMap::Find(std::uint32_t bar, std::uint64_t offset) const {
  Place place;
  for (std::uint32_t type = 0; type < areas_.size(); ++type) {
    if (config_.types[type].bar != bar || offset < areas_[type].first || offset >= areas_[type].end) continue;
    return FindIn(type, offset);
  }
  for (const AdiAperture& aperture : config_.apertures) {
    if (aperture.bar != bar || offset >= aperture.function_bytes) continue;
    place.owner = Owner::kFunction;
    place.offset = offset;
  }
  return place;
}

AdiMap::Place AdiMap::FindIn(std::uint32_t type, std::uint64_t offset) const {
  const Area& area = areas_[type];
  const std::uint64_t first = (offset - area.first) / page_bytes_ * kPage4K;  // in the device's own map
  const std::uint64_t in_page = (offset - area.first) % page_bytes_;
  // From the last one that starts in the page to the first that reaches it: at most one has registers there.
  std::uint64_t index = std::min<std::uint64_t>((first + kPage4K - 1) / area.stride, area.limit - 1);
  while (true) {
    const Place place = FindIn(type, static_cast<std::uint32_t>(index), first, in_page);
    if (place.owner != Owner::kNobody || index == 0 || (index - 1) * area.stride + area.extent <= first) return place;
    --index;
  }
}

AdiMap::Place AdiMap::FindIn(std::uint32_t type, std::uint32_t index, std::uint64_t first,
                             std::uint64_t in_page) const {
  const AdiType& one = config_.types[type];
  Place place;
  for (std::uint32_t i = 0; i < one.regions.size(); ++i) {
    const AdiRegion& region = one.regions[i];
    const std::uint64_t start = index * areas_[type].stride + region.offset_bytes;
    if (start >= first + kPage4K || start + region.size_bytes <= first) continue;
    const std::uint64_t wanted = first + in_page;
    const bool here = in_page < kPage4K && wanted >= start && wanted < start + region.size_bytes;
    if (here) return {Owner::kAdi, type, index, region.path, false, i, wanted - start};
    place = {Owner::kAdi, type, index, region.path, true, 0, 0};
  }
  return place;
}

}  // namespace siov
