// SPDX-License-Identifier: Apache-2.0
// What a trace contains, counted in one pass. Memory grows with the number of different pages, not of records.
//
// The window is what lies between the marks WL_START and WL_END, or everything when there are no marks.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_TRACE_FACTS_H_
#define SIOV_MODELS_WORKLOAD_TRACE_TRACE_FACTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "models/workload/trace/page_set.h"
#include "models/workload/trace/recording_content.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

// Misses of one fully associative, least-recently-used IOTLB that sees every translation of the window and every
// recorded invalidation, starting empty. Tagged by domain and page. Deliberately shares no code with the simulator's
// caches, so that it can check them.
class LruProbe {
 public:
  explicit LruProbe(std::size_t entries);
  void See(const TraceRecord& record);
  std::size_t entries() const { return entries_; }
  std::uint64_t lookups() const { return lookups_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Entry {
    std::uint32_t domain;
    std::uint8_t page_shift;
    std::uint64_t page;
    std::size_t older;
    std::size_t newer;
  };
  using Key = std::pair<std::uint32_t, std::uint64_t>;
  void Lookup(const TraceRecord& record);
  void Invalidate(const TraceRecord& record);
  void Unlink(std::size_t slot);
  void MakeNewest(std::size_t slot);
  void Drop(std::size_t slot);
  void Clear();

  std::size_t entries_;
  std::vector<Entry> slots_;  // slot 0 is the list's head: newer = oldest entry, older = newest
  std::vector<std::size_t> free_;
  std::map<Key, std::size_t> slot_of_;
  std::uint64_t lookups_ = 0;
  std::uint64_t misses_ = 0;
};

struct TraceCounts {
  std::array<std::uint64_t, kTraceKinds> by_kind{};
  std::array<std::uint64_t, kInvalidationScopes> iotlb_invalidations_by_scope{};
  std::map<std::uint32_t, std::uint64_t> accesses_by_stream;
  std::uint64_t preexisting_mappings = 0;
  std::uint64_t records = 0;
  std::uint64_t accesses() const;
  std::uint64_t of(TraceKind kind) const { return by_kind[static_cast<unsigned>(kind)]; }
};

class TraceFacts {
 public:
  // With lru_entries, also runs an LruProbe of each size over the window.
  explicit TraceFacts(const std::vector<std::size_t>& lru_entries = {});
  void See(const TraceRecord& record);
  void SeeAll(TraceSource& source);  // from its current place to its end

  const RecordingContent& content() const { return content_; }
  const TraceCounts& whole() const { return whole_; }
  const TraceCounts& window() const { return has_window_ ? window_ : whole_; }
  bool has_window() const { return has_window_; }
  Picoseconds span_ps() const { return last_ps_; }
  Picoseconds window_ps() const { return has_window_ ? window_end_ps_ - window_start_ps_ : last_ps_; }
  std::size_t unique_pages(std::uint32_t stream) const;  // 4 KiB pages the stream touched, whole trace
  std::uint64_t unique_mapped_pages() const { return mapped_pages_.size(); }  // (domain, 4 KiB page), in the window
  // Mappings of which only so many pages were counted there: larger ones are mostly identity maps of firmware.
  static constexpr std::uint64_t kMostPagesOfAMapping = 4'096;
  std::uint64_t capped_mappings() const { return capped_mappings_; }
  const std::vector<LruProbe>& lru() const;

 private:
  void Count(const TraceRecord& record, TraceCounts* counts);

  std::vector<std::size_t> lru_entries_;
  RecordingContent content_;
  TraceCounts whole_;
  TraceCounts window_;
  std::vector<LruProbe> lru_whole_;
  std::vector<LruProbe> lru_window_;
  std::map<std::uint32_t, std::unordered_set<std::uint64_t>> touched_pages_;
  PageSet mapped_pages_;
  std::uint64_t capped_mappings_ = 0;
  bool has_window_ = false;
  bool inside_ = false;
  Picoseconds window_start_ps_ = 0;
  Picoseconds window_end_ps_ = 0;
  Picoseconds last_ps_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_TRACE_FACTS_H_
