// SPDX-License-Identifier: Apache-2.0
// Poisson arrivals at one server with exponential service must behave as M/M/1 and, with K places, as M/M/1/K.
//
// The server is an engine whose compute time is exponential and whose other times are zero; the queue is a shared work
// queue. The submission path adds a constant, which leaves Poisson arrivals Poisson.
#include <gtest/gtest.h>

#include <cmath>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

constexpr double kServiceNs = 1'000;

ResolvedExperiment SingleServer(double load, std::uint32_t queue_size, std::uint64_t seed) {
  ResolvedExperiment experiment = testing::SmallExperiment(64, JobOp::kNoop, 0);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  endpoint.engine.compute_time = Distribution::Exponential(kServiceNs * kPsPerNs);
  endpoint.engine.setup_latency_ps = 0;
  endpoint.engine.completion_latency_ps = 0;
  endpoint.arbiter.dispatch_latency_ps = 0;
  endpoint.arbiter.queues[0].size = queue_size;
  endpoint.arbiter.queues[0].threshold = queue_size;
  endpoint.arbiter.total_entries = queue_size;
  experiment.platform.host.config.retry_limit = 1;  // a blocked customer is lost
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.arrivals = ArrivalProcess::kPoisson;
  tenants.jobs_per_second = load / kServiceNs * 1e9 / tenants.tenants;
  experiment.run.seed = seed;
  experiment.run.warmup_ps = 2 * kPsPerMs;
  experiment.run.duration_ps = 400 * kPsPerMs;
  return experiment;
}

double MeanQueueWaitNs(const Results& results) {
  return results.bands[0].mean_ns[static_cast<std::size_t>(Stage::kQueueWait)];
}

// The interval of the mean latency, widened to four half widths: a test that fails once in 15,000 seeds.
double Tolerance(const Results& results) { return 2.0 * results.mean_half_width_ns; }

void ExpectMM1(double load) {
  const Results results = RunExperiment(SingleServer(load, 65'535, 11), RunOptions{});
  const double expected = load / (1.0 - load) * kServiceNs;
  EXPECT_GT(results.Metric("job.completed"), 100'000);
  EXPECT_EQ(results.Metric("job.retries"), 0);
  EXPECT_NEAR(MeanQueueWaitNs(results), expected, Tolerance(results));
  EXPECT_LT(results.mean_half_width_ns, 0.1 * expected) << "the run is too short to tell";
}

TEST(SingleServerLaw, MM1WaitingTimeAtHalfLoad) { ExpectMM1(0.5); }
TEST(SingleServerLaw, MM1WaitingTimeAtEightyPercentLoad) { ExpectMM1(0.8); }

// K places: one in service and K - 1 in the queue.
double BlockingProbability(double load, unsigned places) {
  return load == 1.0 ? 1.0 / (places + 1) : (1.0 - load) * std::pow(load, places) / (1.0 - std::pow(load, places + 1));
}

void ExpectMM1K(double load, unsigned places) {
  const Results results = RunExperiment(SingleServer(load, places - 1, 12), RunOptions{});
  const double jobs = results.Metric("job.completed");
  const double blocked = results.Metric("job.failed") / jobs;
  const double expected = BlockingProbability(load, places);
  // Blocked arrivals come in bursts while the queue is full: allow for their correlation over about `places` services.
  const double sigma = std::sqrt(expected * (1.0 - expected) / jobs * 2.0 * places);
  EXPECT_GT(jobs, 100'000);
  EXPECT_NEAR(blocked, expected, 3.0 * sigma);
  EXPECT_LT(3.0 * sigma, 0.2 * expected) << "the run is too short to tell";
}

TEST(SingleServerLaw, MM1KBlockingAtEightyPercentLoadWithFourPlaces) { ExpectMM1K(0.8, 4); }
TEST(SingleServerLaw, MM1KBlockingAtFullLoadWithEightPlaces) { ExpectMM1K(1.0, 8); }
TEST(SingleServerLaw, MM1KBlockingAtOverloadWithThreePlaces) { ExpectMM1K(1.5, 3); }

}  // namespace
}  // namespace siov
