// SPDX-License-Identifier: Apache-2.0
// What a recording holds and what it lacks, and what a replay of it can therefore do.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_RECORDING_CONTENT_H_
#define SIOV_MODELS_WORKLOAD_TRACE_RECORDING_CONTENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/workload/trace/trace_record.h"

namespace siov {

struct RecordingContent {
  std::uint64_t accesses = 0;
  std::uint64_t without_direction = 0;  // of the accesses
  std::uint64_t without_size = 0;
  std::uint64_t without_domain = 0;
  std::uint64_t without_device = 0;
  std::uint64_t maps = 0;
  std::uint64_t unmaps = 0;
  std::uint64_t invalidations = 0;  // of translations
  std::uint64_t commands = 0;
  TraceInfo info;  // its counts of lines and events; without streams

  void See(const TraceRecord& record);
  void SeeEnd(const TraceInfo& at_end);  // after the last record
};

// One sentence for each thing the recording lacks or lost, and what becomes of it in a replay. Empty: nothing.
std::vector<std::string> NotesOn(const RecordingContent& content);

// "holds no accesses, so there is nothing to replay", and what it holds instead.
std::string NothingToReplay(const RecordingContent& content);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_RECORDING_CONTENT_H_
