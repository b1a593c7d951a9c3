// SPDX-License-Identifier: Apache-2.0
// Are two sequences of invalidations the same but for order within a window? Older kernels trace a descriptor before
// they take the queue's lock, so two processors' descriptors can be executed in the other order; up to 27 places apart
// were seen in a real pair of recordings.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_DISPLACED_PAIRS_H_
#define SIOV_MODELS_WORKLOAD_TRACE_DISPLACED_PAIRS_H_

#include <algorithm>
#include <cstdint>
#include <deque>

#include "models/workload/trace/trace_record.h"

namespace siov {

class DisplacedPairs {
 public:
  static constexpr std::uint64_t kWindow = 64;

  // The next of either sequence. False: one has stood for kWindow places without the other's.
  bool Add(const TraceRecord& first, const TraceRecord& second) {
    ++added_;
    if (Same(first, second) && first_.empty() && second_.empty()) return true;
    if (!TakeFrom(second_, first)) first_.push_back({first, added_});
    if (!TakeFrom(first_, second)) second_.push_back({second, added_});
    return Young(first_) && Young(second_);
  }
  bool all_matched() const { return first_.empty() && second_.empty(); }
  std::uint64_t farthest() const { return farthest_; }  // places between two of a pair
  // REQUIRES: not all_matched(). Counted from 1.
  std::uint64_t first_unmatched() const { return first_.empty() ? second_.front().place : first_.front().place; }

 private:
  struct Waiting {
    TraceRecord record;
    std::uint64_t place;
  };
  static bool Same(const TraceRecord& a, const TraceRecord& b) {
    return a.kind == b.kind && a.scope == b.scope && a.domain == b.domain && a.pasid == b.pasid && a.iova == b.iova &&
           a.mask_order == b.mask_order;
  }
  bool TakeFrom(std::deque<Waiting>& waiting, const TraceRecord& record) {
    const auto place = std::find_if(waiting.begin(), waiting.end(),
                                    [&record](const Waiting& other) { return Same(other.record, record); });
    if (place == waiting.end()) return false;
    farthest_ = std::max(farthest_, added_ - place->place);
    waiting.erase(place);
    return true;
  }
  bool Young(const std::deque<Waiting>& waiting) const {
    return waiting.empty() || added_ - waiting.front().place < kWindow;
  }

  std::deque<Waiting> first_;
  std::deque<Waiting> second_;
  std::uint64_t added_ = 0;
  std::uint64_t farthest_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_DISPLACED_PAIRS_H_
