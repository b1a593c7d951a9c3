// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/verdict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/results/sample_results.h"

namespace siov {
namespace {

using testing::SampleResults;
using testing::StageMean;

Target MakeTarget(const std::string& metric, std::optional<double> minimum, std::optional<double> maximum) {
  return {metric, minimum, maximum};
}

TEST(Verdict, NamesWhatDominatesTheMeanAndTheTail) {
  Results results = SampleResults();
  JudgeResults({}, &results);
  EXPECT_EQ(results.dominant_stage_mean, "engine");
  EXPECT_EQ(results.dominant_stage_tail, "walk_wait");
  ASSERT_EQ(results.sentences.size(), 3u);
  EXPECT_EQ(results.sentences[0], "engine (service) takes 75.0 % of the mean latency, 400 ns.");
  EXPECT_EQ(results.sentences[1],
            "walk_wait (waiting) takes 71.4 % of the latency of the slowest 0.1 % of jobs, 1.40 µs.");
}

TEST(Verdict, BelowSaturationTheBusiestResourceIsNotCalledABottleneck) {
  Results results = SampleResults();
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[2],
            "Nothing is saturated: the busiest is dsa0.engine.busy (50.0 % busy); throughput is 50.0 % of the bound of "
            "1.00G jobs/s set by dsa0.engine.");
}

TEST(Verdict, ASaturatedResourceIsTheBottleneck) {
  Results results = SampleResults();
  results.resources[1].utilisation = 0.9;
  results.bound_jobs_per_s = 0;  // no bound known
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[2], "The bottleneck is rp0-dsa0.up_busy (90.0 % busy).");
}

TEST(Verdict, OfAllThatIsSaturatedTheOneFarthestAlongIsTheCause) {
  Results results = SampleResults();
  results.bound_jobs_per_s = 0;
  results.resources = {{"dsa0.swq_arbiter", "wq0.occupancy", true, 1, 1.0},
                       {"iommu0.page_walker", "slots", true, 9, 0.97},
                       {"iommu0.page_walker", "walkers", false, 9, 0.95},
                       {"mem0", "channels", false, 100, 0.2}};
  JudgeResults({}, &results);
  EXPECT_EQ(results.measured_bottleneck, "iommu0.page_walker.walkers");
  EXPECT_EQ(results.sentences[2],
            "The bottleneck is iommu0.page_walker.walkers (95.0 % busy); before it, filled up by it: "
            "iommu0.page_walker.slots (97.0 % full), dsa0.swq_arbiter.wq0.occupancy (100.0 % full).");
}

TEST(Verdict, TargetsAreMetUpToTheirLimitsInclusive) {
  Results results = SampleResults();
  JudgeResults({MakeTarget("job.latency.p99_ns", std::nullopt, 900.0), MakeTarget("job.completed", 1'000.0, 1'000.0)},
               &results);
  ASSERT_EQ(results.targets.size(), 2u);
  EXPECT_TRUE(results.targets[0].met);
  EXPECT_DOUBLE_EQ(results.targets[0].value, 900.0);
  EXPECT_TRUE(results.targets[1].met);
  EXPECT_TRUE(results.targets_met());
}

TEST(Verdict, OneMissedTargetMissesTheVerdict) {
  Results results = SampleResults();
  JudgeResults({MakeTarget("job.latency.p99_ns", std::nullopt, 899.999), MakeTarget("job.completed", 1.0, std::nullopt),
                MakeTarget("job.completed", 1'000.5, std::nullopt)},
               &results);
  EXPECT_FALSE(results.targets[0].met);
  EXPECT_TRUE(results.targets[1].met);
  EXPECT_FALSE(results.targets[2].met);
  EXPECT_FALSE(results.targets_met());
}

TEST(Verdict, AMetricThatWasNotMeasuredMeetsNoTarget) {
  Results results = SampleResults();
  results.metrics.emplace_back("job.latency.p999_ns", std::nan(""));
  JudgeResults({MakeTarget("job.latency.p999_ns", std::nullopt, 1e9), MakeTarget("nothing.of.that.name", 0.0, 1.0)},
               &results);
  EXPECT_FALSE(results.targets[0].met);
  EXPECT_FALSE(results.targets[1].met);
}

TEST(Verdict, WithoutAFinishedJobItSaysSoAndNothingElse) {
  Results results;
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences, std::vector<std::string>{"No job finished in the measured time."});
  EXPECT_TRUE(results.dominant_stage_mean.empty());
}

TEST(Verdict, JobsThatTookNoTimeAreNotDividedByIt) {
  Results results = SampleResults();
  for (Band& band : results.bands) band.mean_ns.fill(0);
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0], "Nothing took any time in the mean latency, 0 ns.");
  EXPECT_TRUE(results.dominant_stage_mean.empty());
}

TEST(Verdict, WithoutResourcesNothingIsCalledABottleneck) {
  Results results = SampleResults();
  results.resources.clear();
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[2], "No resource was used.");
}

// Events that a run never came to were accepted without a word.
TEST(Verdict, EventsThatTheRunDidNotComeToAreNamed) {
  Results results = SampleResults();
  results.sim_time_ps = 30 * kPsPerUs;
  results.missed_events = {{"dsa0 FUNCTION_RESET", 300 * kPsPerUs}};
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings,
            std::vector<std::string>{"The run ended at 30.0 µs, before dsa0 FUNCTION_RESET at 300 µs: "
                                     "what this was to change is not in the results."});
}

TEST(Verdict, OfManyEventsThatTheRunDidNotComeToTheFirstAreNamed) {
  Results results = SampleResults();
  results.partial = true;
  for (Picoseconds us = 200; us < 205; ++us) results.missed_events.push_back({"dsa0 PASID_STOP", us * kPsPerUs});
  JudgeResults({}, &results);
  ASSERT_EQ(results.warnings.size(), 1u);
  EXPECT_NE(results.warnings[0].find("The run was interrupted at "), std::string::npos);
  EXPECT_NE(results.warnings[0].find("202 µs and 2 more: "), std::string::npos) << results.warnings[0];
}

TEST(Verdict, StopsThatFoundNothingToStopAndExitsThatDidNotEndAreSaid) {
  Results results = SampleResults();
  results.stopped_with_nothing_left = 2;
  results.exits_unfinished = 1'500;
  JudgeResults({}, &results);
  ASSERT_EQ(results.warnings.size(), 2u);
  EXPECT_EQ(
      results.warnings[0],
      "Of the tenants whose process exited or whose PASID was stopped, 2 had nothing left to submit, so that this "
      "changed nothing of theirs.");
  EXPECT_EQ(results.warnings[1], "Not torn down yet when the run ended: 1,500 of the processes that exited.");
}

// 112 % of the bound was printed as if it were fine.
TEST(Verdict, ThroughputAboveTheBoundIsSaidFirst) {
  Results results = SampleResults();
  results.bound_jobs_per_s = results.Metric("job.throughput_per_s") / 1.12;
  JudgeResults({}, &results);
  EXPECT_EQ(
      results.sentences[0],
      "This run is not to be trusted: its throughput is 112.0 % of a bound that none can exceed, 446M jobs/s set by "
      "dsa0.engine.");
  EXPECT_EQ(results.warnings, std::vector<std::string>{results.sentences[0]});
}

// 396 % of the bound, without a warning: most of the jobs that ended had been moved before measuring began.
TEST(Verdict, AWindowTooShortToJudgeThroughputIsSaidFirst) {
  Results results = SampleResults();
  results.bound_jobs_per_s = results.Metric("job.throughput_per_s") / 3.96;
  results.begun_before = 900;
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0],
            "900 of the 1,000 jobs measured were under way when measuring began: the window is too short to judge "
            "throughput (396.0 % of the bound).");
  EXPECT_EQ(results.warnings, std::vector<std::string>{results.sentences[0]});
  EXPECT_NE(results.sentences[3].find("; the bound is 126M jobs/s set by dsa0.engine."), std::string::npos)
      << results.sentences[3];
}

TEST(Verdict, JobsUnderWayBeforeExplainNoMoreThanTheirNumber) {
  Results results = SampleResults();
  results.bound_jobs_per_s = results.Metric("job.throughput_per_s") / 1.009;
  results.begun_before = 20;
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0].substr(0, 24), "20 of the 1,000 jobs mea");
  Results more = SampleResults();
  more.bound_jobs_per_s = more.Metric("job.throughput_per_s") / 1.12;
  more.begun_before = 20;
  JudgeResults({}, &more);
  EXPECT_EQ(more.sentences[0].substr(0, 32), "This run is not to be trusted: i");
}

// Healthy runs of random arrivals were not to be trusted: what is offered is a mean.
TEST(Verdict, ChanceMayExceedTheMeanOfWhatIsOffered) {
  Results results = SampleResults();
  results.bound_is_mean = true;
  results.bound_bottleneck = "load of web";
  results.bound_jobs_per_s = results.Metric("job.throughput_per_s") / 1.12;  // 893 jobs expected, 4 x 29.9 more at most
  JudgeResults({}, &results);
  EXPECT_TRUE(results.warnings.empty());
  EXPECT_NE(results.sentences[2].find("throughput is 112.0 % of the mean of what is drawn, 446M jobs/s set by load of"),
            std::string::npos)
      << results.sentences[2];
  Results beyond = SampleResults();
  beyond.bound_is_mean = true;
  beyond.bound_jobs_per_s = beyond.Metric("job.throughput_per_s") / 1.2;
  JudgeResults({}, &beyond);
  ASSERT_EQ(beyond.warnings.size(), 1u);
  EXPECT_NE(beyond.warnings[0].find("not to be trusted: its throughput is 120.0 %"), std::string::npos);
}

// Where few jobs were expected, chance would explain anything.
TEST(Verdict, ChanceDoesNotHideAWindowFullOfEarlierJobs) {
  Results results = SampleResults();
  results.bound_is_mean = true;
  results.metrics = {{"job.completed", 5.0}, {"job.throughput_per_s", 2.5e6}};
  results.bound_jobs_per_s = 2.5e6 / 3.96;
  results.begun_before = 4;
  JudgeResults({}, &results);
  ASSERT_EQ(results.warnings.size(), 1u);
  EXPECT_EQ(results.warnings[0].substr(0, 22), "4 of the 5 jobs measur");
}

TEST(Verdict, TwoJobsWhereOneWasDueAreTooFewToJudge) {
  Results results = SampleResults();
  results.metrics = {{"job.completed", 2.0}, {"job.throughput_per_s", 1e6}};
  results.bound_jobs_per_s = 5e5;
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings,
            std::vector<std::string>{"The 2 jobs measured are too few to judge throughput (200.0 % of the bound)."});
}

TEST(Verdict, ThroughputNeverReachesMoreThanTheBound) {
  Results results = SampleResults();
  results.bound_jobs_per_s = results.Metric("job.throughput_per_s") / 1.0004;
  JudgeResults({}, &results);
  EXPECT_TRUE(results.warnings.empty());
  EXPECT_NE(results.sentences[2].find("throughput is 100.0 % of the bound of 500M jobs/s"), std::string::npos)
      << results.sentences[2];
}

TEST(Verdict, AFunctionThatWasResetSaysWhatItRefused) {
  Results results = SampleResults();
  results.stops = {{"dsa0", false, 150 * kPsPerUs}, {"dsa1", true, 20 * kPsPerUs}};
  results.structures = {{"dsa0.swq_arbiter", "refused", "submissions", 1'234, ""},
                        {"dsa1.swq_arbiter", "refused", "submissions", 0, ""}};
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings,
            (std::vector<std::string>{"dsa0 was reset at 150 µs and refused 1,234 submissions in the measured time.",
                                      "dsa1 was halted at 20.0 µs and refused nothing in the measured time."}));
}

// Of processes that exited nothing was said as long as all of it went well.
TEST(Verdict, ProcessesThatExitedAreCounted) {
  Results results = SampleResults();
  results.exits = 1;
  results.first_exit = 20 * kPsPerUs;
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings,
            std::vector<std::string>{"A process exited at 20.0 µs: its tenant submits nothing more."});
  results.sentences.clear();
  results.exits = 1'200;
  JudgeResults({}, &results);
  EXPECT_NE(results.sentences[0].find("1,200 processes exited, the first at 20.0 µs: their tenants submit nothing"),
            std::string::npos)
      << results.sentences[0];
}

// A function that halted with nothing to refuse in the measured time was not told of at all.
TEST(Verdict, AHaltSaysWhichTenantsStoppedAndSinceWhen) {
  Results results = SampleResults();
  results.stops = {{"dsa0", true, 150 * kPsPerUs}};
  results.stopped = {{"dsa0", "web", 128, 151 * kPsPerUs}, {"dsa0", "batch", 1, kNever}};
  results.given_up = true;
  results.sim_time_ps = 1'151 * kPsPerUs;
  results.conservation.in_flight = 7;
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings, (std::vector<std::string>{
                                  "dsa0 was halted at 150 µs; its 128 tenants of web had no job done after 151 µs, "
                                  "its 1 tenant of batch had no job done at all.",
                                  "The run was ended at 1.15 ms with 7 jobs in flight: none can be done any more."}));
}

TEST(Verdict, PasidsThatWereStoppedAreNamed) {
  Results results = SampleResults();
  results.pasid_stops = {{"dsa0", 5, 40 * kPsPerUs}, {"dsa0", 7, 50 * kPsPerUs}};
  JudgeResults({}, &results);
  EXPECT_EQ(results.warnings, std::vector<std::string>{"PASID 5 of dsa0 was stopped at 40.0 µs, PASID 7 of dsa0 at "
                                                       "50.0 µs: their tenants submit nothing more."});
  results.sentences.clear();
  results.pasid_stops.assign(10, {"dsa0", 5, 40 * kPsPerUs});
  JudgeResults({}, &results);
  EXPECT_NE(results.sentences[0].find(" and 2 more later: their tenants"), std::string::npos) << results.sentences[0];
}

TEST(Verdict, ArrivalsThatWereLeftOutAreCounted) {
  Results results = SampleResults();
  results.not_submitted = {{"web", 1'234'567}};
  JudgeResults({}, &results);
  ASSERT_EQ(results.warnings.size(), 1u);
  EXPECT_EQ(results.warnings[0].find("1,234,567 arrivals of class web were left out"), 0u) << results.warnings[0];
}

// "Nothing is saturated" was all that was said of a full ATC whose misses are most of the latency.
TEST(Verdict, BelowSaturationACacheWhoseMissesAreMostOfTheLatencyIsNamed) {
  Results results = SampleResults();
  for (Band& band : results.bands) StageMean(band, Stage::kWalkMemory) = 900;
  results.resources = {{"iommu0.page_walker", "walkers", true, 10, 0.89, 0.89, ResourceRole::kWalkers}};
  results.caches = {{"dsa0.atc", true, 64, 1'000, {100, 600, 700, 700, 700, 700}}};
  JudgeResults({}, &results);
  EXPECT_EQ(results.measured_bottleneck, "dsa0.atc.entries");
  EXPECT_EQ(results.sentences[2].find("Nothing is saturated, but translations take 69.2 % of the latency, and of "
                                      "dsa0.atc.entries 256 entries instead of 64 would spare 60.0 % of its fills"),
            0u)
      << results.sentences[2];
  results.caches[0].spared.fill(100);  // more entries would not help
  results.sentences.clear();
  JudgeResults({}, &results);
  EXPECT_EQ(results.measured_bottleneck, "none");
}

TEST(Verdict, BelowSaturationItSaysWhatIsMostlyWaitedIn) {
  Results results = SampleResults();
  for (Band& band : results.bands) StageMean(band, Stage::kInterruptWait) = 600;
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[2].find("Nothing is saturated: the busiest is dsa0.engine.busy (50.0 % busy); jobs wait "
                                      "most in interrupt_wait, 60.0 % of their latency"),
            0u)
      << results.sentences[2];
}

// Nine of sixteen data credits are taken, and a packet needs eight.
TEST(Verdict, CreditsThatAreTooFewAreBlamedThoughSomeAreLeft) {
  Results results = SampleResults();
  for (Band& band : results.bands) StageMean(band, Stage::kLinkCreditWait) = 2'000;
  ResourceLoad credits{"rp0-dsa0", "upstream_posted_data", true, 6, 0.5625, 9, ResourceRole::kUpstreamCredits, 0.97};
  results.resources.push_back(credits);
  JudgeResults({}, &results);
  EXPECT_EQ(results.measured_bottleneck, "rp0-dsa0.upstream_posted_data");
  EXPECT_EQ(results.sentences[2].find("The bottleneck is rp0-dsa0.upstream_posted_data (56.2 % full, too few 97.0 % of "
                                      "the time)"),
            0u)
      << results.sentences[2];
}

TEST(Verdict, AUtilisationAboveOneIsSaidFirst) {
  Results results = SampleResults();
  results.resources[0].utilisation = 1.29;
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0], "This run is not to be trusted: dsa0.engine.busy is 129.0 % busy.");
}

TEST(Verdict, AViolationIsSaidFirst) {
  Results results = SampleResults();
  results.conservation.violations = {"7 packets are still under way after the last job"};
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0], "This run is not to be trusted: 7 packets are still under way after the last job.");
}

Outcomes OutcomesOf(std::uint64_t succeeded, std::uint64_t page_faults, std::uint64_t rejected) {
  Outcomes outcomes{};
  outcomes[static_cast<std::size_t>(JobStatus::kSuccess)] = succeeded;
  outcomes[static_cast<std::size_t>(JobStatus::kPageFault)] = page_faults;
  outcomes[static_cast<std::size_t>(JobStatus::kRejected)] = rejected;
  return outcomes;
}

TEST(Verdict, FailedJobsAboveOnePerCentAreSaidFirst) {
  Results results = SampleResults();
  results.outcomes = OutcomesOf(988, 10, 2);
  JudgeResults({}, &results);
  EXPECT_EQ(results.sentences[0],
            "1.2 % of the jobs failed, 12 of 1,000: 10 page faults, 2 submissions given up. Latencies include them, "
            "throughput does not.");
  Results few = SampleResults();
  few.outcomes = OutcomesOf(990, 10, 0);
  JudgeResults({}, &few);
  EXPECT_TRUE(few.warnings.empty());
}

TEST(Verdict, AClassWithoutAJobIsNamed) {
  Results results = SampleResults();
  results.outcomes = OutcomesOf(1'000, 0, 0);
  ClassResult web;
  web.name = "web";
  web.outcomes = results.outcomes;
  ClassResult batch;
  batch.name = "batch";
  results.classes = {web, batch};
  JudgeResults({MakeTarget("class.batch.job.latency.p99_ns", std::nullopt, 1e9)}, &results);
  EXPECT_EQ(results.sentences[0], "Class batch finished no job in the measured time.");
  EXPECT_EQ(results.targets[0].why, "no job of class batch finished in the measured time");
  EXPECT_FALSE(results.targets[0].met);
}

TEST(Verdict, EveryStageCanDominate) {
  for (std::size_t i = 0; i < kStageCount; ++i) {
    Results results = SampleResults();
    StageMean(results.bands.front(), static_cast<Stage>(i)) = 1e6;
    JudgeResults({}, &results);
    EXPECT_EQ(results.dominant_stage_mean, Describe(static_cast<Stage>(i)).name);
  }
}

}  // namespace
}  // namespace siov
