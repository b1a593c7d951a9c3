// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/compressed_input.h"

#include <lzma.h>
#include <zstd.h>

#include <string_view>
#include <utility>
#include <vector>

#include "models/traffic/trace/trace_record.h"

namespace siov {
namespace {

constexpr std::size_t kInputBytes = 65'536;
constexpr std::string_view kXzMagic("\xFD\x37zXZ\0", 6);
constexpr std::string_view kZstdMagic("\x28\xB5\x2F\xFD", 4);
constexpr std::uint64_t kXzMemoryBytes = 256u << 20u;  // enough for xz -9

// Compressed bytes, a buffer full at a time.
class Refill {
 public:
  explicit Refill(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)), buffer_(kInputBytes) {}
  // The unread bytes; empty only at the end.
  std::string_view Peek() {
    if (begin_ == end_) {
      begin_ = 0;
      end_ = bytes_->Read(buffer_.data(), buffer_.size());
    }
    return {buffer_.data() + begin_, end_ - begin_};
  }
  void Consume(std::size_t count) { begin_ += count; }
  void Rewind() {
    bytes_->Rewind();
    begin_ = end_ = 0;
  }
  const std::string& name() const { return bytes_->name(); }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(Refill input) : ByteSource(input.name()), input_(std::move(input)) {}
  std::size_t Read(char* buffer, std::size_t capacity) override {
    const std::string_view bytes = input_.Peek().substr(0, capacity);
    bytes.copy(buffer, bytes.size());
    input_.Consume(bytes.size());
    return bytes.size();
  }
  void Rewind() override { input_.Rewind(); }

 private:
  Refill input_;
};

class XzSource final : public ByteSource {
 public:
  explicit XzSource(Refill input) : ByteSource(input.name()), input_(std::move(input)) { Start(); }
  ~XzSource() override { lzma_end(&stream_); }
  XzSource(const XzSource&) = delete;
  XzSource& operator=(const XzSource&) = delete;

  std::size_t Read(char* buffer, std::size_t capacity) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer);
    stream_.avail_out = capacity;
    while (!ended_ && stream_.avail_out == capacity) {
      const std::string_view bytes = input_.Peek();
      stream_.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
      stream_.avail_in = bytes.size();
      const lzma_ret result = lzma_code(&stream_, bytes.empty() ? LZMA_FINISH : LZMA_RUN);
      input_.Consume(bytes.size() - stream_.avail_in);
      if (result == LZMA_STREAM_END) {
        ended_ = true;
      } else if (result == LZMA_BUF_ERROR) {
        throw TraceError(name() + ": the xz file is truncated.");
      } else if (result != LZMA_OK) {
        throw TraceError(name() + ": the xz file is corrupted.");
      }
    }
    return capacity - stream_.avail_out;
  }
  void Rewind() override {
    input_.Rewind();
    lzma_end(&stream_);
    Start();
  }

 private:
  void Start() {
    stream_ = LZMA_STREAM_INIT;
    ended_ = false;
    if (lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED) != LZMA_OK) {
      throw TraceError(name() + ": the xz decoder cannot be started.");
    }
  }

  Refill input_;
  lzma_stream stream_{};
  bool ended_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(Refill input)
      : ByteSource(input.name()), input_(std::move(input)), stream_(ZSTD_createDStream()) {}
  std::size_t Read(char* buffer, std::size_t capacity) override {
    ZSTD_outBuffer out{buffer, capacity, 0};
    while (out.pos == 0) {
      const std::string_view bytes = input_.Peek();
      if (bytes.empty() && !inside_frame_) return 0;
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(left) != 0) throw TraceError(name() + ": the zstd file is corrupted.");
      input_.Consume(in.pos);
      inside_frame_ = left != 0;
      if (bytes.empty() && out.pos == 0) throw TraceError(name() + ": the zstd file is truncated.");
    }
    return out.pos;
  }
  void Rewind() override {
    input_.Rewind();
    ZSTD_initDStream(stream_.get());
    inside_frame_ = false;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  Refill input_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool inside_frame_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> Decompressed(std::unique_ptr<ByteSource> bytes) {
  Refill input(std::move(bytes));
  const std::string_view start = input.Peek();
  if (start.substr(0, kXzMagic.size()) == kXzMagic) return std::make_unique<XzSource>(std::move(input));
  if (start.substr(0, kZstdMagic.size()) == kZstdMagic) return std::make_unique<ZstdSource>(std::move(input));
  return std::make_unique<PlainSource>(std::move(input));
}

std::unique_ptr<ByteSource> OpenRecording(const std::string& path) {
  return Decompressed(std::make_unique<FileByteSource>(path));
}

}  // namespace siov
