// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/trace_facts.h"

#include <algorithm>

#include "models/workload/trace/window_filter.h"

namespace siov {

LruProbe::LruProbe(std::size_t entries) : entries_(entries) { Clear(); }

void LruProbe::Clear() {
  slots_.assign(entries_ + 1, Entry{});
  slot_of_.clear();
  free_.clear();
  for (std::size_t slot = entries_; slot > 0; --slot) free_.push_back(slot);
}

void LruProbe::See(const TraceRecord& record) {
  if (record.is_access()) Lookup(record);
  if (record.kind == TraceKind::kInvalidateIotlb) Invalidate(record);
}

void LruProbe::Lookup(const TraceRecord& record) {
  const std::uint8_t shift = record.page_shift == 0 ? kPageShift4K : record.page_shift;
  const Key key{record.domain, record.iova >> shift << shift};
  ++lookups_;
  const auto found = slot_of_.find(key);
  if (found != slot_of_.end()) {
    Unlink(found->second);
    MakeNewest(found->second);
    return;
  }
  ++misses_;
  if (free_.empty()) Drop(slots_[0].newer);
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = {key.first, shift, key.second, 0, 0};
  slot_of_[key] = slot;
  MakeNewest(slot);
}

void LruProbe::Invalidate(const TraceRecord& record) {
  if (record.scope == InvalidationScope::kGlobal) return Clear();
  const std::uint64_t bytes = record.mask_order + kPageShift4K < 64 ? kPage4K << record.mask_order : 0;
  const std::uint64_t first = record.iova & ~(bytes - 1);
  const std::uint64_t last = bytes == 0 ? ~std::uint64_t{0} : first + (bytes - 1);
  for (auto place = slot_of_.lower_bound({record.domain, 0});
       place != slot_of_.end() && place->first.first == record.domain;) {
    const Entry& entry = slots_[place->second];
    const std::uint64_t entry_last = entry.page + ((std::uint64_t{1} << entry.page_shift) - 1);
    const std::size_t slot = place->second;
    ++place;
    if (record.scope == InvalidationScope::kDomain || (entry.page <= last && entry_last >= first)) Drop(slot);
  }
}

void LruProbe::Unlink(std::size_t slot) {
  slots_[slots_[slot].older].newer = slots_[slot].newer;
  slots_[slots_[slot].newer].older = slots_[slot].older;
}

void LruProbe::MakeNewest(std::size_t slot) {
  slots_[slot].older = slots_[0].older;
  slots_[slot].newer = 0;
  slots_[slots_[0].older].newer = slot;
  slots_[0].older = slot;
}

void LruProbe::Drop(std::size_t slot) {
  Unlink(slot);
  slot_of_.erase({slots_[slot].domain, slots_[slot].page});
  free_.push_back(slot);
}

std::uint64_t TraceCounts::accesses() const {
  return of(TraceKind::kRead) + of(TraceKind::kWrite) + of(TraceKind::kAccess);
}

TraceFacts::TraceFacts(const std::vector<std::size_t>& lru_entries) : lru_entries_(lru_entries) {
  for (const std::size_t entries : lru_entries) lru_whole_.emplace_back(entries);
}

void TraceFacts::SeeAll(TraceSource& source) {
  TraceRecord record;
  while (source.Next(&record)) See(record);
  content_.SeeEnd(source.info());
}

void TraceFacts::See(const TraceRecord& record) {
  last_ps_ = std::max(last_ps_, record.time_ps);
  if (record.kind == TraceKind::kMark && record.mark == kWindowStart && !has_window_) {
    has_window_ = true;
    inside_ = true;
    window_start_ps_ = record.time_ps;
    mapped_pages_.Clear();
    capped_mappings_ = 0;
    for (const std::size_t entries : lru_entries_) lru_window_.emplace_back(entries);
  }
  Count(record, &whole_);
  content_.See(record);
  if (record.is_access()) touched_pages_[record.stream].insert(record.iova / kPage4K);
  if (!has_window_) {
    for (LruProbe& probe : lru_whole_) probe.See(record);
  }
  if (has_window_ && !inside_) return;
  if (record.kind == TraceKind::kMap && !record.preexisting) {
    const std::uint64_t pages = record.size_bytes / kPage4K;
    mapped_pages_.Add(record.domain, record.iova / kPage4K, std::min(pages, kMostPagesOfAMapping));
    if (pages > kMostPagesOfAMapping) ++capped_mappings_;
  }
  if (!inside_) return;
  Count(record, &window_);
  window_end_ps_ = record.time_ps;
  for (LruProbe& probe : lru_window_) probe.See(record);
  if (record.kind == TraceKind::kMark && record.mark == kWindowEnd) inside_ = false;
}

void TraceFacts::Count(const TraceRecord& record, TraceCounts* counts) {
  ++counts->records;
  if (record.preexisting) {
    ++counts->preexisting_mappings;
    return;
  }
  ++counts->by_kind[static_cast<unsigned>(record.kind)];
  if (record.kind == TraceKind::kInvalidateIotlb) {
    ++counts->iotlb_invalidations_by_scope[static_cast<unsigned>(record.scope)];
  }
  if (record.is_access()) ++counts->accesses_by_stream[record.stream];
}

std::size_t TraceFacts::unique_pages(std::uint32_t stream) const {
  const auto found = touched_pages_.find(stream);
  return found == touched_pages_.end() ? 0 : found->second.size();
}

const std::vector<LruProbe>& TraceFacts::lru() const { return has_window_ ? lru_window_ : lru_whole_; }

}  // namespace siov
