// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/live_mappings.h"

#include <algorithm>

namespace siov {
namespace {

// The last address of a range, which may end at the top of the address space.
std::uint64_t Last(std::uint64_t iova, Bytes size_bytes) {
  const std::uint64_t last = iova + (size_bytes - 1);
  return last < iova ? ~std::uint64_t{0} : last;
}

// The part of a mapping from `iova` on.
TraceRecord Tail(const TraceRecord& mapping, std::uint64_t iova) {
  TraceRecord tail = mapping;
  const std::uint64_t cut = iova - mapping.iova;
  tail.iova = iova;
  tail.pa += cut;
  tail.size_bytes -= cut;
  tail.buffer_offset = 0;
  tail.buffer_bytes = 0;
  return tail;
}

}  // namespace

void LiveMappings::Put(const TraceRecord& mapping) {
  TraceRecord& place = live_[{mapping.domain, mapping.iova}];
  if (place.kind == TraceKind::kMap) pages_ -= PagesOf(place);  // one without pages: nothing else can be in the way
  place = mapping;
  pages_ += PagesOf(mapping);
}

void LiveMappings::Unmap(std::uint32_t domain, std::uint64_t iova, Bytes size_bytes) {
  if (size_bytes == 0) return;
  const std::uint64_t last = Last(iova, size_bytes);
  auto place = live_.lower_bound({domain, iova});
  if (place != live_.begin()) {
    const auto before = std::prev(place);
    TraceRecord& mapping = before->second;
    if (before->first.first == domain && mapping.size_bytes != 0 && Last(mapping.iova, mapping.size_bytes) >= iova) {
      if (Last(mapping.iova, mapping.size_bytes) > last) Put(Tail(mapping, last + 1));
      pages_ -= PagesOf(mapping);
      mapping.size_bytes = iova - mapping.iova;
      pages_ += PagesOf(mapping);
      mapping.buffer_bytes = 0;
    }
  }
  place = live_.lower_bound({domain, iova});
  while (place != live_.end() && place->first.first == domain && place->first.second <= last) {
    const TraceRecord mapping = place->second;
    place = live_.erase(place);
    pages_ -= PagesOf(mapping);
    if (mapping.size_bytes != 0 && Last(mapping.iova, mapping.size_bytes) > last) {
      Put(Tail(mapping, last + 1));
      break;
    }
  }
}

const TraceRecord* LiveMappings::Find(std::uint32_t domain, std::uint64_t iova) const {
  auto place = live_.upper_bound({domain, iova});
  if (place == live_.begin()) return nullptr;
  --place;
  const TraceRecord& mapping = place->second;
  if (place->first.first != domain || mapping.size_bytes == 0) return nullptr;
  return Last(mapping.iova, mapping.size_bytes) >= iova ? &mapping : nullptr;
}

std::uint32_t LiveMappings::OnlyDomainWith(std::uint64_t iova) const {
  std::uint32_t only = TraceRecord::kNoDomain;
  for (auto place = live_.begin(); place != live_.end();) {
    const std::uint32_t domain = place->first.first;
    if (live_.count({domain, iova}) != 0) {
      if (only != TraceRecord::kNoDomain) return TraceRecord::kNoDomain;
      only = domain;
    }
    if (domain == ~std::uint32_t{0}) break;
    place = live_.lower_bound({domain + 1, 0});
  }
  return only;
}

std::vector<std::pair<std::uint64_t, Bytes>> LiveMappings::MappedParts(std::uint32_t domain, std::uint64_t iova,
                                                                       Bytes size_bytes) const {
  std::vector<std::pair<std::uint64_t, Bytes>> parts;
  if (size_bytes == 0) return parts;
  const std::uint64_t last = Last(iova, size_bytes);
  auto place = live_.upper_bound({domain, iova});
  if (place != live_.begin() && std::prev(place)->first.first == domain) --place;
  for (; place != live_.end() && place->first.first == domain && place->first.second <= last; ++place) {
    const TraceRecord& mapping = place->second;
    if (mapping.size_bytes == 0 || Last(mapping.iova, mapping.size_bytes) < iova) continue;
    const std::uint64_t from = std::max(mapping.iova, iova);
    const Bytes bytes = std::min(Last(mapping.iova, mapping.size_bytes), last) - from + 1;
    if (!parts.empty() && parts.back().first + parts.back().second == from) {
      parts.back().second += bytes;
    } else {
      parts.emplace_back(from, bytes);
    }
  }
  return parts;
}

std::vector<TraceRecord> LiveMappings::All() const {
  std::vector<TraceRecord> all;
  all.reserve(live_.size());
  for (const auto& [place, mapping] : live_) all.push_back(mapping);
  return all;
}

}  // namespace siov
