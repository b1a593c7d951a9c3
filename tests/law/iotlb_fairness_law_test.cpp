// SPDX-License-Identifier: Apache-2.0
// Two devices behind one IOTLB, one of which floods it. Where functions take turns, the flood cannot lower the other's
// share of the lookup port below one half, nor make one of its requests wait for more than the lookup in progress and
// one of the flood's. In order of arrival it can do both.
#include <gtest/gtest.h>

#include <algorithm>

#include "platforms/graph/zero_load.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

constexpr Picoseconds kInterval = 100 * kPsPerNs;
constexpr std::uint32_t kFlooding = 64;
constexpr double kLookupsOfAJob = 2;  // its read and its record

// Devices without ATS whose pages the IOTLB holds: the port is all they share. `quiet` tenants use the second one.
ResolvedExperiment FloodAndQuiet(IotlbOrder order, std::uint32_t quiet) {
  ResolvedExperiment experiment = testing::SmallExperiment(kFlooding, JobOp::kRead, 64);
  ResolvedPlatform& platform = experiment.platform;
  platform.iommus[0].iotlb.lookup_interval_ps = kInterval;
  platform.iommus[0].iotlb.order = order;
  ResolvedEndpoint& first = platform.endpoints[0];
  first.atc.reset();
  first.port.ats = false;
  first.port.requester = 0x0100;
  first.engine.read_buffers = 0;
  first.engine.jobs_per_engine = 2 * kFlooding;
  ResolvedEndpoint second = first;
  second.name = "dsa1";
  second.port.requester = 0x0200;
  platform.endpoints.push_back(second);
  testing::AddPort(&platform);
  TenantClassConfig& flood = experiment.traffic.classes[0];
  flood.name = "flood";
  flood.working_set_bytes = 4096;
  TenantClassConfig other = flood;
  other.name = "quiet";
  other.tenants = quiet;
  other.endpoint = 1;
  experiment.traffic.classes.push_back(other);
  experiment.address_spaces.push_back(experiment.address_spaces[0]);
  experiment.address_spaces[1].first_pasid = kFlooding + 1;
  experiment.address_spaces[1].count = quiet;
  experiment.run.warmup_ps = 100 * kPsPerUs;
  experiment.run.duration_ps = 4 * kPsPerMs;
  testing::OwnQueues(&experiment);
  return experiment;
}

// Lookups the port can start in the measured time.
double Capacity(const Results& results) {
  return static_cast<double>(results.measured_ps) / static_cast<double>(kInterval);
}

// Fraction of the port that the class's completed jobs used.
double Share(const Results& results, std::uint32_t tenant_class) {
  double jobs = 0;
  for (const TenantRow& tenant : results.tenants) {
    if (tenant.tenant_class == tenant_class) jobs += tenant.jobs;
  }
  return jobs * kLookupsOfAJob / Capacity(results);
}

double SlowestOf(const Results& results, std::uint32_t tenant_class) {
  double slowest = 0;
  for (const TenantRow& tenant : results.tenants) {
    if (tenant.tenant_class == tenant_class) slowest = std::max(slowest, tenant.max_ns);
  }
  return slowest;
}

TEST(IotlbFairnessLaw, AFloodLeavesTheOtherItsHalf) {
  const Results results = RunExperiment(FloodAndQuiet(IotlbOrder::kRoundRobinFunctions, 24), RunOptions{});
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_NEAR(Share(results, 0), 0.5, 0.01);
  EXPECT_NEAR(Share(results, 1), 0.5, 0.01);
}

// Shares as the requests in flight: 24 of 88.
TEST(IotlbFairnessLaw, InOrderOfArrivalTheFloodTakesWhatItAsksFor) {
  const Results results = RunExperiment(FloodAndQuiet(IotlbOrder::kArrival, 24), RunOptions{});
  EXPECT_NEAR(Share(results, 1), 24.0 / (24 + kFlooding), 0.05);
}

TEST(IotlbFairnessLaw, PortsInTurnAreFairToo) {
  const Results results = RunExperiment(FloodAndQuiet(IotlbOrder::kRoundRobinPorts, 24), RunOptions{});
  EXPECT_NEAR(Share(results, 1), 0.5, 0.01);
}

// One tenant that asks for less than its half: each lookup waits at most for the one in progress and one of the
// flood's.
TEST(IotlbFairnessLaw, WhoAsksForLittleWaitsForTwoLookupsAtMost) {
  const ResolvedExperiment experiment = FloodAndQuiet(IotlbOrder::kRoundRobinFunctions, 1);
  JobShape shape;
  shape.op = JobOp::kRead;
  shape.size_bytes = 64;
  shape.shared_queue = false;
  const auto unloaded = static_cast<double>(ZeroLoad(experiment.platform, 1).WholeJob(shape).total_ps) / kPsPerNs;
  const Results results = RunExperiment(experiment, RunOptions{});
  const double wait = kLookupsOfAJob * 2 * static_cast<double>(kInterval) / kPsPerNs;
  EXPECT_LE(SlowestOf(results, 1), unloaded + wait + 0.001);
  EXPECT_NEAR(Share(results, 0) + Share(results, 1), 1, 0.01) << "what it leaves is the flood's";
}

// Every tenant of a function is a requester of its own where PASIDs take turns: eight with 256 reads in flight each
// leave a ninth with 128 its ninth. (By requests in flight it would be a seventeenth.)
TEST(IotlbFairnessLaw, PasidsOfAFunctionShareEqually) {
  ResolvedExperiment experiment = FloodAndQuiet(IotlbOrder::kRoundRobinPasids, 1);
  experiment.traffic.classes[0].tenants = 8;
  experiment.traffic.classes[0].queue_depth = 8;
  experiment.address_spaces[0].count = 8;
  experiment.traffic.classes[1].endpoint = 0;
  experiment.traffic.classes[1].queue_depth = 4;
  experiment.traffic.classes[1].jobs = experiment.traffic.classes[0].jobs = {JobKind{JobOp::kRead, 4096, 1.0}};
  experiment.platform.endpoints[0].port.tags = 15'360;  // all of them wait at the IOTLB, none in the device
  testing::LinkOf(&experiment).max_read_request_bytes = 128;
  experiment.platform.endpoints[0].engine.max_read_request_bytes = 128;
  testing::OwnQueues(&experiment);
  const Results results = RunExperiment(experiment, RunOptions{});
  const double reads_of_a_job = 4096 / 128;
  const double quiet = Share(results, 1) / kLookupsOfAJob * (reads_of_a_job + 1);
  const double flood = Share(results, 0) / kLookupsOfAJob * (reads_of_a_job + 1);
  EXPECT_GE(flood + quiet, 0.98);
  EXPECT_GE(quiet, 0.98 / 9);
}

}  // namespace
}  // namespace siov
