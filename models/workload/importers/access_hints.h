// SPDX-License-Identifier: Apache-2.0
// What the lines of a device model say about accesses that follow: a range of I/O addresses, in which direction, and
// how many bytes are moved. The newest range that holds an address counts; it is forgotten once its last byte was
// reached.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_ACCESS_HINTS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_ACCESS_HINTS_H_

#include <algorithm>
#include <cstdint>
#include <deque>

#include "models/workload/trace/trace_record.h"

namespace siov {

class AccessHints {
 public:
  // Of the device `stream`; kNoStream: of any.
  void Add(std::uint32_t stream, std::uint64_t iova, Bytes size_bytes, TraceKind kind) {
    if (size_bytes == 0) return;
    if (ranges_.size() >= kMost) ranges_.pop_front();
    ranges_.push_back({iova, size_bytes, kind, stream});
  }
  // Gives an access of unknown direction its own, and the bytes it moves in its page.
  void Apply(TraceRecord* access) {
    for (std::size_t i = ranges_.size(); i-- > 0;) {
      const Range range = ranges_[i];
      const std::uint64_t into = access->iova - range.iova;
      if (into >= range.size_bytes) continue;
      if (range.stream != TraceRecord::kNoStream && range.stream != access->stream) continue;
      const Bytes left_in_page = kPage4K - access->iova % kPage4K;
      if (access->kind == TraceKind::kAccess) {
        access->kind = range.kind;
        if (access->size_bytes == 0) access->size_bytes = std::min(range.size_bytes - into, left_in_page);
      }
      if (range.size_bytes - into <= left_in_page) ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }
  void Clear() { ranges_.clear(); }

 private:
  static constexpr std::size_t kMost = 256;  // a command of 1 MiB has as many pages
  struct Range {
    std::uint64_t iova;
    Bytes size_bytes;
    TraceKind kind;
    std::uint32_t stream;
  };
  std::deque<Range> ranges_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_ACCESS_HINTS_H_
