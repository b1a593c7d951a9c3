// SPDX-License-Identifier: Apache-2.0
// Writes a .siovtrace file. The file appears under its name only when it is complete; until Finish() everything is in
// two files beside it, which are removed if the writer goes away early.
#ifndef SIOV_PLATFORMS_TRACE_TRACE_WRITER_H_
#define SIOV_PLATFORMS_TRACE_TRACE_WRITER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "models/workload/trace/trace_record.h"

namespace siov {

class TraceWriter {
 public:
  // Throws TraceError when the place cannot be written. Times must be multiples of time_unit_ps.
  TraceWriter(std::string path, Picoseconds time_unit_ps);
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  // Throws TraceError on a full disk. REQUIRES: times do not decrease.
  void Write(const TraceRecord& record);
  // The header is written last, when the streams and counts are known. record_count and tool are the writer's own.
  void Finish(TraceInfo info);
  std::uint64_t records() const { return records_; }

 private:
  struct Encoder;

  void FlushFrame(std::FILE* to);
  void WriteAll(std::FILE* to, const char* bytes, std::size_t count) const;
  void AppendRecords(std::FILE* to);
  [[noreturn]] void FailWrite() const;

  std::string path_;
  std::string temporary_;
  std::string temporary_records_;
  Picoseconds time_unit_ps_;
  std::unique_ptr<Encoder> encoder_;
  std::uint64_t records_ = 0;
  std::uint64_t time_units_ = 0;
};

// Copies a source into a file, and returns the number of records.
std::uint64_t WriteTrace(TraceSource& source, const std::string& path);

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_TRACE_WRITER_H_
