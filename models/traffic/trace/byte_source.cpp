// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "models/traffic/trace/trace_record.h"

namespace siov {

FileByteSource::FileByteSource(const std::string& path) : ByteSource(path), file_(std::fopen(path.c_str(), "rb")) {
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
