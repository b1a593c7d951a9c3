// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "models/workload/trace/trace_record.h"

namespace siov {

namespace {

// Anything else cannot be read twice, or has no end.
std::FILE* OpenRegular(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    throw TraceError(path + ": is a folder; give the recording in it, one file (of per-CPU texts each one).");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw TraceError(path + ": is no regular file; a trace is read more than once.");
  }
  return std::fopen(path.c_str(), "rb");
}

}  // namespace

FileByteSource::FileByteSource(const std::string& path) : ByteSource(path), file_(OpenRegular(path)) {
  if (!file_) throw TraceError(path + ": cannot be opened: " + std::strerror(errno) + ".");
}

std::size_t FileByteSource::Read(char* buffer, std::size_t capacity) {
  const std::size_t count = std::fread(buffer, 1, capacity, file_.get());
  if (count == 0 && std::ferror(file_.get()) != 0) {
    throw TraceError(name() + ": cannot be read: " + std::strerror(errno) + ".");
  }
  return count;
}

void FileByteSource::Rewind() { std::rewind(file_.get()); }

std::size_t MemoryByteSource::Read(char* buffer, std::size_t capacity) {
  const std::size_t count = std::min(capacity, bytes_.size() - position_);
  std::copy_n(bytes_.data() + position_, count, buffer);
  position_ += count;
  return count;
}

}  // namespace siov
