// SPDX-License-Identifier: Apache-2.0
// A run, from its configuration file to its results, reads, hashes and takes its recording apart once.
#include <gtest/gtest.h>

#include <fstream>

#include "models/workload/trace/trace_record.h"
#include "platforms/cli/check_command.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/reading_watch.h"
#include "tests/trace/read_counts.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

// A copy of the recording, so that nothing else reads it, and what one reading of it takes.
class RunOfRecording : public ::testing::Test {
 protected:
  RunOfRecording() {
    std::filesystem::copy_file("traces/nvme_randread4k_strict.siovtrace", path_);
    testing::CountReadsOf(path_);
    ReadAll(*OpenTrace(path_));
    frames_ = testing::Reads().frames;
    EXPECT_GT(frames_, 1);
    testing::CountReadsOf(path_);
  }
  std::vector<std::string> Overrides(const std::string& more) const {
    return {"workload.replay.trace_file=\"" + path_ + "\"", more};
  }
  Results Run(const std::string& file, const std::string& more) const {
    const LoadedExperiment loaded = LoadExperiment(file, Overrides(more));
    EXPECT_TRUE(loaded.faults.empty());
    std::filesystem::remove(path_);  // it was read
    return RunExperiment(loaded.experiment, RunOptions{});
  }
  void ExpectOneReading() const {
    EXPECT_EQ(testing::Reads().opened, 1);
    EXPECT_EQ(testing::Reads().frames, frames_);
  }
  // Steps of the replay fit into its memory, records do not.
  ResolvedExperiment TooLarge() const {
    LoadedExperiment loaded = LoadExperiment("configs/experiments/replay_strict.txtpb", Overrides("run.job_limit=500"));
    EXPECT_TRUE(loaded.faults.empty());
    loaded.experiment.traffic.replay.memory_bytes = 7u << 20;
    return loaded.experiment;
  }
  // As tests/trace/facts has them: after an unmap that is flushed at once, an oracle knows no better.
  static void ExpectBounds(const Results& results) {
    EXPECT_EQ(results.replay_bounds.lookups, 56'936u);
    EXPECT_EQ(results.replay_bounds.lru_misses, 8'082u);
    EXPECT_EQ(results.replay_bounds.oracle_misses, 8'082u);
  }
  const TemporaryFolder folder_;
  const std::string path_ = folder_.Path("t.siovtrace");
  int frames_ = 0;
};

TEST_F(RunOfRecording, InRecordedOrderWithItsBounds) {
  const Results results = Run("configs/experiments/replay_strict.txtpb", "run.job_limit=500");
  ExpectBounds(results);
  ExpectOneReading();
}

TEST_F(RunOfRecording, ByDevice) {
  const Results results = Run("configs/experiments/quickstart.txtpb", "workload.replay.jobs_per_tenant=2");
  EXPECT_GT(results.replay.accesses, 50'000u);
  ExpectOneReading();
}

TEST_F(RunOfRecording, IsReadOnceByCheck) {
  std::vector<std::string> arguments = {"configs/experiments/replay_strict.txtpb"};
  for (const std::string& override_text : Overrides("run.seed=2")) {
    arguments.insert(arguments.end(), {"--set", override_text});
  }
  EXPECT_EQ(CheckMain(arguments), 0);
  ExpectOneReading();
}

// What does not fit replay.memory_mib is read again and again, and gives the same.
TEST_F(RunOfRecording, TooLargeToBeHeldItIsReadFromTheFile) {
  const Results results = RunExperiment(TooLarge(), RunOptions{});
  ExpectBounds(results);
  EXPECT_GT(testing::Reads().opened, 2);
}

std::string file_to_change;

bool ChangeTheFile() {
  if (!file_to_change.empty()) std::ofstream(file_to_change, std::ios::app) << 'x';
  file_to_change.clear();
  return false;
}

TEST_F(RunOfRecording, ChangedMeanwhileItGivesNoResultUnderItsOldName) {
  RunOptions options;
  options.interrupted = ChangeTheFile;
  file_to_change = path_;
  EXPECT_NE(ErrorOf([&] { RunExperiment(TooLarge(), options); }).find("was changed during the run"), std::string::npos);
}

TEST_F(RunOfRecording, HeldItMayBeChangedMeanwhile) {
  const LoadedExperiment loaded =
      LoadExperiment("configs/experiments/replay_strict.txtpb", Overrides("run.job_limit=500"));
  RunOptions options;
  options.interrupted = ChangeTheFile;
  file_to_change = path_;
  ExpectBounds(RunExperiment(loaded.experiment, options));
}

int opened_at_the_interruption = 0;

bool Interrupted() { return opened_at_the_interruption != 0; }

bool InterruptNow() {
  opened_at_the_interruption = testing::Reads().opened;
  return true;
}

// All that is read is read before the first job: an interruption would end the reading, and with it the results.
TEST_F(RunOfRecording, InterruptedItStillHasItsResults) {
  RunOptions options;
  options.interrupted = InterruptNow;
  WatchReading(Interrupted, false);
  const Results results = RunExperiment(TooLarge(), options);
  WatchReading(nullptr, false);
  EXPECT_TRUE(results.partial);
  ExpectBounds(results);
  EXPECT_GT(opened_at_the_interruption, 2);
  EXPECT_EQ(testing::Reads().opened, opened_at_the_interruption);
}

}  // namespace
}  // namespace siov
