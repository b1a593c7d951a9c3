// SPDX-License-Identifier: Apache-2.0
// Opens a text recording that may be compressed: plain, .gz, .bz2, .xz or .zst, told apart by its first bytes, not by
// its name.
#ifndef SIOV_PLATFORMS_TRACE_COMPRESSED_INPUT_H_
#define SIOV_PLATFORMS_TRACE_COMPRESSED_INPUT_H_

#include <memory>
#include <string>
#include <string_view>

#include "models/workload/trace/byte_source.h"

namespace siov {

// The decompressed bytes of `bytes`. Reading throws TraceError when the compressed stream is damaged or cut, or expands
// beyond all measure (expansion_limit.h).
std::unique_ptr<ByteSource> Decompressed(std::unique_ptr<ByteSource> bytes);

// "gzip" for bytes that begin as that program's do, of those that are decompressed; else "".
std::string CompressionOf(std::string_view start);

// The same, watched (reading_watch.h).
std::unique_ptr<ByteSource> OpenRecording(std::unique_ptr<ByteSource> file);

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_COMPRESSED_INPUT_H_
