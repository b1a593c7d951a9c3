// SPDX-License-Identifier: Apache-2.0
// Saturated throughput lies between 95 % and 100 % of the graph's max-flow bound when nothing but that bottleneck
// limits, for each resource that can be one; and the verdict names it.
#include <gtest/gtest.h>

#include <string>

#include "platforms/graph/throughput_bound.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

// Plenty of everything: many jobs in flight, four engines, wide pools.
ResolvedExperiment Saturating(JobOp op, std::uint32_t size_bytes) {
  ResolvedExperiment experiment = testing::SmallExperiment(256, op, size_bytes);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  endpoint.engine.group_of_engine = {0, 0, 0, 0};
  endpoint.engine.jobs_per_engine = 64;
  endpoint.engine.read_buffers = 0;
  endpoint.port.tags = 15'360;
  endpoint.arbiter.queues[0].size = 1'024;
  endpoint.arbiter.queues[0].threshold = 1'024;
  endpoint.arbiter.total_entries = 1'024;
  endpoint.atc->geometry = testing::Cache(4'096, 8);
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.working_set_bytes = size_bytes < kPage4K ? kPage4K : size_bytes;
  tenants.alignment_bytes = 4'096;
  tenants.queue_depth = 2;
  experiment.run.warmup_ps = kPsPerMs;
  experiment.run.duration_ps = 2 * kPsPerMs;
  return experiment;
}

void ExpectReached(const ResolvedExperiment& experiment, const std::string& bottleneck) {
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_NE(bound.bottleneck.find(bottleneck), std::string::npos) << bound.bottleneck;
  const Results results = RunExperiment(experiment, RunOptions{});
  const double reached = results.Metric("job.throughput_per_s") / bound.jobs_per_second;
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_GE(reached, 0.95) << bound.bottleneck << "; " << results.sentences[2];
  EXPECT_LE(reached, 1.0 + 1e-3) << bound.bottleneck;  // a job in flight at either end of the window
}

TEST(ThroughputBoundLaw, DownstreamWireLimitsReads) { ExpectReached(Saturating(JobOp::kRead, 4'096), "downstream"); }

TEST(ThroughputBoundLaw, UpstreamWireLimitsWrites) { ExpectReached(Saturating(JobOp::kFill, 4'096), "upstream"); }

TEST(ThroughputBoundLaw, EngineDataPathLimitsCopies) {
  ResolvedExperiment experiment = Saturating(JobOp::kMove, 4'096);
  experiment.platform.endpoints[0].engine.bytes_per_second = 5e9;
  ExpectReached(experiment, "engine");
}

TEST(ThroughputBoundLaw, DeviceDataPathLimitsCopies) {
  ResolvedExperiment experiment = Saturating(JobOp::kMove, 4'096);
  experiment.platform.endpoints[0].engine.device_bytes_per_second = 12e9;
  ExpectReached(experiment, "device");
}

TEST(ThroughputBoundLaw, MemoryChannelsLimitCopies) {
  ResolvedExperiment experiment = Saturating(JobOp::kMove, 4'096);
  experiment.platform.memory.config.dram_channels = 2;
  experiment.platform.memory.config.dram_bytes_per_second = 6e9;
  ExpectReached(experiment, "mem");
}

TEST(ThroughputBoundLaw, SubmittingCpusLimitSmallJobs) {
  ResolvedExperiment experiment = Saturating(JobOp::kNoop, 0);
  experiment.platform.host.config.cpus = 2;
  ExpectReached(experiment, "CPU");
}

}  // namespace
}  // namespace siov
