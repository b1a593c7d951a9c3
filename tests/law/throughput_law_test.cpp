// SPDX-License-Identifier: Apache-2.0
// Saturated throughput lies between 95 and 100 % of the max-flow bound when only the bottleneck limits.
#include <gtest/gtest.h>

#include "platforms/graph/throughput_bound.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

// A tenant that keeps the device busy with 256 jobs; its pages stay in the ATC, and nothing is bounded.
ResolvedExperiment Saturated(JobOp op, std::uint32_t size_bytes) {
  ResolvedExperiment experiment = testing::SmallExperiment(1, op, size_bytes);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  endpoint.engine.read_buffers = 0;
  endpoint.engine.jobs_per_engine = 128;
  endpoint.port.tags = 15360;
  endpoint.atc->geometry = testing::Cache(4096);
  endpoint.arbiter.total_entries = 4096;
  endpoint.arbiter.queues[0].mode = QueueMode::kDedicated;
  endpoint.arbiter.queues[0].size = 4096;
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.working_set_bytes = 32768;
  tenants.alignment_bytes = 4096;
  tenants.queue_depth = 256;
  experiment.run.warmup_ps = 200 * kPsPerUs;
  experiment.run.duration_ps = 4 * kPsPerMs;
  testing::HandOut(&experiment);
  return experiment;
}

// Jobs that were in flight when the measurement began had part of their work done before it, so a window of time can
// see that many more jobs end than the bound lets begin.
void ExpectBottleneck(const ResolvedExperiment& experiment, const std::string& bottleneck) {
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, bottleneck);
  const Results results = RunExperiment(experiment, RunOptions{});
  const double completed = results.Metric("job.completed");
  const double possible = bound.jobs_per_second * completed / results.Metric("job.throughput_per_s");
  const TenantClassConfig& tenants = experiment.traffic.classes[0];
  const double in_flight = tenants.tenants * tenants.queue_depth;
  EXPECT_GT(possible, 10 * in_flight) << "too short to tell";
  EXPECT_GE(completed, 0.95 * possible);
  EXPECT_LE(completed, possible + in_flight);
}

TEST(ThroughputLaw, DownstreamWire) { ExpectBottleneck(Saturated(JobOp::kRead, 4096), "link0 downstream wire"); }

TEST(ThroughputLaw, UpstreamWire) { ExpectBottleneck(Saturated(JobOp::kWrite, 4096), "link0 upstream wire"); }

TEST(ThroughputLaw, DeviceDataPath) {
  ResolvedExperiment experiment = Saturated(JobOp::kMove, 4096);
  experiment.platform.endpoints[0].engine.device_bytes_per_second = 10e9;
  ExpectBottleneck(experiment, "dsa0.engine device data path");
}

TEST(ThroughputLaw, AtcLookups) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 256);
  experiment.platform.endpoints[0].atc->lookup_interval_ps = 50 * kPsPerNs;
  ExpectBottleneck(experiment, "dsa0.atc lookups");
}

TEST(ThroughputLaw, Tags) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 512);
  experiment.platform.endpoints[0].port.tags = 4;
  ExpectBottleneck(experiment, "dsa0.port tags");
}

TEST(ThroughputLaw, OutstandingReadsOfTheRootComplex) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 512);
  experiment.platform.root_ports[0].config.outstanding_reads = 2;
  ExpectBottleneck(experiment, "outstanding reads of the root ports of iommu0");
}

TEST(ThroughputLaw, MemoryBandwidth) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 4096);
  experiment.platform.memories[0].config.dram_channels = 1;
  experiment.platform.memories[0].config.dram_bytes_per_second = 10e9;
  ExpectBottleneck(experiment, "memory0 bandwidth");
}

TEST(ThroughputLaw, SubmittingCpus) {
  ResolvedExperiment experiment = Saturated(JobOp::kNoop, 0);
  experiment.platform.endpoints[0].arbiter.queues[0].mode = QueueMode::kShared;
  experiment.platform.endpoints[0].arbiter.queues[0].threshold = 4096;
  experiment.platform.host.config.cpus = 2;
  ExpectBottleneck(experiment, "host0 submitting cpus");
}

// Strict unmapping: the CPUs wait for each other at the lock of the invalidation queue.
TEST(ThroughputLaw, LockOfTheInvalidationQueue) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.host.config.driver.descriptor_latency_ps = 200 * kPsPerNs;
  experiment.platform.host.config.driver.doorbell_latency_ps = 600 * kPsPerNs;
  experiment.traffic.classes[0].mapping = BufferMapping::kStreaming;
  ExpectBottleneck(experiment, "iommu0.invalidation_queue lock");
}

TEST(ThroughputLaw, CpusThatWaitForInvalidations) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.host.config.cpus = 1;
  experiment.platform.host.config.driver.map_latency_ps = 500 * kPsPerNs;
  experiment.platform.host.config.driver.descriptor_latency_ps = 200 * kPsPerNs;
  experiment.traffic.classes[0].mapping = BufferMapping::kStreaming;
  ExpectBottleneck(experiment, "host0 submitting cpus");
}

TEST(ThroughputLaw, OfferedLoad) {
  ResolvedExperiment experiment = Saturated(JobOp::kRead, 512);
  experiment.traffic.classes[0].arrivals = ArrivalProcess::kFixedRate;
  experiment.traffic.classes[0].jobs_per_second = 6'400'000;
  ExpectBottleneck(experiment, "load of tenants");
}

}  // namespace
}  // namespace siov
