// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/replayable.h"

#include <filesystem>

#include "models/workload/replay/ordered_replay.h"
#include "models/workload/replay/replay.h"

namespace siov {
namespace {

constexpr std::uintmax_t kLargestReadBytes = 16u << 20;  // well under a second

}  // namespace

std::optional<std::string> WhyNotReplayed(const ReplayConfig& replay, Recording& recording) {
  const std::string& file = replay.trace_file;
  std::error_code error;
  if (file.empty() || std::filesystem::file_size(file, error) > kLargestReadBytes || error) return std::nullopt;
  const TraceOpener whole = [&replay, &recording] { return recording.Open(replay.memory_bytes); };
  const TraceOpener open = ReplayedPart(replay, whole);
  try {
    if (replay.order == ReplayOrder::kAsRecorded) {
      OrderedReplay ignored(replay, open);
    } else {
      ReplayCore ignored(replay, open);
    }
  } catch (const TraceError& refused) {
    return refused.what();
  }
  return std::nullopt;
}

}  // namespace siov
