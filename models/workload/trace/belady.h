// SPDX-License-Identifier: Apache-2.0
// How few misses an IOTLB of a given size could have on a recording: Belady's oracle, which knows every future access
// and every future invalidation (Belady, "A study of replacement algorithms for a virtual-storage computer", IBM
// Systems Journal 5(2), 1966). An upper bound of the hit rate for whatever replaces entries, prefetching left out.
//
// The oracle drops the page that is used again last, or never before it is invalidated; the page just used counts too,
// so a page may go right after its use (no other choice of victims, bypassing included, misses less). Tagged by domain
// and page as LruProbe. Two passes over the recording: the first learns next uses (4 bytes an access), the second
// plays.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_BELADY_H_
#define SIOV_MODELS_WORKLOAD_TRACE_BELADY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/workload/trace/trace_record.h"
#include "models/workload/trace/window_filter.h"

namespace siov {

// A page of a domain, as the probes know it.
using TracePage = std::pair<std::uint32_t, std::uint64_t>;

inline unsigned TracePageShift(const TraceRecord& access) {
  return access.page_shift == 0 ? kPageShift4K : access.page_shift;
}
inline TracePage TracePageOf(const TraceRecord& access) {
  const unsigned shift = TracePageShift(access);
  return {access.domain, access.iova >> shift << shift};
}

// Calls fn(place) for every page in `pages` that an IOTLB invalidation removes; fn may erase that place. `shift_of`
// gives the log2 of a page's size.
template <class Pages, class ShiftOf, class Fn>
void ForEachInvalidated(const TraceRecord& invalidation, Pages& pages, ShiftOf shift_of, Fn fn) {
  const unsigned order = invalidation.mask_order + kPageShift4K;
  const std::uint64_t below = order < 64 ? (std::uint64_t{1} << order) - 1 : ~std::uint64_t{0};
  const std::uint64_t first = invalidation.iova & ~below;
  const bool global = invalidation.scope == InvalidationScope::kGlobal;
  for (auto place = global ? pages.begin() : pages.lower_bound({invalidation.domain, 0}); place != pages.end();) {
    const auto current = place++;
    if (global) {
      fn(current);
      continue;
    }
    if (current->first.first != invalidation.domain) return;
    const std::uint64_t last_of_page = current->first.second + ((std::uint64_t{1} << shift_of(current)) - 1);
    const bool meets = current->first.second <= (first | below) && last_of_page >= first;
    if (invalidation.scope == InvalidationScope::kDomain || meets) fn(current);
  }
}

// When each access's page is used next, if it stays valid until then.
class NextUses {
 public:
  static constexpr std::uint32_t kNever = 0xFFFF'FFFFu;

  // Throws TraceError beyond 2^32 - 2 accesses.
  void See(const TraceRecord& record);
  std::uint32_t of(std::size_t access) const { return next_[access]; }
  std::size_t accesses() const { return next_.size(); }

 private:
  struct Last {
    std::uint32_t access;
    unsigned shift;
  };
  std::vector<std::uint32_t> next_;
  std::map<TracePage, Last> last_;  // valid pages: their last use so far
};

// The second pass. `uses` must have seen the same records and outlive this.
class BeladyProbe {
 public:
  BeladyProbe(std::size_t entries, const NextUses& uses) : entries_(entries), uses_(uses) {}
  void See(const TraceRecord& record);
  std::size_t entries() const { return entries_; }
  std::uint64_t lookups() const { return lookups_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Entry {
    std::uint32_t next_use;
    unsigned shift;
  };
  void Lookup(const TraceRecord& record);

  std::size_t entries_;
  const NextUses& uses_;
  std::map<TracePage, Entry> held_;
  std::set<std::pair<std::uint32_t, TracePage>> by_next_use_;
  std::uint64_t lookups_ = 0;
  std::uint64_t misses_ = 0;
};

// Calls fn(record) for every record from the start, or for those that TraceFacts calls the window: from the first
// WL_START to the WL_END after it.
template <class Fn>
void ForEachRecord(TraceSource& source, bool window_only, Fn fn) {
  bool before = window_only;
  TraceRecord record;
  source.Rewind();
  while (source.Next(&record)) {
    const bool mark = window_only && record.kind == TraceKind::kMark;
    if (before && !(mark && record.mark == kWindowStart)) continue;
    before = false;
    fn(record);
    if (mark && record.mark == kWindowEnd) return;
  }
}

// Both passes over `source`, from its start, for each size. With `window_only` over the window.
std::vector<BeladyProbe> ProbeBelady(TraceSource& source, const std::vector<std::size_t>& entries, bool window_only,
                                     NextUses* uses);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_BELADY_H_
