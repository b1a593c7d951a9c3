// SPDX-License-Identifier: Apache-2.0
// Bytes that can be read once through and started over: the bottom of every trace reader. Decompression is another
// ByteSource (platforms/trace/compressed_input.h).
#ifndef SIOV_MODELS_WORKLOAD_TRACE_BYTE_SOURCE_H_
#define SIOV_MODELS_WORKLOAD_TRACE_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace siov {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to capacity bytes; 0 only at the end. Throws TraceError.
  virtual std::size_t Read(char* buffer, std::size_t capacity) = 0;
  virtual void Rewind() = 0;
  const std::string& name() const { return name_; }  // for messages: the file's path

 protected:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
};

class FileByteSource final : public ByteSource {
 public:
  explicit FileByteSource(const std::string& path);  // throws TraceError when it cannot be opened
  std::size_t Read(char* buffer, std::size_t capacity) override;
  void Rewind() override;

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
};

class MemoryByteSource final : public ByteSource {
 public:
  // The bytes must outlive the source.
  MemoryByteSource(std::string name, std::string_view bytes) : ByteSource(std::move(name)), bytes_(bytes) {}
  std::size_t Read(char* buffer, std::size_t capacity) override;
  void Rewind() override { position_ = 0; }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_BYTE_SOURCE_H_
