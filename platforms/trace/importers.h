// SPDX-License-Identifier: Apache-2.0
// The registry of importers: which kinds of recording are read, how each is known by its first lines, and what is said
// of a file that is none of them.
#ifndef SIOV_PLATFORMS_TRACE_IMPORTERS_H_
#define SIOV_PLATFORMS_TRACE_IMPORTERS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/workload/importers/text_importer.h"
#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"
#include "platforms/trace/open_trace.h"

namespace siov {

// The first bytes of a recording, which is rewound.
std::string StartOf(ByteSource& bytes);

// Is this the start of a .siovtrace file, decompressed?
bool LooksLikeTrace(std::string_view start);

// Which importer reads the file. Throws TraceError, naming what the file seems to be and what is read, if none does.
TraceFormat SniffImporter(const std::string& path, std::string_view start);

// REQUIRES: a format of a text.
std::unique_ptr<TraceSource> MakeImporter(TraceFormat format, std::unique_ptr<ByteSource> bytes,
                                          const ImportOptions& options);

// "ftrace", "qemu": for --from. False if no importer has that name.
bool ImporterOf(std::string_view name, TraceFormat* format);

std::vector<std::string> ImporterNames();

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_IMPORTERS_H_
