// SPDX-License-Identifier: Apache-2.0
// What this process does while it reads a long trace: it looks whether it was interrupted, and says how far it is.
//
// One for the process, as signals are: a trace is opened in many places, and each must stop.
#ifndef SIOV_PLATFORMS_TRACE_READING_WATCH_H_
#define SIOV_PLATFORMS_TRACE_READING_WATCH_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

// Reading was interrupted; what() names the file.
class ReadingInterrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `interrupted` is asked while a trace is read (nullptr: never); true throws ReadingInterrupted there. `progress`: say
// every few seconds on a terminal's standard error how many records were read.
void WatchReading(bool (*interrupted)(), bool progress);

// To be called now and then while reading `name`.
void CheckReading(const std::string& name);

// Checks at every read.
class WatchedSource final : public ByteSource {
 public:
  explicit WatchedSource(std::unique_ptr<ByteSource> bytes) : ByteSource(bytes->name()), bytes_(std::move(bytes)) {}
  std::size_t Read(char* buffer, std::size_t capacity) override {
    CheckReading(name());
    return bytes_->Read(buffer, capacity);
  }
  void Rewind() override { bytes_->Rewind(); }

 private:
  std::unique_ptr<ByteSource> bytes_;
};

// Checks every few thousand records, and tells the progress.
class WatchedTrace final : public TraceSource {
 public:
  WatchedTrace(std::unique_ptr<TraceSource> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)), last_said_(Clock::now()) {}
  bool Next(TraceRecord* record) override {
    constexpr std::uint64_t kEvery = 16'384;
    if (++records_ % kEvery == 0) Check();
    return source_->Next(record);
  }
  void Rewind() override {
    source_->Rewind();
    records_ = 0;
  }
  const TraceInfo& info() const override { return source_->info(); }

 private:
  using Clock = std::chrono::steady_clock;
  void Check();

  std::unique_ptr<TraceSource> source_;
  std::string name_;
  std::uint64_t records_ = 0;
  Clock::time_point last_said_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_READING_WATCH_H_
