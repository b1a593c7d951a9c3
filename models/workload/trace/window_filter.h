// SPDX-License-Identifier: Apache-2.0
// Keeps only the workload of a recording: the records from the mark WL_START to the mark WL_END. Mappings made before
// and still alive come first, at the window's start, marked preexisting, so that the window can be replayed on its own.
// Times are counted from the window's start.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_WINDOW_FILTER_H_
#define SIOV_MODELS_WORKLOAD_TRACE_WINDOW_FILTER_H_

#include <deque>

#include "models/workload/trace/live_mappings.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

inline constexpr char kWindowStart[] = "WL_START";
inline constexpr char kWindowEnd[] = "WL_END";

class WindowFilter final : public TraceSource {
 public:
  // The source must outlive the filter. `name` is the input's, for messages.
  WindowFilter(TraceSource& source, std::string name) : source_(source), name_(std::move(name)) {}
  bool Next(TraceRecord* record) override;  // throws TraceError when the recording has no such window
  void Rewind() override;
  const TraceInfo& info() const override { return info_; }

 private:
  enum class Place { kBefore, kInside, kAfter };
  void FindStart();
  void ReadToEnd();  // for the counts of info(), which are of the whole input

  TraceSource& source_;
  std::string name_;
  TraceInfo info_;
  LiveMappings live_;
  std::deque<TraceRecord> first_;
  Place place_ = Place::kBefore;
  Picoseconds start_ps_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_WINDOW_FILTER_H_
