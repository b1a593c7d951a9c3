// SPDX-License-Identifier: Apache-2.0
// What a run says it measured: nothing that is not known passes for a number, failed jobs are no throughput, classes
// are counted apart, and the laws of conservation are checked for real.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "platforms/collect/collect.h"
#include "platforms/collect/conservation.h"
#include "platforms/collect/counter_laws.h"
#include "platforms/collect/sampler.h"
#include "platforms/collect/workload_words.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"
#include "tests/support/whole_run.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Target AtMost(const std::string& metric, double maximum) { return {metric, std::nullopt, maximum}; }

// A few jobs that end after microseconds.
ResolvedExperiment FewJobs() {
  ResolvedExperiment experiment = testing::SmallExperiment(2);
  experiment.traffic.job_limit = 20;
  experiment.run.duration_ps = kNever;
  return experiment;
}

// Two classes: readers of resident memory, and lost tenants none of whose pages is there and who cannot ask for one.
ResolvedExperiment ReadersAndLost() {
  ResolvedExperiment experiment = testing::SmallExperiment(3);
  experiment.platform.endpoints[0].atc->pri.enabled = false;
  TenantClassConfig lost = experiment.traffic.classes[0];
  experiment.traffic.classes[0].name = "readers";
  lost.name = "lost";
  lost.tenants = 2;
  experiment.traffic.classes.push_back(lost);
  AddressSpaceClass space = experiment.address_spaces[0];
  space.count = 2;
  space.first_pasid = experiment.address_spaces[0].first_pasid + 3;
  space.resident_fraction = 0;
  experiment.address_spaces.push_back(space);
  return experiment;
}

TEST(MeasuredLaw, WarmUpLongerThanTheJobsMeasuresNothingAndSaysSo) {
  ResolvedExperiment experiment = FewJobs();
  experiment.run.warmup_ps = kPsPerSecond;
  experiment.targets = {AtMost("job.latency.p99_ns", 1e9), {"job.throughput_per_s", 0.0, std::nullopt}};
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_TRUE(std::isnan(results.Metric("job.latency.p99_ns")));
  EXPECT_TRUE(std::isnan(results.Metric("job.throughput_per_s")));
  EXPECT_EQ(results.Metric("job.completed"), 0);
  EXPECT_EQ(results.conservation.succeeded, 20u) << "they ran, but were not measured";
  EXPECT_FALSE(results.targets_met());
  EXPECT_THAT(results.targets[0].why, HasSubstr("within its warm-up"));
  EXPECT_THAT(results.sentences, ElementsAre(HasSubstr("20 jobs, within its warm-up of 1.00 s")));
}

TEST(MeasuredLaw, ADurationTooShortForAJobMeetsNoLatencyTarget) {
  ResolvedExperiment experiment = testing::SmallExperiment();
  experiment.run.duration_ps = 10 * kPsPerNs;
  experiment.targets = {AtMost("job.latency.mean_ns", 1e9), AtMost("class.tenants.job.latency.max_ns", 1e9)};
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_FALSE(results.targets[0].met);
  EXPECT_FALSE(results.targets[1].met);
  EXPECT_EQ(results.targets[1].why, "no job of class tenants finished in the measured time");
  EXPECT_EQ(results.Metric("job.throughput_per_s"), 0) << "that is known";
}

TEST(MeasuredLaw, FailedJobsAreNoThroughputAndTheVerdictSaysThemFirst) {
  ResolvedExperiment experiment = ReadersAndLost();
  experiment.targets = {AtMost("class.lost.job.latency.p99_ns", 1e9), AtMost("class.readers.job.latency.p99_ns", 1e9)};
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(results.Metric("class.lost.job.failed"), 0);
  EXPECT_EQ(results.Metric("class.lost.job.throughput_per_s"), 0);
  EXPECT_EQ(results.Metric("job.throughput_per_s"), results.Metric("class.readers.job.throughput_per_s"));
  EXPECT_EQ(results.Metric("job.completed"), results.Metric("job.succeeded") + results.Metric("job.failed"));
  EXPECT_THAT(results.sentences[0], HasSubstr("of the jobs failed"));
  EXPECT_THAT(results.sentences[1], HasSubstr("Every job of class lost failed"));
  EXPECT_FALSE(results.targets[0].met) << "a latency of jobs that all failed";
  EXPECT_EQ(results.targets[0].why, "every job of class lost failed");
  EXPECT_TRUE(results.targets[1].met);
}

// The classes together are all; each has percentiles, bands and fairness of its own.
TEST(MeasuredLaw, ClassesAreADimensionOfEveryJobMetric) {
  ResolvedExperiment experiment = testing::SmallExperiment(3);
  experiment.platform.endpoints[0].engine.jobs_per_engine = 8;
  TenantClassConfig big = experiment.traffic.classes[0];
  big.name = "big";
  big.tenants = 2;
  big.jobs = {JobKind{JobOp::kRead, 1u << 19, 1.0}};
  experiment.traffic.classes.push_back(big);
  experiment.address_spaces[0].count = 5;
  const Results results = RunExperiment(experiment, RunOptions{});
  for (const char* sum : {"job.completed", "job.throughput_per_s", "job.goodput_bytes_per_s"}) {
    EXPECT_NEAR(results.Metric(sum),
                results.Metric(std::string("class.tenants.") + sum) + results.Metric(std::string("class.big.") + sum),
                1e-6 * results.Metric(sum))
        << sum;
  }
  EXPECT_GT(results.Metric("class.big.job.latency.p50_ns"), 2 * results.Metric("class.tenants.job.latency.p50_ns"));
  EXPECT_GT(results.Metric("class.tenants.tenants.jain"), 0.99) << "tenants of one class are served alike";
  EXPECT_LT(results.Metric("tenants.jain"), 0.95) << "classes are not";
  ASSERT_THAT(results.classes, SizeIs(2));
  EXPECT_EQ(results.classes[1].tenants, 2u);
  double stages = 0;
  for (const double mean : results.classes[1].bands[0].mean_ns) stages += mean;
  EXPECT_NEAR(stages, results.Metric("class.big.job.latency.mean_ns"), 0.01);
}

TEST(MeasuredLaw, SubmittedIsCompletedAndFailedAndInFlight) {
  ResolvedExperiment experiment = ReadersAndLost();
  experiment.run.warmup_ps = 100 * kPsPerUs;
  const Results results = RunExperiment(experiment, RunOptions{});
  const Conservation& law = results.conservation;
  EXPECT_THAT(law.violations, IsEmpty());
  EXPECT_GT(law.failed, 0u);
  EXPECT_GT(law.in_flight, 0u) << "closed-loop tenants have jobs in flight when time is up";
  EXPECT_EQ(law.submitted, law.succeeded + law.failed + law.in_flight);
  EXPECT_FALSE(law.drained);
}

TEST(MeasuredLaw, ADrainedPlatformHoldsNothing) {
  const Results results = RunExperiment(FewJobs(), RunOptions{});
  EXPECT_TRUE(results.conservation.drained);
  EXPECT_THAT(results.conservation.violations, IsEmpty());
}

// The count of violations is measured: a job and a packet that got lost are both found.
TEST(MeasuredLaw, ConservationViolationsAreNotALiteralZero) {
  ResolvedExperiment experiment = FewJobs();
  System system(experiment, {});
  testing::RunToRest(system);
  const Picoseconds end = system.simulation().agenda.now();
  system.simulation().jobs.Take();
  system.simulation().packets.Take<Submission>(end);
  Results results;
  CheckConservation(system, &results);
  ASSERT_THAT(results.conservation.violations, SizeIs(1));
  EXPECT_EQ(results.conservation.violations[0],
            "20 jobs were submitted, but 20 succeeded, 0 failed and 1 are in flight");
  CheckDrained(system, end, &results);
  ASSERT_THAT(results.conservation.violations, SizeIs(2));
  EXPECT_THAT(results.conservation.violations[1], HasSubstr("1 packet is still under way"));
}

// What one block sends another receives, and each counts it: a count that is lost on the way is found.
TEST(MeasuredLaw, BlocksThatContradictEachOtherAreFound) {
  ResolvedExperiment experiment = FewJobs();
  System system(experiment, {});
  testing::RunToRest(system);
  EXPECT_THAT(BrokenCounterLaws(system), IsEmpty());
  for (StatGroup* group : system.statistics()) {
    for (Statistic* member : group->members()) {
      if (group->path() + "." + member->name() == "dsa0.engine.reads") dynamic_cast<Counter&>(*member).Add();
    }
  }
  EXPECT_THAT(BrokenCounterLaws(system), ElementsAre(HasSubstr("reads were served by memory, but")));
}

// What was left behind is found last. The exit code told of it and the verdict did not.
TEST(MeasuredLaw, TheVerdictSaysWhatWasLeftBehind) {
  ResolvedExperiment experiment = FewJobs();
  System system(experiment, {});
  testing::RunToRest(system);
  const Picoseconds end = system.simulation().agenda.now();
  system.simulation().packets.Take<Submission>(end);
  const Results results = CollectResults(system, Sampler(system.statistics(), 0), end, false);
  ASSERT_THAT(results.conservation.violations, SizeIs(1));
  EXPECT_THAT(results.warnings,
              ElementsAre("This run is not to be trusted: 1 packet is still under way after the last job."));
  EXPECT_EQ(results.sentences.front(), results.warnings.front());
}

// How tenants submit and wait decided about latency and CPU time, and the line about them did not say.
TEST(MeasuredLaw, TheWorkloadsLineSaysWhatIsUnusualAboutSubmissions) {
  ResolvedExperiment experiment = FewJobs();
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  const auto line = [&experiment] { return DescribeWorkload(experiment).front(); };
  const std::string usual = line();
  EXPECT_EQ(usual.find("spin") + 1 + usual.find("fence") + 1, 0u) << usual;
  tenants.waiting = Waiting::kSpin;
  EXPECT_EQ(line(), usual + "; threads spin for completion");
  tenants.waiting = Waiting::kUmwait;
  tenants.fence = false;
  EXPECT_EQ(line(), usual + ", without a fence; threads sleep until completion");
  tenants.submission_fault = SubmissionFault::kPasidNotValid;
  tenants.wants_interrupt = true;
  EXPECT_EQ(line(), usual + ", each submission a mistake, without a fence; completion by interrupt");
}

}  // namespace
}  // namespace siov
