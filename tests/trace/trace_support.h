// SPDX-License-Identifier: Apache-2.0
// What the trace tests share: records from text, records from a list, a folder that goes away.
#ifndef SIOV_TESTS_TRACE_TRACE_SUPPORT_H_
#define SIOV_TESTS_TRACE_TRACE_SUPPORT_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "models/workload/importers/text_importer.h"
#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

inline std::vector<TraceRecord> ReadAll(TraceSource& source) {
  std::vector<TraceRecord> records;
  TraceRecord record;
  while (source.Next(&record)) records.push_back(record);
  return records;
}

struct Imported {
  std::vector<TraceRecord> records;
  TraceInfo info;
};

// Imports a text; the file's name in messages is "log".
template <class Importer>
Imported Import(const std::string& text, const ImportOptions& options = {}) {
  MemoryByteSource bytes("log", text);
  Importer importer(bytes, options);
  Imported result;
  result.records = ReadAll(importer);
  result.info = importer.info();
  return result;
}

// The message of the TraceError that `action` must throw.
template <class Action>
std::string ErrorOf(const Action& action) {
  try {
    action();
  } catch (const TraceError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no TraceError was thrown";
  return "";
}

class VectorSource final : public TraceSource {
 public:
  explicit VectorSource(std::vector<TraceRecord> records, TraceInfo info = {})
      : records_(std::move(records)), info_(std::move(info)) {}
  bool Next(TraceRecord* record) override {
    if (next_ == records_.size()) return false;
    *record = records_[next_++];
    return true;
  }
  void Rewind() override { next_ = 0; }
  const TraceInfo& info() const override { return info_; }

 private:
  std::vector<TraceRecord> records_;
  TraceInfo info_;
  std::size_t next_ = 0;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "siov_trace_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  std::size_t FileCount() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline TraceRecord Record(TraceKind kind, Picoseconds time_us) {
  TraceRecord record;
  record.kind = kind;
  record.time_ps = time_us * kPsPerUs;
  return record;
}

inline TraceRecord Access(std::uint32_t domain, std::uint64_t iova, std::uint64_t pa, Picoseconds time_us) {
  TraceRecord record = Record(TraceKind::kAccess, time_us);
  record.stream = 0;
  record.domain = domain;
  record.iova = iova;
  record.pa = pa;
  record.page_shift = kPageShift4K;
  return record;
}

inline TraceRecord Mapping(std::uint32_t domain, std::uint64_t iova, std::uint64_t pa, Bytes size_bytes,
                           Picoseconds time_us) {
  TraceRecord record = Record(TraceKind::kMap, time_us);
  record.domain = domain;
  record.iova = iova;
  record.pa = pa;
  record.size_bytes = size_bytes;
  return record;
}

inline TraceRecord Unmapping(std::uint32_t domain, std::uint64_t iova, Bytes size_bytes, Picoseconds time_us) {
  TraceRecord record = Record(TraceKind::kUnmap, time_us);
  record.domain = domain;
  record.iova = iova;
  record.size_bytes = size_bytes;
  return record;
}

inline TraceRecord PageInvalidation(std::uint32_t domain, std::uint64_t iova, unsigned mask_order,
                                    Picoseconds time_us) {
  TraceRecord record = Record(TraceKind::kInvalidateIotlb, time_us);
  record.scope = InvalidationScope::kPage;
  record.domain = domain;
  record.iova = iova;
  record.mask_order = static_cast<std::uint8_t>(mask_order);
  return record;
}

}  // namespace siov

#endif  // SIOV_TESTS_TRACE_TRACE_SUPPORT_H_
