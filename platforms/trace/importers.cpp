// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/importers.h"

#include <utility>

#include "models/workload/importers/damaged_lines.h"
#include "models/workload/importers/ftrace_importer.h"
#include "models/workload/importers/qemu_importer.h"
#include "platforms/trace/compressed_input.h"
#include "platforms/trace/trace_format.h"

namespace siov {
namespace {

constexpr std::size_t kStartBytes = 65'536;

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

template <class Importer>
std::unique_ptr<TraceSource> Make(std::unique_ptr<ByteSource> bytes, const ImportOptions& options) {
  return std::make_unique<OwningImport<Importer>>(std::move(bytes), options);
}

struct ImporterKind {
  TraceFormat format;
  std::string_view name;
  std::string_view reads;
  bool (*recognizes)(std::string_view line);
  std::unique_ptr<TraceSource> (*make)(std::unique_ptr<ByteSource> bytes, const ImportOptions& options);
};

constexpr ImporterKind kImporters[] = {
    {TraceFormat::kQemu, "qemu", "the trace log of QEMU's intel-iommu (-trace 'vtd_*', with or without timestamps)",
     &QemuImporter::Recognizes, &Make<QemuImporter>},
    {TraceFormat::kFtrace, "ftrace",
     "the text of a Linux kernel's trace events (the trace file, trace-cmd report, perf script)",
     &FtraceImporter::Recognizes, &Make<FtraceImporter>},
};

// Files that others would call a trace, by how they begin, and what to do with them.
struct ForeignFormat {
  std::string_view start;
  std::string_view advice;
};
constexpr ForeignFormat kForeignFormats[] = {
    {std::string_view("\x17\x08\x44tracing", 10), "a trace.dat of trace-cmd; `trace-cmd report` makes a text of it"},
    {"PERFILE2", "a perf.data file; `perf script` makes a text of it"},
    {std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff", 8),
     "a binary log of QEMU's simple trace backend; build QEMU with the log backend"},
    {"gem5", "a gem5 packet trace, which has no I/O addresses"},
    {std::string_view("\xd4\xc3\xb2\xa1", 4), "a pcap file"},
    {std::string_view("\x0a\x0d\x0d\x0a", 4), "a pcapng file"},
    {std::string_view("\x07\x41\x61\x65", 4), "a binary trace of blktrace"},
    {std::string_view("\x04\x22\x4d\x18", 4), "compressed with lz4, which is not read; decompress it first"},
    {std::string_view("PK\x03\x04", 4), "a zip archive; extract it first"},
    {std::string_view("\x7f"
                      "ELF",
                      4),
     "a program"},
    {"{", "JSON"},
    {"<", "XML or HTML"},
};

std::string FormatsRead() {
  std::string text = "Read are: ";
  for (const ImporterKind& kind : kImporters) text += std::string(kind.reads) + "; ";
  return text + "each plain or compressed with gzip, bzip2, xz or zstd; and " + kTraceExtension + " files.";
}

[[noreturn]] void FailUnknown(const std::string& path, std::string_view start) {
  if (start.empty()) throw TraceError(path + ": the file is empty.");
  std::string seems = "its first line is \"" + DamagedLines::Quote(start.substr(0, start.find('\n'))) + "\"";
  if (const std::string by = CompressionOf(start); !by.empty()) {
    seems = "decompressed, it is compressed again, with " + by +
            "; decompress it once, also a .siovtrace, which is read " + "as it is written";
  }
  for (const ForeignFormat& foreign : kForeignFormats) {
    if (start.substr(0, foreign.start.size()) != foreign.start) continue;
    seems = "it seems to be " + std::string(foreign.advice);
    break;
  }
  throw TraceError(path + ": no recording of a kind that is read: " + seems + ". " + FormatsRead());
}

}  // namespace

std::string StartOf(ByteSource& bytes) {
  std::string start(kStartBytes, '\0');
  std::size_t size = 0;
  while (size < start.size()) {
    const std::size_t read = bytes.Read(start.data() + size, start.size() - size);
    if (read == 0) break;
    size += read;
  }
  start.resize(size);
  bytes.Rewind();
  return start;
}

bool LooksLikeTrace(std::string_view start) {
  constexpr std::size_t kHeaderPrefix = 16;  // length, field tag, string length
  return start.substr(0, kHeaderPrefix).find(std::string_view(kTraceMagic).substr(0, 8)) != std::string_view::npos;
}

TraceFormat SniffImporter(const std::string& path, std::string_view start) {
  for (std::string_view rest = start; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    for (const ImporterKind& kind : kImporters) {
      if (kind.recognizes(line)) return kind.format;
    }
  }
  FailUnknown(path, start);
}

std::unique_ptr<TraceSource> MakeImporter(TraceFormat format, std::unique_ptr<ByteSource> bytes,
                                          const ImportOptions& options) {
  for (const ImporterKind& kind : kImporters) {
    if (kind.format == format) return kind.make(std::move(bytes), options);
  }
  throw TraceError(bytes->name() + ": no importer reads this format.");
}

std::vector<std::string> ImporterNames() {
  std::vector<std::string> names;
  for (const ImporterKind& kind : kImporters) names.emplace_back(kind.name);
  return names;
}

bool ImporterOf(std::string_view name, TraceFormat* format) {
  for (const ImporterKind& kind : kImporters) {
    if (kind.name != name) continue;
    *format = kind.format;
    return true;
  }
  return false;
}

}  // namespace siov
