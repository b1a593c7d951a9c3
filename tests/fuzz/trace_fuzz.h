// SPDX-License-Identifier: Apache-2.0
// What must hold for every record that any trace source hands out, however damaged its input: it fits the file format.
#ifndef SIOV_TESTS_FUZZ_TRACE_FUZZ_H_
#define SIOV_TESTS_FUZZ_TRACE_FUZZ_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "models/workload/trace/trace_record.h"

namespace siov {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

inline void RequireFitsFormat(const TraceRecord& record, const TraceInfo& info) {
  Require(record.kind >= TraceKind::kRead && static_cast<unsigned>(record.kind) < kTraceKinds, "known kind");
  Require(record.stream == TraceRecord::kNoStream || record.stream < info.streams.size(), "stream in the table");
  Require(record.page_shift <= 52 && record.mask_order <= 63 && record.permissions <= 3, "fields in range");
  Require(record.time_ps % info.time_unit_ps == 0, "time in units");
  Require(record.mark.size() <= 255, "short mark");
  for (const char c : record.mark) Require(c >= ' ' && c <= '~', "printable mark");
}

// Reads to the end or to an error, and returns the number of records.
inline std::uint64_t Drain(TraceSource& source) {
  std::uint64_t records = 0;
  Picoseconds latest_ps = 0;
  TraceRecord record;
  try {
    while (source.Next(&record)) {
      ++records;
      RequireFitsFormat(record, source.info());
      Require(record.time_ps >= latest_ps, "time does not step back");
      latest_ps = record.time_ps;
    }
  } catch (const TraceError&) {
  }
  return records;
}

// The same again after a rewind.
inline void DrainTwice(TraceSource& source) {
  const std::uint64_t first = Drain(source);
  source.Rewind();
  Require(Drain(source) == first, "same records after a rewind");
}

}  // namespace siov

#endif  // SIOV_TESTS_FUZZ_TRACE_FUZZ_H_
