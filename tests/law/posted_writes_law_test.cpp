// SPDX-License-Identifier: Apache-2.0
// Writes that begin in the device cost what a wire costs: they end when they are visible, feel the queue to the link,
// and never move more than the wire can carry; jobs that take no time at all are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/invariant.h"
#include "models/base/random.h"
#include "platforms/graph/zero_load.h"
#include "tests/support/configured_run.h"

namespace siov {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// The measuring device of pcie-bench, writing where it usually reads.
std::string Writes(std::uint32_t size_bytes, std::uint32_t queue_depth, const std::string& run) {
  return R"(platform_file: "configs/platforms/nic_gen3x8_nfp.txtpb"
      workload_file: "configs/workloads/pcie_bench_read64.txtpb"
      platform { nodes { name: "nfp0" endpoint { engine { setup_latency_ns: 20 } } } }
      workload { tenant_classes { name: "dma" queue_depth: )" +
         std::to_string(queue_depth) + " jobs { op: WRITE size_bytes: " + std::to_string(size_bytes) +
         " } } } run { seed: 1 " + run + " }";
}

double Wire(const ResolvedExperiment& experiment) {
  return WireFormat(experiment.platform.LinkAbove({NodeKind::kEndpoint, 0}).config).bytes_per_second();
}

// c32: with a job limit they ended at time 0.
TEST(PostedWritesLaw, AnUnloadedWriteOfADevicesOwnEndsWhenItIsVisible) {
  const ResolvedExperiment experiment = testing::Configured(Writes(64, 1, "job_limit: 400"));
  JobShape shape;
  shape.op = JobOp::kWrite;
  shape.from_device = true;
  shape.shared_queue = false;
  const Picoseconds zero_load = ZeroLoad(experiment.platform, 0).WholeJob(shape).total_ps;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(zero_load, 200 * kPsPerNs) << "wire, root complex and memory";
  EXPECT_DOUBLE_EQ(results.Metric("job.latency.min_ns"), ToNs(zero_load));
  EXPECT_EQ(results.Metric("job.completed"), 400);
}

// c32: with a duration the run never left time 0; goodput was 896 Gb/s on a wire of 57.9 Gb/s.
TEST(PostedWritesLaw, C32WritesOfADevicesOwnStayBelowTheWire) {
  const ResolvedExperiment experiment = testing::Configured(Writes(64, 64, "warmup_us: 5 duration_us: 20"));
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_LE(results.Metric("job.goodput_bytes_per_s"), Wire(experiment));
  EXPECT_GT(results.Metric("job.latency.min_ns"), 200);
  EXPECT_GT(testing::StructureOf(results, "rp0-nfp0", "upstream_busy"), 0.99);
  testing::ExpectNobodyBusyAboveOne(results);
}

class AnySize : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AnySize, GoodputOfADevicesOwnWritesNeverExceedsTheWire) {
  RandomStream random(GetParam());
  const auto size = static_cast<std::uint32_t>(1 + random.Below(4'096));
  const auto depth = static_cast<std::uint32_t>(1 + random.Below(128));
  const std::string limit = random.Below(2) == 0 ? "job_limit: 2000" : "warmup_us: 5 duration_us: 40";
  SCOPED_TRACE(std::to_string(size) + " bytes, depth " + std::to_string(depth) + ", " + limit);
  const ResolvedExperiment experiment = testing::Configured(Writes(size, depth, limit));
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(results.Metric("job.completed"), 0);
  EXPECT_GT(results.Metric("job.latency.min_ns"), 0);
  EXPECT_LE(results.Metric("job.goodput_bytes_per_s"), Wire(experiment));
  testing::ExpectNobodyBusyAboveOne(results);
}
INSTANTIATE_TEST_SUITE_P(Random, AnySize, ::testing::Range<std::uint64_t>(1, 9));

// A short queue to the wire: the engine's contexts wait for it, and the latency of the way to the wire bounds the rate.
TEST(PostedWritesLaw, ADeviceFeelsTheQueueToItsWire) {
  const ResolvedExperiment experiment = testing::Configured(Writes(64, 64, "warmup_us: 5 duration_us: 40"),
                                                            {"nodes[name=nfp0].endpoint.port.posted_queue=2"});
  const Results results = RunExperiment(experiment, RunOptions{});
  const DevicePortConfig& port = experiment.platform.endpoints[0].port;
  const double most = 2.0 * static_cast<double>(kPsPerSecond) / static_cast<double>(port.egress_latency_ps);
  EXPECT_LE(results.Metric("job.throughput_per_s"), most * 1.05);
  EXPECT_LT(testing::StructureOf(results, "rp0-nfp0", "upstream_busy"), 0.5);
  EXPECT_GT(testing::StructureOf(results, "nfp0.port", "posted_stalls"), 100);
  EXPECT_GT(testing::StructureOf(results, "nfp0.port", "posted_waiting.max"), 1);
}

// Jobs of a host, too: what they write waits for the same queue, and nothing is lost or overtaken.
TEST(PostedWritesLaw, JobsOfAHostPassAQueueOfOneToTheWire) {
  const Results results = testing::RunText(R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      workload { tenant_classes { name: "t" tenants: 8 endpoint: "dsa0" queues: "swq0" queue_depth: 2
                 jobs { op: MOVE size_bytes: 4096 } wants_interrupt: true } } run { job_limit: 400 })",
                                           {"nodes[name=dsa0].endpoint.port.posted_queue=1"});
  EXPECT_EQ(results.Metric("job.completed"), 400);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_GT(testing::StructureOf(results, "dsa0.port", "posted_stalls"), 0);
}

constexpr char kNoTime[] = R"(platform_file: "configs/platforms/nic_gen3x8_nfp.txtpb"
    workload_file: "configs/workloads/pcie_bench_read64.txtpb"
    workload { tenant_classes { name: "dma" queue_depth: 4 jobs { op: NOOP } } } run { duration_us: 10 })";

TEST(PostedWritesLaw, ALoopOfJobsThatTakeNoTimeIsRefused) {
  const LoadedExperiment loaded = testing::LoadText(kNoTime);
  ASSERT_THAT(loaded.faults, SizeIs(1));
  EXPECT_THAT(FormatFault(loaded.faults[0]), HasSubstr("never let time go on"));
  EXPECT_TRUE(
      testing::LoadText(kNoTime, {"workload.tenant_classes[name=dma].think_time={mean_ns: 10}"}).faults.empty());
  EXPECT_TRUE(testing::LoadText(kNoTime, {"nodes[name=nfp0].endpoint.engine.setup_latency_ns=1"}).faults.empty());
}

// A reset function refuses its own jobs at once, for ever.
constexpr char kReset[] = R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
    platform { nodes { name: "dsa0" endpoint {
        atc { lookup_latency_ns: 0 lookup_interval_ns: 0 events { at_us: 2 kind: FUNCTION_RESET } }
        engine { setup_latency_ns: 0 completion_latency_ns: 0 } swq_arbiter { dispatch_latency_ns: 0 } } } }
    workload { tenant_classes { name: "own" origin: DEVICE endpoint: "dsa0" queues: "dwq0"
               jobs { op: READ size_bytes: 64 } } } run { duration_us: 10 })";

TEST(PostedWritesLaw, ALoopThatAResetMakesTimelessIsRefused) {
  const LoadedExperiment loaded = testing::LoadText(kReset);
  ASSERT_THAT(loaded.faults, SizeIs(1));
  EXPECT_THAT(FormatFault(loaded.faults[0]), HasSubstr("after an event of the ATC jobs may fail in no time"));
  const std::string atc = "nodes[name=dsa0].endpoint.atc.";
  EXPECT_TRUE(testing::LoadText(kReset, {atc + "lookup_latency_ns=1"}).faults.empty());
  EXPECT_TRUE(testing::LoadText(kReset, {atc + "lookup_interval_ns=1"}).faults.empty());
  EXPECT_TRUE(testing::LoadText(kReset, {atc + "events=[{at_us: 2 kind: ATS_DISABLE}]"}).faults.empty());
}

// What no check saw. Once a run that no signal ended.
TEST(PostedWritesLaw, ALoopThatTakesNoTimeIsALivelock) {
  LoadedExperiment loaded = testing::LoadText(kReset, {"nodes[name=dsa0].endpoint.atc.lookup_latency_ns=1"});
  ASSERT_TRUE(loaded.faults.empty());
  loaded.experiment.platform.endpoints[0].atc->lookup_latency_ps = 0;
  try {
    RunExperiment(loaded.experiment, RunOptions{});
    ADD_FAILURE() << "it ended";
  } catch (const InvariantError& error) {
    EXPECT_THAT(error.what(), HasSubstr("livelock at"));
    EXPECT_THAT(error.what(), HasSubstr("class own"));
  }
}

}  // namespace
}  // namespace siov
