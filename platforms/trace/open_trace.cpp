// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/open_trace.h"

#include <string_view>
#include <utility>

#include "models/base/ends_with.h"
#include "models/workload/importers/merged_lines.h"
#include "platforms/trace/compressed_input.h"
#include "platforms/trace/importers.h"
#include "platforms/trace/reading_watch.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_reader.h"

namespace siov {
namespace {

bool HasTraceName(const std::string& path) {
  const std::string_view extension(kTraceExtension);
  return path.size() > extension.size() && EndsWith(path, extension);
}

std::unique_ptr<TraceSource> OpenText(const FileOpener& open, std::unique_ptr<ByteSource> file, TraceFormat format,
                                      const ImportOptions& options) {
  const std::string path = file->name();
  std::unique_ptr<ByteSource> bytes = OpenRecording(std::move(file));
  const std::string start = StartOf(*bytes);
  if (LooksLikeTrace(start)) {
    if (format == TraceFormat::kAuto) return std::make_unique<TraceReader>(open());
    throw TraceError(path + ": is a " + kTraceExtension +
                     " file and no other recording; it is read alone, and without a format.");
  }
  if (format == TraceFormat::kAuto) format = SniffImporter(path, start);
  return MakeImporter(format, std::move(bytes), options);
}

}  // namespace

std::unique_ptr<TraceSource> OpenTrace(const FileOpener& open, TraceFormat format, const ImportOptions& options) {
  std::unique_ptr<ByteSource> file = open();
  const std::string path = file->name();
  // A damaged trace deserves a trace reader's message, so its name is believed before its contents.
  if (format == TraceFormat::kAuto && HasTraceName(path)) format = TraceFormat::kSiovtrace;
  return std::make_unique<WatchedTrace>(format == TraceFormat::kSiovtrace
                                            ? std::make_unique<TraceReader>(std::move(file))
                                            : OpenText(open, std::move(file), format, options),
                                        path);
}

std::unique_ptr<TraceSource> OpenTrace(const std::string& path, TraceFormat format, const ImportOptions& options) {
  return OpenTrace([&path] { return std::make_unique<FileByteSource>(path); }, format, options);
}

std::unique_ptr<TraceSource> OpenTraces(const std::vector<std::string>& paths, TraceFormat format,
                                        const ImportOptions& options) {
  if (paths.size() == 1) return OpenTrace(paths.front(), format, options);
  std::vector<std::unique_ptr<ByteSource>> files;
  for (const std::string& path : paths) {
    files.push_back(OpenRecording(std::make_unique<FileByteSource>(path)));
    const bool text =
        format == TraceFormat::kFtrace || (format == TraceFormat::kAuto && !HasTraceName(path) &&
                                           SniffImporter(path, StartOf(*files.back())) == TraceFormat::kFtrace);
    if (!text) {
      throw TraceError(path +
                       ": is one of several inputs and no ftrace text; only the texts of one machine's "
                       "processors are read together.");
    }
  }
  return std::make_unique<WatchedTrace>(
      MakeImporter(TraceFormat::kFtrace, std::make_unique<MergedLines>(std::move(files)), options), paths.front());
}

}  // namespace siov
