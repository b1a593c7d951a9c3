// SPDX-License-Identifier: Apache-2.0
// What whole runs say of themselves: throughput against the bound, goodput of those that fail, functions that were
// reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/configured_run.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// One tenant whose load is far below what the device can do.
std::string Offered(const std::string& arrivals, const std::string& run) {
  return R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      workload { tenant_classes { name: "web" tenants: 4 endpoint: "dsa0" queues: "swq0" arrivals: )" +
         arrivals + R"( jobs_per_second: 100000 jobs { op: MOVE size_bytes: 4096 } address_space { stages: FIRST } } }
      run { )" +
         run + " }";
}

double OfBound(const Results& results) { return results.Metric("job.throughput_per_s") / results.bound_jobs_per_s; }

// "Not to be trusted ... a bound that none can exceed" was said of one healthy run in two.
TEST(VerdictLaw, RandomArrivalsAboveTheirMeanAreTrusted) {
  const Results results = testing::RunText(Offered("POISSON", "seed: 6 warmup_us: 50 duration_us: 150"));
  ASSERT_GT(OfBound(results), 1.1) << "another seed would show it";
  EXPECT_TRUE(results.bound_is_mean);
  EXPECT_THAT(results.warnings, IsEmpty());
  EXPECT_THAT(results.sentences.back(), HasSubstr("of the mean of what is drawn, 400k jobs/s set by load of web"));
}

// A device that writes as fast as its wire allows. What ends in the window was mostly moved before it: twice the bound
// was said to reach it, and a few per cent above it still are the window's doing.
const std::string kNoStore =
    "write_stage_latency_ns: 0 write_stage_gbytes_per_second: 0 read_store_gbytes_per_second: 0";
std::string Writes(const std::string& run) {
  return R"(platform_file: "configs/platforms/nic_gen3x8_nfp.txtpb"
      workload_file: "configs/workloads/pcie_bench_read64.txtpb"
      platform { nodes { name: "nfp0" endpoint { engine { setup_latency_ns: 20 )" +
         kNoStore + R"( } } } }
      workload { tenant_classes { name: "dma" queue_depth: 64 jobs { op: WRITE size_bytes: 64 } } } run { )" +
         run + " }";
}

void ExpectWindowTooShort(const Results& results) {
  EXPECT_FALSE(results.bound_is_mean);
  EXPECT_GT(results.begun_before, 0u);
  EXPECT_THAT(results.warnings,
              ElementsAre(HasSubstr("jobs measured were under way when measuring began: the window is "
                                    "too short to judge throughput (")));
  for (const std::string& sentence : results.sentences) EXPECT_THAT(sentence, Not(HasSubstr("reaches")));
}

TEST(VerdictLaw, JobsMovedDuringTheWarmUpAreNoThroughput) {
  const Results results = testing::RunText(Writes("seed: 1 warmup_us: 5 duration_us: 0.2"));
  ASSERT_GT(OfBound(results), 1.1) << "another window would show it";
  ExpectWindowTooShort(results);
}

TEST(VerdictLaw, C32WritesSlightlyAboveTheirWireSayWhy) {
  const Results results = testing::RunText(Writes("seed: 1 warmup_us: 5 duration_us: 20"));
  ASSERT_GT(OfBound(results), 1.001) << "another window would show it";
  ExpectWindowTooShort(results);
}

TEST(VerdictLaw, AFixedRateOverAShortWindowIsNotJudged) {
  const Results results = testing::RunText(Offered("FIXED_RATE", "seed: 1 warmup_us: 51 duration_us: 2"));
  ASSERT_GT(OfBound(results), 1.1) << "another window would show it";
  EXPECT_FALSE(results.bound_is_mean);
  EXPECT_THAT(results.warnings, ElementsAre(HasSubstr("the window is too short to judge throughput (")));
}

// A class whose every job failed had a goodput of 65.5 MB/s; and nothing said why they failed.
TEST(VerdictLaw, FailedJobsAreNoGoodputAndTheResetIsNamed) {
  const LoadedExperiment loaded =
      LoadExperiment("configs/experiments/fault_storm.txtpb",
                     {"run.warmup_us=300", "run.duration_us=1000",
                      "nodes[name=dsa0].endpoint.atc.events=[{at_us: 300 kind: FUNCTION_RESET}]"});
  ASSERT_TRUE(loaded.faults.empty());
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  ASSERT_EQ(results.Metric("class.quiet.job.succeeded"), 0);
  ASSERT_GT(results.Metric("class.quiet.job.failed"), 0);
  EXPECT_EQ(results.Metric("class.quiet.job.goodput_bytes_per_s"), 0);
  EXPECT_THAT(results.warnings, Contains(HasSubstr("dsa0 was reset at 300 µs and refused ")));
}

// Events that come to nothing, as only the run can know: each was accepted without a word.
std::string WithEvents(const std::string& atc, const std::string& tenants, const std::string& run) {
  return R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      platform { nodes { name: "dsa0" endpoint { atc { )" +
         atc + R"( } } } }
      workload { tenant_classes { name: "web" tenants: 4 endpoint: "dsa0" queues: "swq0" jobs { op: READ size_bytes: 64 }
                                  address_space { stages: FIRST } )" +
         tenants + " } } run { " + run + " }";
}

TEST(VerdictLaw, AnEventAfterTheLastJobIsSaidToBeMissed) {
  const Results results = testing::RunText(
      WithEvents("events { at_us: 90000 kind: FUNCTION_RESET }", "exits { at_us: 80000 tenants: 3 }", "job_limit: 40"));
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_THAT(results.warnings,
              ElementsAre(HasSubstr("before dsa0 FUNCTION_RESET at 90.0 ms, the exit of 3 processes at "
                                    "80.0 ms: what this was to change is not in the results.")));
}

TEST(VerdictLaw, AProcessThatIsNotTornDownAtTheEndIsSaid) {
  const Results results = testing::RunText(WithEvents("", "exits { at_us: 10 poll_us: 100000 }", "duration_us: 50"));
  EXPECT_THAT(results.warnings, Contains("Not torn down yet when the run ended: 1 of the processes that exited."));
}

TEST(VerdictLaw, AStopOfATenantWhoseReplayIsOverIsSaid) {
  const Results results =
      testing::RunText(WithEvents("events { at_us: 90000 kind: PASID_STOP pasid: 5 }", "think_time { mean_ns: 100000 }",
                                  "duration_us: 90100"),
                       {"workload.replay={trace_file: \"traces/boot.siovtrace\" endpoint: \"dsa0\" queues: \"dwq0\"}"});
  EXPECT_THAT(results.warnings, Contains(HasSubstr("PASID was stopped, 1 had nothing left to submit")));
}

// Each of the remaining jobs waited for its driver's time-out, 100 ms of retries, one after another.
TEST(VerdictLaw, AHaltedFunctionEndsTheRunAndNamesItsTenants) {
  const LoadedExperiment loaded = LoadExperiment(
      "configs/experiments/quickstart.txtpb",
      {"workload.replay.tenants=4", "nodes[name=dsa0].endpoint.atc.events=[{at_us: 30 kind: PASID_DISABLE}]"});
  ASSERT_TRUE(loaded.faults.empty());
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_TRUE(results.given_up);
  EXPECT_LT(results.sim_time_ps, 2 * kPsPerMs);
  EXPECT_GT(results.conservation.in_flight, 0u);
  EXPECT_THAT(results.conservation.violations, IsEmpty());
  EXPECT_THAT(results.warnings,
              Contains(::testing::AllOf(HasSubstr("dsa0 was halted at 30.0 µs"),
                                        HasSubstr("its 4 tenants of replay had no job done after "))));
  EXPECT_THAT(results.warnings, Contains(HasSubstr("none can be done any more")));
}

// An idle walker was blamed for the wait for posted-data credits.
TEST(VerdictLaw, C33WaitsForCreditsAreNotPutDownToAnIdleWalker) {
  const LoadedExperiment loaded = LoadExperiment("tests/random/found/credits_of_unaligned_writes.txtpb", {});
  ASSERT_TRUE(loaded.faults.empty());
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_THAT(results.sentences.back(), HasSubstr("upstream_posted_data"));
  EXPECT_THAT(results.sentences.back(), Not(HasSubstr("walk")));
}

// What is enabled again has its jobs done: nothing is ended, nobody stopped.
TEST(VerdictLaw, AFunctionThatComesBackEndsNothing) {
  const LoadedExperiment loaded = LoadExperiment(
      "configs/experiments/quickstart.txtpb",
      {"workload.replay.tenants=2", "workload.replay.jobs_per_tenant=40",
       "nodes[name=dsa0].endpoint.atc.events=[{at_us: 20 kind: FUNCTION_RESET}, {at_us: 25 kind: PASID_ENABLE}]"});
  ASSERT_TRUE(loaded.faults.empty());
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_FALSE(results.given_up);
  EXPECT_EQ(results.conservation.in_flight, 0u);
  EXPECT_THAT(results.stopped, IsEmpty());
}

// 10^12 jobs a second: every one of them was kept, and memory grew without bound.
TEST(VerdictLaw, AnOpenLoopKeepsABoundedNumberOfJobs) {
  const Results results = testing::RunText(R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      platform { nodes { name: "host0" host { cpus: 4 } } }
      workload { tenant_classes { name: "web" endpoint: "dsa0" queues: "swq0" arrivals: FIXED_RATE
        jobs_per_second: 1e12 jobs { op: NOOP } address_space { stages: FIRST } } }
      run { seed: 1 duration_us: 12 })");
  const double submitted = testing::StructureOf(results, "traffic", "submitted");
  const double left_out = testing::StructureOf(results, "traffic", "not_submitted");
  EXPECT_LE(testing::StructureOf(results, "traffic", "in_flight.max"), 65'536);
  EXPECT_NEAR(submitted + left_out, 12e6, 2);
  EXPECT_GT(submitted, 65'536) << "as jobs end others come";
  EXPECT_THAT(results.warnings, Contains(HasSubstr("arrivals of class web were left out")));
}

}  // namespace
}  // namespace siov
