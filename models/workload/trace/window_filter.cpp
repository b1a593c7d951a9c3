// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/window_filter.h"

#include <utility>

namespace siov {

bool WindowFilter::Next(TraceRecord* record) {
  if (place_ == Place::kBefore) FindStart();
  if (!first_.empty()) {
    *record = std::move(first_.front());
    first_.pop_front();
    return true;
  }
  if (place_ == Place::kAfter) return false;
  if (!source_.Next(record)) {
    throw TraceError(name_ + ": the workload window has no end, because there is no mark " + kWindowEnd + ".");
  }
  record->time_ps -= start_ps_;
  if (info_.streams.size() != source_.info().streams.size()) info_.streams = source_.info().streams;
  if (record->kind == TraceKind::kMark && record->mark == kWindowEnd) ReadToEnd();
  return true;
}

void WindowFilter::FindStart() {
  TraceRecord record;
  while (source_.Next(&record)) {
    if (record.kind == TraceKind::kMap) live_.Map(record);
    if (record.kind == TraceKind::kUnmap) live_.Unmap(record.domain, record.iova, record.size_bytes);
    if (record.kind != TraceKind::kMark || record.mark != kWindowStart) continue;
    start_ps_ = record.time_ps;
    info_ = source_.info();
    for (TraceRecord& mapping : live_.All()) {
      mapping.time_ps = 0;
      mapping.preexisting = true;
      first_.push_back(std::move(mapping));
    }
    record.time_ps = 0;
    first_.push_back(std::move(record));
    live_.Clear();
    place_ = Place::kInside;
    return;
  }
  throw TraceError(name_ + ": there is no workload window, because there is no mark " + kWindowStart + ".");
}

void WindowFilter::ReadToEnd() {
  TraceRecord ignored;
  while (source_.Next(&ignored)) {
  }
  info_ = source_.info();
  info_.windowed = true;
  info_.record_count = 0;
  place_ = Place::kAfter;
}

void WindowFilter::Rewind() {
  source_.Rewind();
  info_ = TraceInfo();
  live_.Clear();
  first_.clear();
  place_ = Place::kBefore;
  start_ps_ = 0;
}

}  // namespace siov
