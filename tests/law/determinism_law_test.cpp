// SPDX-License-Identifier: Apache-2.0
// Same configuration and seed: byte-identical result files, also with modules elaborated in a shuffled order and with
// the agenda in step with the kernel.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

namespace fs = std::filesystem;

const char* const kFiles[] = {"summary.json", "stages.csv", "bands.csv", "tenants.csv", "structures.csv"};

std::string Content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Faults, retries, interrupts, misses and random arrivals all at once.
ResolvedExperiment Mixed() {
  ResolvedExperiment experiment = testing::SmallExperiment(64, JobOp::kMove, 1500);
  experiment.address_spaces[0].resident_fraction = 0.9;
  experiment.platform.endpoints[0].atc->geometry = testing::Cache(32, 4);
  experiment.platform.endpoints[0].arbiter.queues[0].size = 16;
  experiment.platform.endpoints[0].arbiter.queues[0].threshold = 16;
  experiment.platform.endpoints[0].engine.group_of_engine = {0, 0, 0, 0};
  experiment.platform.iommus[0].iotlb.geometry = testing::Cache(32, 4);
  experiment.platform.iommus[0].page_walker.walkers = 2;
  experiment.traffic.classes[0].wants_interrupt = true;
  experiment.platform.host.config.retry_jitter = 0.5;
  experiment.platform.host.config.faults.minor_service = Distribution::Exponential(5e6);
  experiment.run.duration_ps = 500 * kPsPerUs;
  testing::HandOut(&experiment);
  return experiment;
}

// SystemC elaborates once a process, so each run has one of its own.
void RunInChild(const fs::path& out, const std::function<void(ResolvedExperiment*)>& change) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int status = 1;
    try {
      ResolvedExperiment experiment = Mixed();
      change(&experiment);
      RunOptions options;
      options.out = out;
      RunExperiment(experiment, options);
      status = 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    _exit(status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

class Determinism : public ::testing::Test {
 protected:
  Determinism() : folder_(fs::temp_directory_path() / ("siovsim_determinism_" + std::to_string(getpid()))) {}
  ~Determinism() override { fs::remove_all(folder_); }

  void ExpectSame(const std::function<void(ResolvedExperiment*)>& change) {
    RunInChild(folder_ / "a", [](ResolvedExperiment*) {});
    RunInChild(folder_ / "b", change);
    for (const char* name : kFiles) {
      const std::string first = Content(folder_ / "a" / name);
      EXPECT_GT(first.size(), 20u) << name;
      EXPECT_EQ(first, Content(folder_ / "b" / name)) << name << " differs";
    }
  }

  fs::path folder_;
};

TEST_F(Determinism, TwoRunsAreByteIdentical) {
  ExpectSame([](ResolvedExperiment*) {});
}

TEST_F(Determinism, ShuffledElaborationChangesNothing) {
  ExpectSame([](ResolvedExperiment* experiment) { experiment->run.shuffle_elaboration = true; });
}

TEST_F(Determinism, RunningInStepWithTheKernelChangesNothing) {
  ExpectSame([](ResolvedExperiment* experiment) { experiment->run.in_step_with_kernel = true; });
}

TEST_F(Determinism, SliceLengthChangesNothing) {
  ExpectSame([](ResolvedExperiment* experiment) { experiment->run.slice_ps = 7 * kPsPerUs; });
}

TEST_F(Determinism, AnotherSeedChangesSomething) {
  RunInChild(folder_ / "a", [](ResolvedExperiment*) {});
  RunInChild(folder_ / "b", [](ResolvedExperiment* experiment) { experiment->run.seed = 2; });
  EXPECT_NE(Content(folder_ / "a" / "stages.csv"), Content(folder_ / "b" / "stages.csv"));
}

}  // namespace
}  // namespace siov
