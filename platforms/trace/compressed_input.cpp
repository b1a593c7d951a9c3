// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/compressed_input.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/workload/trace/trace_record.h"
#include "platforms/trace/expansion_limit.h"
#include "platforms/trace/reading_watch.h"

namespace siov {
namespace {

constexpr std::size_t kCompressedBytes = 65'536;
constexpr std::string_view kXzMagic("\xFD\x37zXZ\0", 6);
constexpr std::string_view kZstdMagic("\x28\xB5\x2F\xFD", 4);
constexpr std::string_view kGzipMagic("\x1F\x8B\x08", 3);
constexpr std::string_view kBzip2Magic("BZh", 3);
constexpr std::uint64_t kXzMemoryBytes = 256u << 20u;  // enough for xz -9

// Compressed bytes, a buffer full at a time.
class Refill {
 public:
  explicit Refill(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)), buffer_(kCompressedBytes) {}
  // The unread bytes; empty only at the end.
  std::string_view Peek() {
    if (begin_ == end_) {
      begin_ = 0;
      end_ = bytes_->Read(buffer_.data(), buffer_.size());
    }
    return {buffer_.data() + begin_, end_ - begin_};
  }
  void Consume(std::size_t count) {
    begin_ += count;
    consumed_ += count;
  }
  void Rewind() {
    bytes_->Rewind();
    begin_ = end_ = 0;
    consumed_ = 0;
  }
  std::uint64_t consumed() const { return consumed_; }
  const std::string& name() const { return bytes_->name(); }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t consumed_ = 0;
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

// Any compressed stream: a decoder step by step, with a limit on how far it may expand.
class ExpandingSource : public ByteSource {
 public:
  std::size_t Read(char* buffer, std::size_t capacity) final {
    std::size_t produced = 0;
    while (produced == 0 && !ended_) {
      const std::string_view bytes = input_.Peek();
      std::size_t used = 0;
      const bool end = Step(bytes, &used, buffer, capacity, &produced);
      input_.Consume(used);
      if (end) {
        // Streams may follow one another in a file; what follows and is no stream is damage for the decoder to find.
        ended_ = input_.Peek().empty();
        if (!ended_) Start();
        continue;
      }
      if (bytes.empty() && produced == 0) throw TraceError(name() + ": the " + format_ + " file is truncated.");
    }
    expanded_ += produced;
    CheckExpansion(name(), input_.consumed(), expanded_);
    return produced;
  }
  void Rewind() final {
    input_.Rewind();
    ended_ = false;
    expanded_ = 0;
    Start();
  }

 protected:
  ExpandingSource(Refill input, const char* format)
      : ByteSource(input.name()), input_(std::move(input)), format_(format) {}
  // Before each stream of the file.
  virtual void Start() = 0;
  // One step of the decoder; true at the end of a stream. `bytes` is empty at the end of the file.
  virtual bool Step(std::string_view bytes, std::size_t* used, char* buffer, std::size_t capacity,
                    std::size_t* produced) = 0;
  [[noreturn]] void FailDamaged() const { throw TraceError(name() + ": the " + format_ + " file is corrupted."); }
  [[noreturn]] void FailStart() const { throw TraceError(name() + ": the " + format_ + " decoder cannot be started."); }

 private:
  Refill input_;
  const char* format_;
  std::uint64_t expanded_ = 0;
  bool ended_ = false;
};

class XzSource final : public ExpandingSource {
 public:
  explicit XzSource(Refill input) : ExpandingSource(std::move(input), "xz") { XzSource::Start(); }
  ~XzSource() override { lzma_end(&stream_); }
  XzSource(const XzSource&) = delete;
  XzSource& operator=(const XzSource&) = delete;

 private:
  void Start() override {
    lzma_end(&stream_);
    stream_ = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED) != LZMA_OK) FailStart();
  }
  bool Step(std::string_view bytes, std::size_t* used, char* buffer, std::size_t capacity,
            std::size_t* produced) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    stream_.avail_in = bytes.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer);
    stream_.avail_out = capacity;
    const lzma_ret result = lzma_code(&stream_, bytes.empty() ? LZMA_FINISH : LZMA_RUN);
    *used = bytes.size() - stream_.avail_in;
    *produced = capacity - stream_.avail_out;
    if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR) FailDamaged();
    return result == LZMA_STREAM_END;
  }

  lzma_stream stream_{};
};

class ZstdSource final : public ExpandingSource {
 public:
  explicit ZstdSource(Refill input) : ExpandingSource(std::move(input), "zstd"), stream_(ZSTD_createDStream()) {
    ZstdSource::Start();
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  void Start() override { ZSTD_initDStream(stream_.get()); }
  bool Step(std::string_view bytes, std::size_t* used, char* buffer, std::size_t capacity,
            std::size_t* produced) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{buffer, capacity, 0};
    const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
    if (ZSTD_isError(left) != 0) FailDamaged();
    *used = in.pos;
    *produced = out.pos;
    return left == 0;
  }

  std::unique_ptr<ZSTD_DStream, Free> stream_;
};

class GzipSource final : public ExpandingSource {
 public:
  explicit GzipSource(Refill input) : ExpandingSource(std::move(input), "gzip") { GzipSource::Start(); }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

 private:
  void Start() override {
    constexpr int kGzipOnly = 16;
    inflateEnd(&stream_);
    stream_ = {};
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) FailStart();
  }
  bool Step(std::string_view bytes, std::size_t* used, char* buffer, std::size_t capacity,
            std::size_t* produced) override {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min(capacity, kMost));
    const uInt room = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    *used = bytes.size() - stream_.avail_in;
    *produced = room - stream_.avail_out;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) FailDamaged();
    return result == Z_STREAM_END;
  }

  z_stream stream_{};
};

class Bzip2Source final : public ExpandingSource {
 public:
  explicit Bzip2Source(Refill input) : ExpandingSource(std::move(input), "bzip2") { Bzip2Source::Start(); }
  ~Bzip2Source() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Source(const Bzip2Source&) = delete;
  Bzip2Source& operator=(const Bzip2Source&) = delete;

 private:
  void Start() override {
    BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) FailStart();
  }
  bool Step(std::string_view bytes, std::size_t* used, char* buffer, std::size_t capacity,
            std::size_t* produced) override {
    constexpr std::size_t kMost = std::numeric_limits<unsigned>::max();
    stream_.next_in = const_cast<char*>(bytes.data());  // libbz2 does not write there
    stream_.avail_in = static_cast<unsigned>(bytes.size());
    stream_.next_out = buffer;
    stream_.avail_out = static_cast<unsigned>(std::min(capacity, kMost));
    const unsigned room = stream_.avail_out;
    const int result = BZ2_bzDecompress(&stream_);
    *used = bytes.size() - stream_.avail_in;
    *produced = room - stream_.avail_out;
    if (result != BZ_OK && result != BZ_STREAM_END) FailDamaged();
    return result == BZ_STREAM_END;
  }

  bz_stream stream_{};
};

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

}  // namespace

std::unique_ptr<ByteSource> Decompressed(std::unique_ptr<ByteSource> bytes) {
  Refill input(std::move(bytes));
  const std::string_view start = input.Peek();
  if (StartsWith(start, kXzMagic)) return std::make_unique<XzSource>(std::move(input));
  if (StartsWith(start, kZstdMagic)) return std::make_unique<ZstdSource>(std::move(input));
  if (StartsWith(start, kGzipMagic)) return std::make_unique<GzipSource>(std::move(input));
  if (StartsWith(start, kBzip2Magic)) return std::make_unique<Bzip2Source>(std::move(input));
  return std::make_unique<PlainSource>(std::move(input));
}

std::string CompressionOf(std::string_view start) {
  if (StartsWith(start, kXzMagic)) return "xz";
  if (StartsWith(start, kZstdMagic)) return "zstd";
  if (StartsWith(start, kGzipMagic)) return "gzip";
  return StartsWith(start, kBzip2Magic) ? "bzip2" : "";
}

std::unique_ptr<ByteSource> OpenRecording(std::unique_ptr<ByteSource> file) {
  return std::make_unique<WatchedSource>(Decompressed(std::move(file)));
}

}  // namespace siov
