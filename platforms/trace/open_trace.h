// SPDX-License-Identifier: Apache-2.0
// Opens any trace this program can read as a TraceSource that owns all it needs.
#ifndef SIOV_PLATFORMS_TRACE_OPEN_TRACE_H_
#define SIOV_PLATFORMS_TRACE_OPEN_TRACE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/workload/importers/text_importer.h"
#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

enum class TraceFormat { kAuto, kSiovtrace, kFtrace, kQemu };

// kAuto looks at the file's first bytes. Text may be compressed with gzip, bzip2, xz or zstd.
// Throws TraceError; while reading ReadingInterrupted as well (reading_watch.h).
std::unique_ptr<TraceSource> OpenTrace(const std::string& path, TraceFormat format = TraceFormat::kAuto,
                                       const ImportOptions& options = {});

// Of a file that is not on disk, or read in a way of its own. `open` is called at once, perhaps twice.
using FileOpener = std::function<std::unique_ptr<ByteSource>()>;
std::unique_ptr<TraceSource> OpenTrace(const FileOpener& open, TraceFormat format = TraceFormat::kAuto,
                                       const ImportOptions& options = {});

// Several ftrace texts of one machine, one for each processor, as one; a single file as OpenTrace().
std::unique_ptr<TraceSource> OpenTraces(const std::vector<std::string>& paths, TraceFormat format,
                                        const ImportOptions& options);

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_OPEN_TRACE_H_
