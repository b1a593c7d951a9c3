// SPDX-License-Identifier: Apache-2.0
// Recordings that have accesses and no mappings, replayed in recorded order: whoever made them could access their
// pages, and so can the tenants of a replay.
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "platforms/trace/trace_writer.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

// Reads and writes by turns, each page both ways, often enough to find it in every cache.
void WriteAlternating(const std::string& path, std::uint64_t pages) {
  TraceInfo info;
  info.streams = {{"00:04.0", 0x20}};
  info.time_unit_ps = kPsPerNs;
  std::vector<TraceRecord> records;
  for (std::uint64_t i = 0; i < 400; ++i) {
    TraceRecord record;
    record.time_ps = i * 100 * kPsPerNs;
    record.stream = 0;
    record.domain = 1;
    record.kind = i % 2 == 0 ? TraceKind::kRead : TraceKind::kWrite;
    record.iova = 0x10000 + 0x1000 * (i / 2 % pages);
    record.size_bytes = 64;
    records.push_back(record);
  }
  VectorSource source(records, info);
  WriteTrace(source, path);
}

class UnmappedRecording : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(UnmappedRecording, IsReplayedInItsOrderWithoutAFault) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("alternating.siovtrace");
  WriteAlternating(path, GetParam());
  const LoadedExperiment loaded =
      LoadExperiment("configs/experiments/replay_strict.txtpb",
                     {"workload.replay.trace_file=\"" + path + "\"", "workload.replay.window_only=false"});
  ASSERT_TRUE(loaded.faults.empty()) << FormatFault(loaded.faults[0]);
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_EQ(results.replay.accesses, 400u);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(results.Metric("job.succeeded"), 400);
}

INSTANTIATE_TEST_SUITE_P(Pages, UnmappedRecording, ::testing::Values(1, 8, 100));

}  // namespace
}  // namespace siov
