// SPDX-License-Identifier: Apache-2.0
// The numbers that writer and reader of .siovtrace files agree on (configs/schema/trace.proto).
#ifndef SIOV_PLATFORMS_TRACE_TRACE_FORMAT_H_
#define SIOV_PLATFORMS_TRACE_TRACE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace siov {

inline constexpr char kTraceExtension[] = ".siovtrace";
inline constexpr char kTraceMagic[] = "siovsim-trace";
inline constexpr std::uint32_t kTraceVersion = 1;
inline constexpr std::size_t kTraceFrameBytes = std::size_t{1} << 20u;    // most a frame holds, decompressed
inline constexpr std::size_t kTraceMessageBytes = std::size_t{1} << 16u;  // most a TraceEntry takes
inline constexpr std::size_t kTraceTextBytes = 255;
inline constexpr std::size_t kTraceStreams = 65'536;

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_TRACE_FORMAT_H_
