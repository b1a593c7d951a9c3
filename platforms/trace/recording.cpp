// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/recording.h"

#include <filesystem>
#include <vector>

#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/window_filter.h"
#include "platforms/config/fingerprint.h"
#include "platforms/config/regular_file.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/reading_watch.h"

namespace siov {
namespace {

struct FileContent {
  std::string fingerprint;
  std::shared_ptr<const std::string> bytes;  // null: too large to be held
};

// False, and a reason, if the file cannot be read.
bool ReadContent(const std::string& path, FileContent* content, std::string* why_not) {
  Fingerprint fingerprint;
  auto bytes = std::make_shared<std::string>();
  const auto take = [&](const char* block, std::size_t count) {
    fingerprint.Add(block, count);
    if (bytes && bytes->size() + count > Recording::kMostFileBytes) bytes.reset();
    if (bytes) bytes->append(block, count);
    return true;
  };
  if (!ReadRegularFile(path, take, why_not)) return false;
  content->fingerprint = fingerprint.Hex();
  content->bytes = std::move(bytes);
  return true;
}

// What tells a file that changed from one that did not.
std::string StateOf(const std::string& path) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error).time_since_epoch().count();
  const std::uintmax_t size_bytes = std::filesystem::file_size(path, error);
  return std::to_string(changed) + " " + std::to_string(size_bytes) + " " + path;
}

class HeldFile final : public ByteSource {
 public:
  HeldFile(const std::string& name, std::shared_ptr<const std::string> bytes)
      : ByteSource(name), bytes_(std::move(bytes)), source_(name, *bytes_) {}
  std::size_t Read(char* buffer, std::size_t capacity) override { return source_.Read(buffer, capacity); }
  void Rewind() override { source_.Rewind(); }

 private:
  std::shared_ptr<const std::string> bytes_;
  MemoryByteSource source_;
};

}  // namespace

struct Recording::Records {
  std::vector<TraceRecord> list;
  TraceInfo info;
};

// Counts what it is shown, in the order of the recording.
struct Recording::AccessCounter {
  void See(const TraceRecord& record) {
    if (record.kind == TraceKind::kMark) {
      inside = !ended && (inside || record.mark == kWindowStart) && record.mark != kWindowEnd;
      ended = ended || (started && record.mark == kWindowEnd);
      started = started || inside;
    }
    if (!record.is_access()) return;
    StreamAccesses& stream = counts[record.stream];
    ++stream.counts[{record.kind == TraceKind::kWrite, record.size_bytes}];
    stream.in_window = stream.in_window || inside;
  }
  AccessCounts counts;
  bool started = false;
  bool inside = false;
  bool ended = false;
};

class Recording::HeldSource final : public TraceSource {
 public:
  explicit HeldSource(std::shared_ptr<const Records> records) : records_(std::move(records)) {}
  bool Next(TraceRecord* record) override {
    if (next_ == records_->list.size()) return false;
    *record = records_->list[next_++];
    return true;
  }
  void Rewind() override { next_ = 0; }
  const TraceInfo& info() const override { return records_->info; }

 private:
  std::shared_ptr<const Records> records_;
  std::size_t next_ = 0;
};

Recording::Recording(std::string path, std::string fingerprint, std::shared_ptr<const std::string> bytes)
    : path_(std::move(path)), fingerprint_(std::move(fingerprint)), bytes_(std::move(bytes)) {}

std::shared_ptr<Recording> Recording::Of(const std::string& path, std::string* why_not) {
  // The points of a sweep are resolved in one process and mostly replay one recording: it is hashed once.
  struct Known {
    std::string fingerprint;
    std::weak_ptr<Recording> in_use;
  };
  static std::map<std::string, Known> all_known;
  const std::string state = StateOf(path);
  const auto found = all_known.find(state);
  if (found != all_known.end()) {
    if (std::shared_ptr<Recording> in_use = found->second.in_use.lock()) return in_use;
  }
  FileContent content;
  if (found != all_known.end()) {
    content.fingerprint = found->second.fingerprint;
  } else if (!ReadContent(path, &content, why_not)) {
    return nullptr;
  }
  std::shared_ptr<Recording> recording(new Recording(path, content.fingerprint, std::move(content.bytes)));
  all_known[state] = {content.fingerprint, recording};
  return recording;
}

std::unique_ptr<TraceSource> Recording::OpenFile() {
  if (!bytes_) {
    read_again_ = true;
    return OpenTrace(path_);
  }
  return OpenTrace([this] { return std::make_unique<HeldFile>(path_, bytes_); });
}

std::unique_ptr<TraceSource> Recording::Open(std::uint64_t memory_bytes) {
  ReadRecords(memory_bytes);
  if (!records_) return OpenFile();
  return std::make_unique<WatchedTrace>(std::make_unique<HeldSource>(records_), path_);
}

const Recording::AccessCounts& Recording::Accesses(std::uint64_t memory_bytes) {
  ReadRecords(memory_bytes);
  if (accesses_) return *accesses_;
  AccessCounter counter;
  const std::unique_ptr<TraceSource> source = OpenFile();
  for (TraceRecord record; source->Next(&record);) counter.See(record);
  return accesses_.emplace(std::move(counter.counts));
}

void Recording::ReadRecords(std::uint64_t memory_bytes) {
  if (records_read_) return;
  const std::size_t most = memory_bytes / sizeof(TraceRecord);
  const std::unique_ptr<TraceSource> source = OpenFile();
  auto records = std::make_shared<Records>();
  AccessCounter counter;
  bool fits = source->info().record_count <= most;  // 0: not known yet
  if (fits) records->list.reserve(source->info().record_count);
  for (TraceRecord record; fits && source->Next(&record);) {
    fits = records->list.size() < most;
    if (fits) records->list.push_back(record);
    counter.See(record);
  }
  if (fits) {
    records->info = source->info();
    records_ = std::move(records);
    accesses_ = std::move(counter.counts);
  }
  records_read_ = true;
  bytes_.reset();
}

void Recording::CheckUnchanged() const {
  if (!read_again_) return;
  FileContent now;
  std::string why_not = "its content is another";
  if (ReadContent(path_, &now, &why_not) && now.fingerprint == fingerprint_) return;
  throw TraceError(path_ + ": was changed during the run (" + why_not +
                   "), which reads it several times, as it does not fit replay.memory_mib; there is no result.");
}

void Recording::Release() {
  records_.reset();
  bytes_.reset();
}

}  // namespace siov
