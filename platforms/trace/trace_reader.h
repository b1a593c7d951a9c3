// SPDX-License-Identifier: Apache-2.0
// Reads a .siovtrace file as a TraceSource: one zstd frame (1 MiB at most) in memory, whatever the file's size.
//
// Damage is found before any record of the damaged frame is handed out. Each message names the file and the place:
// the byte offset of the frame in the file, or the number of the record.
#ifndef SIOV_PLATFORMS_TRACE_TRACE_READER_H_
#define SIOV_PLATFORMS_TRACE_TRACE_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

class TraceReader final : public TraceSource {
 public:
  explicit TraceReader(const std::string& path);  // throws TraceError when it is not a readable trace
  explicit TraceReader(std::unique_ptr<ByteSource> bytes);
  ~TraceReader() override;
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  bool Next(TraceRecord* record) override;
  void Rewind() override;
  const TraceInfo& info() const override { return info_; }

 private:
  struct Decoder;  // keeps zstd and protobuf out of this header

  void ReadHeader();
  void CheckCompression(std::string_view start) const;
  bool NextMessage(const char** message, std::size_t* size);
  bool NextFrame();
  [[noreturn]] void Fail(const std::string& what) const;
  [[noreturn]] void FailRecord(const std::string& what) const;

  std::unique_ptr<ByteSource> bytes_;
  std::unique_ptr<Decoder> decoder_;
  TraceInfo info_;
  std::vector<char> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::uint64_t input_offset_ = 0;  // in the file, of input_begin_
  std::uint64_t expanded_ = 0;      // bytes of all frames so far
  std::uint64_t frame_offset_ = 0;  // in the file, of the frame at hand
  std::vector<char> frame_;
  std::size_t frame_begin_ = 0;
  std::size_t frame_end_ = 0;
  std::uint64_t records_read_ = 0;
  std::uint64_t time_units_ = 0;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_TRACE_READER_H_
