// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/text_importer.h"

#include <algorithm>
#include <utility>

namespace siov {

bool TextImporter::Next(TraceRecord* record) {
  if (!started_) {
    started_ = true;
    Describe(&info_);
  }
  while (!queue_.Pop(ended_, record)) {
    if (ended_) return false;
    std::string_view line;
    if (lines_.Next(&line)) {
      OneLine(line);
      continue;
    }
    ended_ = true;
    AtEnd();
  }
  ++records_;
  return true;
}

void TextImporter::AtEnd() {
  const std::string& name = lines_.name();
  if (lines_.line_number() == 0) throw TraceError(name + ": the file is empty.");
  const std::string reads = std::string(what_it_reads()) + "; read are the events " + events_it_reads() + ".";
  if (!understood_any_ && unread_.empty()) {
    throw TraceError(name + ": none of its " + std::to_string(lines_.line_number()) + " lines is a line of " + reads);
  }
  Finish();
  if (records_ != 0 || nothing_happened_ || !queue_.empty()) return;
  throw TraceError(name + ": holds nothing that could become a record of a trace" +
                   (unread_.empty() ? "" : ", only events that are not read: " + unread_.Text()) +
                   ". It was taken for " + reads);
}

void TextImporter::OneLine(std::string_view line) {
  switch (Line(line)) {
    case Verdict::kUsed:
      understood_any_ = true;
      return;
    case Verdict::kNothing:
      understood_any_ = nothing_happened_ = true;
      ++info_.ignored_lines;
      return;
    case Verdict::kIgnored:
      ++info_.ignored_lines;
      return;
    case Verdict::kForeign:
      ++info_.foreign_lines;
      return;
    case Verdict::kDamaged:
      break;
  }
  if (!options_.lenient) RefuseDamage(line);
  ++info_.skipped_lines;
}

// Reads on for what else is wrong, so that all of it is said at once.
void TextImporter::RefuseDamage(std::string_view line) {
  damaged_.Add(lines_.line_number(), line);
  const std::uint64_t last = lines_.line_number() + DamagedLines::kLinesReadOn;
  bool complete = false;
  while (lines_.line_number() < last) {
    std::string_view next;
    if (!lines_.Next(&next)) {
      complete = true;
      break;
    }
    if (Line(next) == Verdict::kDamaged) damaged_.Add(lines_.line_number(), next);
    queue_.Clear();
  }
  throw TraceError(damaged_.Message(lines_.name(), what_it_reads(), complete));
}

void TextImporter::Rewind() {
  lines_.Rewind();
  info_ = TraceInfo();
  queue_.Clear();
  stream_of_.clear();
  started_ = false;
  ended_ = false;
  clock_started_ = false;
  untimed_ = false;
  understood_any_ = false;
  first_ns_ = 0;
  latest_ps_ = 0;
  records_ = 0;
  nothing_happened_ = false;
  damaged_.Clear();
  unread_.Clear();
  Forget();
}

Picoseconds TextImporter::Since(std::uint64_t time_ns, unsigned decimals) {
  constexpr unsigned kMicrosecondDecimals = 6;
  if (!clock_started_) {
    clock_started_ = true;
    first_ns_ = time_ns;
    info_.time_unit_ps = decimals > kMicrosecondDecimals ? kPsPerNs : kPsPerUs;
  }
  // A jump that does not fit the clock is treated like a step back: order is what counts.
  constexpr std::uint64_t kLongestNs = kNever / kPsPerNs;
  const bool fits = time_ns >= first_ns_ && time_ns - first_ns_ <= kLongestNs;
  const Picoseconds time_ps = fits ? AlignDown((time_ns - first_ns_) * kPsPerNs, info_.time_unit_ps) : 0;
  if (!fits || time_ps < latest_ps_) {
    ++info_.clamped_times;
    return latest_ps_;
  }
  latest_ps_ = time_ps;
  return time_ps;
}

Picoseconds TextImporter::Untimed() {
  if (!clock_started_ && untimed_) latest_ps_ += kPsPerUs;
  untimed_ = true;
  return latest_ps_;
}

bool TextImporter::IsMark(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

HeldRecords::Ticket TextImporter::Emit(TraceRecord record, bool held) { return queue_.Push(std::move(record), held); }

std::uint32_t TextImporter::StreamOf(RequesterId id, std::uint32_t segment) {
  constexpr std::size_t kMostStreams = 65'536;  // as many as a file's table holds; more means a hostile file
  const std::uint64_t key = std::uint64_t{segment} << 32u | id;
  const auto found = stream_of_.find(key);
  if (found != stream_of_.end()) return found->second;
  if (info_.streams.size() >= kMostStreams) return 0;
  const auto stream = static_cast<std::uint32_t>(info_.streams.size());
  stream_of_.emplace(key, stream);
  info_.streams.push_back({SegmentName(segment) + RequesterName(id), id});
  return stream;
}

}  // namespace siov
