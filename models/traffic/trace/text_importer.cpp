// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/text_importer.h"

#include <algorithm>
#include <utility>

namespace siov {
namespace {

// Lines quoted in messages stay short and printable.
std::string Quote(std::string_view line) {
  constexpr std::size_t kLongest = 80;
  std::string text;
  for (const char c : line.substr(0, kLongest)) text.push_back(c >= ' ' && c <= '~' ? c : '?');
  return line.size() > kLongest ? text + "..." : text;
}

}  // namespace

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
    if (lines_.line_number() == 0) throw TraceError(lines_.name() + ": the file is empty.");
    if (!understood_any_) {
      throw TraceError(lines_.name() + ": none of its lines is a line of " + what_it_reads() + ".");
    }
  }
  return true;
}

void TextImporter::OneLine(std::string_view line) {
  switch (Line(line)) {
    case Verdict::kUsed:
      understood_any_ = true;
      return;
    case Verdict::kIgnored:
      ++info_.ignored_lines;
      return;
    case Verdict::kDamaged:
      break;
  }
  if (!options_.lenient) {
    throw TraceError(lines_.name() + ":" + std::to_string(lines_.line_number()) + ": damaged line of " +
                     what_it_reads() + ": \"" + Quote(line) + "\" (a lenient import skips and counts such lines).");
  }
  ++info_.skipped_lines;
}

void TextImporter::Rewind() {
  lines_.Rewind();
  info_ = TraceInfo();
  queue_.Clear();
  stream_of_.clear();
  started_ = false;
  ended_ = false;
  clock_started_ = false;
  understood_any_ = false;
  first_ns_ = 0;
  latest_ps_ = 0;
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

bool TextImporter::IsMark(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

HeldRecords::Ticket TextImporter::Emit(TraceRecord record, bool held) { return queue_.Push(std::move(record), held); }

std::uint32_t TextImporter::StreamOf(RequesterId id) {
  const auto [place, added] = stream_of_.try_emplace(id, static_cast<std::uint32_t>(info_.streams.size()));
  if (added) info_.streams.push_back({RequesterName(id), id});
  return place->second;
}

}  // namespace siov
