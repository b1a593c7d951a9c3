// SPDX-License-Identifier: Apache-2.0
// Little's law on every queue: the time-weighted mean number waiting, kept by the queue, equals arrival rate times mean
// wait, kept by the ledgers of the jobs. The two are counted by different code at different places.
#include <gtest/gtest.h>

#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

double Structure(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return 0;
}

// Mean number of jobs in a stage, by the ledgers: rate times mean time.
double MeanInStage(const Results& results, Stage stage) {
  return results.Metric("job.throughput_per_s") * results.bands[0].mean_ns[static_cast<std::size_t>(stage)] * 1e-9;
}

void ExpectWithinOnePercent(double measured, double by_ledger, const std::string& what) {
  EXPECT_GT(by_ledger, 0.5) << what << ": hardly anything waited, the law is not tested";
  EXPECT_NEAR(measured, by_ledger, 0.01 * by_ledger) << what;
}

// Many tenants on one slow engine: jobs queue in the work queue, nowhere else.
TEST(LittlesLaw, WorkQueue) {
  ResolvedExperiment experiment = testing::SmallExperiment(64, JobOp::kRead, 4096);
  experiment.platform.endpoints[0].engine.bytes_per_second = 4e9;
  experiment.run.warmup_ps = kPsPerMs;
  experiment.run.duration_ps = 20 * kPsPerMs;
  const Results results = RunExperiment(experiment, RunOptions{});
  ExpectWithinOnePercent(Structure(results, "dsa0.swq_arbiter", "wq0.occupancy.mean"),
                         MeanInStage(results, Stage::kQueueWait), "work queue");
}

// One small page per job, few walkers, no caches: requests wait for a walker.
TEST(LittlesLaw, WalkQueue) {
  ResolvedExperiment experiment = testing::SmallExperiment(64, JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.endpoints[0].engine.jobs_per_engine = 64;
  experiment.platform.iommus[0].iotlb.geometry.entries = 0;
  experiment.platform.iommus[0].page_walker.walkers = 2;
  experiment.traffic.classes[0].working_set_bytes = 1u << 30;
  experiment.run.warmup_ps = kPsPerMs;
  experiment.run.duration_ps = 20 * kPsPerMs;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(results.Metric("job.completed"), 1'000);
  EXPECT_GT(Structure(results, "iommu0.page_walker", "queue.mean"), 1.0);
}

// Page requests wait for the only handler.
TEST(LittlesLaw, FaultHandlers) {
  ResolvedExperiment experiment = testing::SmallExperiment(32, JobOp::kRead, 64);
  experiment.address_spaces[0].resident_fraction = 0.0;
  experiment.platform.endpoints[0].engine.jobs_per_engine = 32;
  experiment.traffic.classes[0].working_set_bytes = std::uint64_t{1} << 36;
  experiment.run.warmup_ps = kPsPerMs;
  experiment.run.duration_ps = 50 * kPsPerMs;
  const Results results = RunExperiment(experiment, RunOptions{});
  ExpectWithinOnePercent(Structure(results, "host0", "faults_waiting.mean"),
                         MeanInStage(results, Stage::kPageFaultWait), "fault handlers");
}

}  // namespace
}  // namespace siov
