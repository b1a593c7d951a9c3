// SPDX-License-Identifier: Apache-2.0
// Tenants that repeat streams of a recording reach no more than the bound, whichever streams they are: each stream has
// jobs of its own, and a tenant of short jobs is done sooner than one of long ones.
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "platforms/trace/trace_writer.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

// Device 0 writes single lines, device 1 reads pages.
void WriteTwoStreams(const std::string& path) {
  TraceInfo info;
  info.streams = {{"00:04.0", 0x20}, {"00:05.0", 0x28}};
  info.time_unit_ps = 1000;
  std::vector<TraceRecord> records;
  for (std::uint64_t i = 0; i < 256; ++i) {
    TraceRecord record;
    record.time_ps = i * 1000;
    record.stream = static_cast<std::uint32_t>(i % 2);
    record.kind = record.stream == 0 ? TraceKind::kWrite : TraceKind::kRead;
    record.iova = 0x10000 + 0x1000 * (i % 8);
    record.size_bytes = record.stream == 0 ? 64 : 4096;
    records.push_back(record);
  }
  VectorSource source(records, info);
  WriteTrace(source, path);
}

class ReplayBound : public ::testing::TestWithParam<const char*> {};

TEST_P(ReplayBound, IsThatOfTheStreamsThatAreRepeated) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("two.siovtrace");
  WriteTwoStreams(path);
  const LoadedExperiment loaded =
      LoadExperiment("configs/experiments/quickstart.txtpb",
                     {"workload.replay.trace_file=\"" + path + "\"", "workload.replay.window_only=false",
                      std::string("workload.replay.tenants=") + GetParam(), "workload.replay.jobs_per_tenant=3000"});
  ASSERT_TRUE(loaded.faults.empty()) << FormatFault(loaded.faults[0]);
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  ASSERT_GT(results.bound_jobs_per_s, 0);
  EXPECT_FALSE(results.bound_is_mean) << "each stream has jobs of one kind";
  constexpr double kAJobOfTheWindow = 1.0 / 3000;
  EXPECT_LE(results.Metric("job.throughput_per_s"), (1 + kAJobOfTheWindow) * results.bound_jobs_per_s);
  EXPECT_GT(results.Metric("job.throughput_per_s"), 0.2 * results.bound_jobs_per_s) << "and it says something";
  for (const std::string& warning : results.warnings) EXPECT_EQ(warning.find("not to be trusted"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Tenants, ReplayBound, ::testing::Values("1", "2", "3"));

}  // namespace
}  // namespace siov
