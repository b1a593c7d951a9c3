// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/open_trace.h"

#include <string_view>
#include <utility>

#include "models/traffic/trace/ftrace_importer.h"
#include "models/traffic/trace/qemu_importer.h"
#include "platforms/trace/compressed_input.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_reader.h"

namespace siov {
namespace {

// An importer together with the bytes it reads.
template <class Importer>
class OwningImport final : public TraceSource {
 public:
  OwningImport(std::unique_ptr<ByteSource> bytes, const ImportOptions& options)
      : bytes_(std::move(bytes)), importer_(*bytes_, options) {}
  bool Next(TraceRecord* record) override { return importer_.Next(record); }
  void Rewind() override { importer_.Rewind(); }
  const TraceInfo& info() const override { return importer_.info(); }

 private:
  std::unique_ptr<ByteSource> bytes_;
  Importer importer_;
};

// "23637@1795215487.765589:" begins a line of a QEMU log, "#MARK" one of its comments.
bool LooksLikeQemu(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  const bool event = digits != std::string_view::npos && digits != 0 && text[digits] == '@';
  return event || text.substr(0, 5) == "#MARK" || text.substr(0, 4) == "#CUT";
}

TraceFormat Sniff(ByteSource& bytes) {
  constexpr std::size_t kHeaderPrefix = 16;  // length, field tag, string length
  char start[64];
  const std::string_view text(start, bytes.Read(start, sizeof start));
  bytes.Rewind();
  if (text.substr(0, kHeaderPrefix).find(std::string_view(kTraceMagic).substr(0, 8)) != std::string_view::npos) {
    return TraceFormat::kSiovtrace;
  }
  return LooksLikeQemu(text) ? TraceFormat::kQemu : TraceFormat::kFtrace;
}

bool HasTraceName(const std::string& path) {
  const std::string_view extension(kTraceExtension);
  return path.size() > extension.size() &&
         path.compare(path.size() - extension.size(), extension.size(), extension) == 0;
}

}  // namespace

std::unique_ptr<TraceSource> OpenTrace(const std::string& path, TraceFormat format, const ImportOptions& options) {
  // A damaged trace deserves a trace reader's message, so its name is believed before its contents.
  if (format == TraceFormat::kAuto && HasTraceName(path)) format = TraceFormat::kSiovtrace;
  if (format == TraceFormat::kSiovtrace) return std::make_unique<TraceReader>(path);
  std::unique_ptr<ByteSource> bytes = OpenRecording(path);
  if (format == TraceFormat::kAuto) format = Sniff(*bytes);
  switch (format) {
    case TraceFormat::kQemu:
      return std::make_unique<OwningImport<QemuImporter>>(std::move(bytes), options);
    case TraceFormat::kSiovtrace:
      return std::make_unique<TraceReader>(path);
    case TraceFormat::kFtrace:
    case TraceFormat::kAuto:
      break;
  }
  return std::make_unique<OwningImport<FtraceImporter>>(std::move(bytes), options);
}

}  // namespace siov
