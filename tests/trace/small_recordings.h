// SPDX-License-Identifier: Apache-2.0
// Small recordings in tests/trace/recordings, in the form of real ones with numbers of our own.
#ifndef SIOV_TESTS_TRACE_SMALL_RECORDINGS_H_
#define SIOV_TESTS_TRACE_SMALL_RECORDINGS_H_

#include <memory>
#include <string>
#include <vector>

#include "platforms/trace/open_trace.h"
#include "tests/trace/trace_support.h"

namespace siov {

inline Imported Recording(const std::string& name) {
  const std::unique_ptr<TraceSource> source = OpenTrace("tests/trace/recordings/" + name);
  Imported result;
  result.records = ReadAll(*source);
  result.info = source->info();
  return result;
}

inline std::vector<TraceRecord> Of(const Imported& imported, TraceKind kind) {
  std::vector<TraceRecord> found;
  for (const TraceRecord& record : imported.records) {
    if (record.kind == kind) found.push_back(record);
  }
  return found;
}

inline std::string Event(const std::string& event, const std::string& task = "fio-55") {
  return "      " + task + "    [001] .....  5.000001: " + event + "\n";
}

}  // namespace siov

#endif  // SIOV_TESTS_TRACE_SMALL_RECORDINGS_H_
