// SPDX-License-Identifier: Apache-2.0
// Recordings for tests: a list of records as a TraceSource, and short ways to write records down.
#ifndef SIOV_TESTS_SUPPORT_TRACE_LIST_H_
#define SIOV_TESTS_SUPPORT_TRACE_LIST_H_

#include <memory>
#include <utility>
#include <vector>

#include "models/workload/replay/replay.h"
#include "models/workload/trace/trace_record.h"

namespace siov::testing {

class ListSource final : public TraceSource {
 public:
  explicit ListSource(std::vector<TraceRecord> records, TraceInfo info = {})
      : records_(std::move(records)), info_(std::move(info)) {}
  bool Next(TraceRecord* record) override {
    if (next_ == records_.size()) return false;
    *record = records_[next_++];
    return true;
  }
  void Rewind() override { next_ = 0; }
  const TraceInfo& info() const override { return info_; }

 private:
  std::vector<TraceRecord> records_;
  std::size_t next_ = 0;
  TraceInfo info_;
};

inline TraceOpener OpenList(const std::vector<TraceRecord>& records, const TraceInfo& info = {}) {
  return [records, info] { return std::make_unique<ListSource>(records, info); };
}

inline TraceRecord AccessOf(std::uint32_t stream, std::uint32_t domain, std::uint64_t iova, std::uint64_t pa,
                            TraceKind kind = TraceKind::kRead, unsigned page_shift = kPageShift4K) {
  TraceRecord record;
  record.kind = kind;
  record.stream = stream;
  record.domain = domain;
  record.iova = iova;
  record.pa = pa;
  record.page_shift = static_cast<std::uint8_t>(page_shift);
  record.size_bytes = 4;
  return record;
}

inline TraceRecord MapOf(std::uint32_t domain, std::uint64_t iova, std::uint64_t pa, Bytes size_bytes,
                         std::uint8_t permissions = 3, unsigned page_shift = kPageShift4K) {
  TraceRecord record;
  record.kind = TraceKind::kMap;
  record.domain = domain;
  record.iova = iova;
  record.pa = pa;
  record.size_bytes = size_bytes;
  record.permissions = permissions;
  record.page_shift = static_cast<std::uint8_t>(page_shift);
  return record;
}

inline TraceRecord UnmapOf(std::uint32_t domain, std::uint64_t iova, Bytes size_bytes) {
  TraceRecord record;
  record.kind = TraceKind::kUnmap;
  record.domain = domain;
  record.iova = iova;
  record.size_bytes = size_bytes;
  return record;
}

inline TraceRecord InvalidationOf(TraceKind kind, InvalidationScope scope, std::uint32_t domain, std::uint64_t iova,
                                  unsigned mask_order = 0) {
  TraceRecord record;
  record.kind = kind;
  record.scope = scope;
  record.domain = domain;
  record.iova = iova;
  record.mask_order = static_cast<std::uint8_t>(mask_order);
  return record;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_TRACE_LIST_H_
