// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/job_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "models/base/invariant.h"
#include "models/base/random.h"

namespace siov {
namespace {

// A job that waits `wait` in its queue and is served for `service`.
Job MakeJob(std::uint32_t tenant, Picoseconds start, Picoseconds wait, Picoseconds service) {
  Job job;
  job.tenant = TenantId(tenant);
  job.status = JobStatus::kSuccess;
  job.bytes_completed = 100;
  job.ledger.Open(start);
  job.ledger.MarkServed(Stage::kQueueWait, start + wait, Stage::kEngine, start + wait + service);
  return job;
}

TEST(JobStatistics, CountsByTenantAndClass) {
  JobStatistics statistics(3, 2, true);
  Job job = MakeJob(1, 0, 10, 90);
  job.retries = 4;
  job.tenant_class = 1;
  statistics.Finish(job, 100);
  Job failed = MakeJob(2, 50, 0, 250);
  failed.status = JobStatus::kTranslationFailed;
  statistics.Finish(failed, 300);
  EXPECT_EQ(statistics.overall().jobs(), 2u);
  EXPECT_EQ(statistics.overall().failed(), 1u);
  EXPECT_EQ(statistics.of_class(0).jobs(), 1u);
  EXPECT_EQ(statistics.of_class(1).retries, 4u);
  EXPECT_EQ(statistics.tenants()[1].latency_sum_ps, 100u);
  EXPECT_EQ(statistics.tenants()[1].retries, 4u);
  EXPECT_EQ(statistics.tenants()[2].failed, 1u);
  EXPECT_EQ(statistics.tenants()[2].latency_max_ps, 250u);
  EXPECT_EQ(statistics.tenant_histograms().of(2).count(), 1u);
  EXPECT_EQ(statistics.tenants()[0].jobs, 0u);
}

TEST(JobStatistics, ResetForgetsWarmUp) {
  JobStatistics statistics(1, 1, true);
  statistics.Finish(MakeJob(0, 0, 10, 90), 100);
  statistics.Reset(1000);
  EXPECT_EQ(statistics.overall().jobs(), 0u);
  EXPECT_EQ(statistics.tenants()[0].jobs, 0u);
  EXPECT_EQ(statistics.tenant_histograms().of(0).count(), 0u);
  EXPECT_EQ(statistics.since(), 1000u);
  statistics.Finish(MakeJob(0, 900, 10, 190), 1100);
  EXPECT_EQ(statistics.overall().latency.max(), 200u);
  EXPECT_EQ(statistics.of_class(0).jobs(), 1u);
}

TEST(JobStatistics, JobsUnderWayWhenMeasuringBeganAreCounted) {
  JobStatistics statistics(1, 1, false);
  statistics.Finish(MakeJob(0, 0, 10, 90), 100);
  EXPECT_EQ(statistics.begun_before(), 0u) << "measuring begins at once";
  statistics.Reset(1000);
  statistics.Finish(MakeJob(0, 999, 1, 100), 1100);
  statistics.Finish(MakeJob(0, 1000, 0, 200), 1200);
  EXPECT_EQ(statistics.begun_before(), 1u);
}

// A class whose every job failed had a goodput of 65.5 MB/s.
TEST(JobStatistics, WhatFailedJobsMovedDoesNotCount) {
  JobStatistics statistics(1, 2, false);
  Job failed = MakeJob(0, 0, 10, 90);
  failed.status = JobStatus::kPageFault;
  statistics.Finish(failed, 100);
  EXPECT_EQ(statistics.overall().bytes, 0u);
  statistics.Finish(MakeJob(0, 0, 10, 90), 100);
  EXPECT_EQ(statistics.overall().bytes, 100u);
  EXPECT_EQ(statistics.of_class(0).bytes, 100u);
  EXPECT_EQ(statistics.tenants()[0].bytes, 100u);
}

TEST(JobStatistics, RefusesALedgerThatDoesNotAddUp) {
  JobStatistics statistics(1, 1, false);
  EXPECT_THROW(statistics.Finish(MakeJob(0, 0, 10, 90), 101), InvariantError);
}

TEST(JobStatistics, RefusesAPendingJob) {
  JobStatistics statistics(1, 1, false);
  Job job = MakeJob(0, 0, 10, 90);
  job.status = JobStatus::kPending;
  EXPECT_THROW(statistics.Finish(job, 100), InvariantError);
}

TEST(StageAnatomy, BandsAddUpToTheirMeanLatency) {
  // Latency i us of which a quarter is waiting: sorted order is known, so every band's mean is too.
  StageAnatomy anatomy;
  for (Picoseconds i = 1; i <= 1000; ++i) {
    const Job job = MakeJob(0, 0, i * kPsPerUs / 4, i * kPsPerUs * 3 / 4);
    anatomy.Record(job.ledger.elapsed(), job.ledger);
  }
  const StageBand all = anatomy.Band(0, 1);
  EXPECT_DOUBLE_EQ(all.jobs, 1000);
  EXPECT_NEAR(all.mean_latency_ps, 500.5e6, 1);
  EXPECT_NEAR(all.mean_stage_ps[static_cast<std::size_t>(Stage::kQueueWait)], 500.5e6 / 4, 1);
  EXPECT_EQ(all.mean_stage_ps[static_cast<std::size_t>(Stage::kWalk)], 0);
  const StageBand tail = anatomy.Band(0.99, 1);
  EXPECT_NEAR(tail.jobs, 10, 1e-9);
  EXPECT_NEAR(tail.mean_latency_ps, 995.5e6, 995.5e6 * 0.008);
  const StageBand middle = anatomy.Band(0.495, 0.505);
  EXPECT_NEAR(middle.mean_latency_ps, 500.5e6, 500.5e6 * 0.008);
  EXPECT_NEAR(middle.mean_stage_ps[static_cast<std::size_t>(Stage::kEngine)] / middle.mean_latency_ps, 0.75, 1e-9);
}

TEST(StageAnatomy, AdjacentBandsPartitionTheWhole) {
  StageAnatomy anatomy;
  RandomStream random(3);
  for (int i = 0; i < 5000; ++i) {
    const Job job = MakeJob(0, 0, random.Below(5'000'000), random.Below(1'000'000));
    anatomy.Record(job.ledger.elapsed(), job.ledger);
  }
  double total = 0;
  for (const auto& [low, high] : {std::pair{0.0, 0.37}, std::pair{0.37, 0.9}, std::pair{0.9, 1.0}}) {
    const StageBand band = anatomy.Band(low, high);
    total += band.jobs * band.mean_latency_ps;
  }
  const StageBand all = anatomy.Band(0, 1);
  EXPECT_NEAR(total / (all.jobs * all.mean_latency_ps), 1.0, 1e-12);
}

TEST(StageAnatomy, EmptyBandIsZero) {
  StageAnatomy anatomy;
  EXPECT_EQ(anatomy.Band(0, 1).jobs, 0);
  EXPECT_EQ(anatomy.Band(0, 1).mean_latency_ps, 0);
}

TEST(BatchMeans, KeepsBetween32And64Batches) {
  BatchMeans batches;
  for (int i = 0; i < 100'000; ++i) {
    batches.Record(1.0);
    ASSERT_GE(static_cast<int>(batches.batches()), std::min(i + 1, 32));
    ASSERT_LT(batches.batches(), 64u);
  }
  EXPECT_EQ(batches.batch_size(), 2048u);
  EXPECT_DOUBLE_EQ(batches.Mean(), 1.0);
  EXPECT_EQ(batches.HalfWidth95(), 0.0);
}

// Of 400 intervals for independent values, about 95 % must cover the true mean.
TEST(BatchMeans, IntervalCoversTheMeanOfIndependentValues) {
  RandomStream random(11);
  int covered = 0;
  for (int run = 0; run < 400; ++run) {
    BatchMeans batches;
    for (int i = 0; i < 5000; ++i) batches.Record(random.Exponential(10));
    covered += std::abs(batches.Mean() - 10) <= batches.HalfWidth95();
  }
  EXPECT_NEAR(covered, 380, 4 * 4.4);
}

TEST(BatchMeans, Lag1CorrelationTellsTrendsFromNoise) {
  BatchMeans trend;
  for (int i = 0; i < 6400; ++i) trend.Record(i);
  EXPECT_GT(trend.Lag1Correlation(), 0.8);
  RandomStream random(1);
  BatchMeans noise;
  for (int i = 0; i < 64'000; ++i) noise.Record(random.Uniform());
  EXPECT_LT(std::abs(noise.Lag1Correlation()), 0.45);
}

// Everything is kept of the whole and of each class alike.
TEST(JobStatistics, AClassHasItsOwnAnatomyLatencyAndCounts) {
  JobStatistics statistics(2, 2, true);
  Job one = MakeJob(0, 0, 10, 90);
  Job other = MakeJob(1, 0, 100, 300);
  other.tenant_class = 1;
  other.retries = 3;
  other.faults = 2;
  statistics.Finish(one, 100);
  statistics.Finish(other, 400);
  const auto waited = [](const JobGroup& group) {
    return group.anatomy.Band(0, 1).mean_stage_ps[static_cast<std::size_t>(Stage::kQueueWait)];
  };
  EXPECT_EQ(waited(statistics.of_class(0)), 10);
  EXPECT_EQ(waited(statistics.of_class(1)), 100);
  EXPECT_EQ(waited(statistics.overall()), 55);
  EXPECT_EQ(statistics.of_class(1).latency.max(), 400u);
  EXPECT_EQ(statistics.of_class(0).latency.max(), 100u);
  EXPECT_EQ(statistics.of_class(1).faults, 2u);
  EXPECT_EQ(statistics.of_class(0).faults, 0u);
  EXPECT_EQ(statistics.overall().retries, 3u);
  EXPECT_EQ(statistics.overall().bytes, 200u);
  EXPECT_EQ(statistics.of_class(1).bytes, 100u);
  EXPECT_EQ(statistics.tenants()[1].faults, 2u);
  EXPECT_EQ(statistics.tenants()[1].bytes, 100u);
}

}  // namespace
}  // namespace siov
