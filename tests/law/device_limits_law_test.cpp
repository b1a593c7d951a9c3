// SPDX-License-Identifier: Apache-2.0
// What a device's own engines take: with each limit, written into a configuration file, a whole platform is as fast as
// the limit says and no faster, and an unloaded job takes exactly the time more that was configured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/random.h"
#include "platforms/graph/throughput_bound.h"
#include "tests/law/unloaded.h"
#include "tests/support/configured_run.h"

namespace siov {
namespace {

using testing::ByGraph;
using testing::Configured;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::WarmJob;

// The measuring device of pcie-bench, as it is without limits of its own.
std::string Device(const std::string& jobs, std::uint32_t queue_depth, const std::string& engine,
                   const std::string& run, const std::string& more_queues = "", const std::string& more_tenants = "") {
  return R"(platform_file: "configs/platforms/nic_gen3x8_nfp.txtpb"
      workload_file: "configs/workloads/pcie_bench_read64.txtpb"
      platform {
        nodes { name: "nfp0" include: "tests/law/without_limits.txtpb" endpoint { engine { )" +
         engine + " } " + more_queues + R"( } } }
      workload { tenant_classes { name: "dma" working_set_bytes: 65536 alignment_bytes: 4096 queue_depth: )" +
         std::to_string(queue_depth) + " jobs { " + jobs + " } } " + more_tenants + " } run { seed: 1 " + run + " }";
}

struct Cost {
  const char* jobs;
  const char* engine;
  Picoseconds more_ps;  // than without
};

class UnloadedCost : public ::testing::TestWithParam<Cost> {};

// Of jobs of one request each way, which the graph follows exactly.
TEST_P(UnloadedCost, IsWhatIsConfigured) {
  const Cost& cost = GetParam();
  const ResolvedExperiment free = Configured(Device(cost.jobs, 1, "", "job_limit: 1"));
  const ResolvedExperiment limited = Configured(Device(cost.jobs, 1, cost.engine, "job_limit: 1"));
  EXPECT_EQ(ByGraph(limited), ByGraph(free) + cost.more_ps);
  EXPECT_EQ(WarmJob(limited), ByGraph(limited));
}

constexpr Cost kCosts[] = {
    {"op: READ size_bytes: 64", "read_store_gbytes_per_second: 8", 8'000},
    {"op: READ size_bytes: 65", "read_store_line_ns: 3 read_store_latency_ns: 100", 106'000},
    {"op: READ size_bytes: 64", "read_issue_interval_ns: 70 write_stage_latency_ns: 9", 0},
    {"op: WRITE size_bytes: 64", "write_stage_gbytes_per_second: 8 write_stage_latency_ns: 185", 193'000},
    {"op: WRITE size_bytes: 129", "write_stage_line_ns: 5", 15'000},
    {"op: WRITE size_bytes: 64", "write_issue_interval_ns: 70 read_store_latency_ns: 9", 0},
    {"op: FILL size_bytes: 256", "write_stage_gbytes_per_second: 1", 256'000},
    {"op: MOVE size_bytes: 256", "write_stage_gbytes_per_second: 1 read_store_gbytes_per_second: 2", 384'000},
    {"op: WRITE_READ size_bytes: 256", "write_stage_gbytes_per_second: 1 read_store_latency_ns: 50", 306'000},
    {"op: WRITE_READ size_bytes: 64", "write_buffers: 1 read_buffer_bytes: 512", 0},
};
INSTANTIATE_TEST_SUITE_P(All, UnloadedCost, ::testing::ValuesIn(kCosts));

// An access of several requests is stored as a whole, after its last byte: the wire's time comes on top.
TEST(DeviceLimitsLaw, AReadAccessIsStoredAsAWhole) {
  const Results results =
      testing::RunText(Device("op: READ size_bytes: 2048", 1, "read_store_gbytes_per_second: 8", "job_limit: 40"));
  EXPECT_DOUBLE_EQ(results.bands[0].mean_ns[static_cast<std::size_t>(Stage::kEngine)], 256);
  EXPECT_EQ(testing::StructureOf(results, "nfp0.engine", "reads"), 40 * 4);
}

TEST(DeviceLimitsLaw, AWriteAccessIsStagedAsAWhole) {
  const Results results =
      testing::RunText(Device("op: WRITE size_bytes: 2048", 1, "write_stage_gbytes_per_second: 8", "job_limit: 40"));
  EXPECT_DOUBLE_EQ(results.bands[0].mean_ns[static_cast<std::size_t>(Stage::kEngine)], 256);
  EXPECT_EQ(testing::StructureOf(results, "nfp0.engine", "writes"), 40 * 8);
}

struct Limit {
  const char* jobs;
  const char* engine;
  const char* bottleneck;
  double jobs_per_second;  // 0: by the bound alone
};

class SaturatedLimit : public ::testing::TestWithParam<Limit> {};

TEST_P(SaturatedLimit, IsTheThroughput) {
  const Limit& limit = GetParam();
  const ResolvedExperiment experiment =
      Configured(Device(limit.jobs, 128, limit.engine, "warmup_us: 20 duration_us: 400"));
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, std::string("nfp0.engine ") + limit.bottleneck);
  if (limit.jobs_per_second != 0) {
    EXPECT_NEAR(bound.jobs_per_second, limit.jobs_per_second, 1);
  }
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GE(results.Metric("job.throughput_per_s"), 0.95 * bound.jobs_per_second);
  EXPECT_LE(results.Metric("job.throughput_per_s"), 1.01 * bound.jobs_per_second);
  testing::ExpectNobodyBusyAboveOne(results);
}

constexpr Limit kLimits[] = {
    {"op: READ size_bytes: 64", "read_issue_interval_ns: 50", "read issue", 20e6},
    {"op: READ size_bytes: 1024", "read_issue_interval_ns: 150", "read issue", 1e9 / 300},
    {"op: WRITE size_bytes: 512", "write_issue_interval_ns: 100", "write issue", 5e6},
    {"op: READ size_bytes: 2048", "read_store_gbytes_per_second: 2", "read store", 2e9 / 2048},
    {"op: READ size_bytes: 64", "read_store_line_ns: 40 access_bytes: 64", "read store", 25e6},
    {"op: WRITE size_bytes: 2048", "write_stage_gbytes_per_second: 2", "write stage", 2e9 / 2048},
    {"op: WRITE size_bytes: 130", "write_stage_line_ns: 20", "write stage", 1e9 / 60},
    {"op: READ size_bytes: 64", "read_buffer_bytes: 512", "read buffer bytes", 0},
    {"op: READ size_bytes: 512", "read_buffers: 4", "read buffers", 0},
    {"op: WRITE size_bytes: 64", "write_stage_latency_ns: 500 write_buffers: 16", "write buffers", 32e6},
    {"op: WRITE size_bytes: 4096", "write_stage_latency_ns: 4000 write_buffer_bytes: 16384", "write buffer bytes", 1e6},
};
INSTANTIATE_TEST_SUITE_P(All, SaturatedLimit, ::testing::ValuesIn(kLimits));

// Reads and writes have engines of their own: however long writes wait to be staged, a read beside them does not.
TEST(DeviceLimitsLaw, ReadsDoNotWaitForTheWriteEngine) {
  const std::string queues = "swq_arbiter { total_entries: 256 queues { name: 'out' mode: DEDICATED size: 128 } }";
  const std::string writer = R"(tenant_classes { name: "writer" tenants: 1 endpoint: "nfp0" queues: "out"
      origin: DEVICE queue_depth: 32 jobs { op: WRITE size_bytes: 512 } working_set_bytes: 65536
      address_space { stages: FIRST } })";
  const Results results = testing::RunText(
      Device("op: READ size_bytes: 64", 1, "write_stage_gbytes_per_second: 0.5 read_store_gbytes_per_second: 8",
             "warmup_us: 10 duration_us: 200", queues, writer),
      {"links[name=rp0-nfp0].pcie.pasid_prefix=true"});
  const double staged = 512 / 0.5;  // ns
  EXPECT_GT(results.Metric("class.writer.job.latency.p50_ns"), 31 * staged);
  EXPECT_NEAR(results.Metric("class.writer.job.throughput_per_s"), 1e9 / staged, 1e9 / staged * 0.05);
  // It waits for neither of the 32 writes, each of which takes 1,024 ns to be staged: only on the way, for one of them.
  EXPECT_LT(results.Metric("class.dma.job.latency.max_ns"), staged);
}

// Everything that was asked for is moved, once, and given back, whatever is limited.
class AnyLimits : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AnyLimits, EveryByteIsMovedOnceAndAllRoomIsGivenBack) {
  RandomStream random(GetParam());
  const char* ops[] = {"READ", "WRITE", "MOVE", "FILL", "WRITE_READ"};
  const std::string op = ops[random.Below(5)];
  const std::uint64_t size = 1 + random.Below(6'000);
  const auto some = [&random](const std::string& field, std::uint64_t least, std::uint64_t range) {
    return random.Below(2) == 0 ? " " + field + ": " + std::to_string(least + random.Below(range)) : std::string();
  };
  const std::uint64_t access = std::uint64_t{64} << random.Below(7);
  const std::string engine = "access_bytes: " + std::to_string(access) + some("read_issue_interval_ns", 1, 40) +
                             some("write_issue_interval_ns", 1, 40) + some("read_store_latency_ns", 1, 200) +
                             some("read_store_line_ns", 1, 9) + some("write_stage_latency_ns", 1, 200) +
                             some("write_stage_line_ns", 1, 9) + some("read_buffer_bytes", 4'096, 8'192) +
                             some("write_buffers", 64, 32) + some("write_buffer_bytes", 4'096, 4'096) +
                             " read_buffers: " + std::to_string(64 + random.Below(64));
  const std::string jobs = "op: " + op + " size_bytes: " + std::to_string(size);
  SCOPED_TRACE(jobs + engine);
  const auto depth = static_cast<std::uint32_t>(1 + random.Below(64));
  const ResolvedExperiment experiment =
      Configured(Device(jobs, depth, engine, "job_limit: 300"), {"tenant_classes[name=dma].alignment_bytes=4"});
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.completed"), 300);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  const double bytes = 300.0 * static_cast<double>(size);
  EXPECT_EQ(testing::StructureOf(results, "nfp0.engine", "bytes_read"), op == "WRITE" || op == "FILL" ? 0 : bytes);
  EXPECT_EQ(testing::StructureOf(results, "nfp0.engine", "bytes_written"), op == "READ" ? 0 : bytes);
  testing::ExpectNobodyBusyAboveOne(results);
}
INSTANTIATE_TEST_SUITE_P(Random, AnyLimits, ::testing::Range<std::uint64_t>(1, 25));

struct Refused {
  const char* override_text;
  const char* sentence;
};
class RefusedLimit : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedLimit, IsRefusedWithWhatIsAllowed) {
  const LoadedExperiment loaded = testing::LoadText(
      Device("op: READ size_bytes: 64", 1, "read_store_line_ns: 1 write_stage_line_ns: 1", "job_limit: 1"),
      {std::string("nodes[name=nfp0].endpoint.engine.") + GetParam().override_text});
  ASSERT_THAT(loaded.faults, SizeIs(1));
  EXPECT_THAT(FormatFault(loaded.faults[0]), HasSubstr(GetParam().sentence));
}

constexpr Refused kRefused[] = {
    {"read_buffers=7", "read_buffers = 7: must be 0 (unlimited) or at least 8"},
    {"read_buffer_bytes=4095", "at least 4096, the bytes of an access that is stored as a whole"},
    {"write_buffers=15", "at least 16, the writes of an access that is staged as a whole"},
    {"write_buffer_bytes=4095", "at least 4096, the bytes of an access that is staged as a whole"},
    {"access_bytes=96", "access_bytes"},
    {"read_store_gbytes_per_second=1e-9", "read_store_gbytes_per_second"},
};
INSTANTIATE_TEST_SUITE_P(All, RefusedLimit, ::testing::ValuesIn(kRefused));

TEST(DeviceLimitsLaw, PacketsHaveNoLimitOfBytesEither) {
  const LoadedExperiment loaded =
      testing::LoadText(Device("op: PACKET accesses { size_bytes: 64 }", 1, "read_buffer_bytes: 4096", "job_limit: 1"),
                        {"tenant_classes[name=dma].alignment_bytes=64"});
  ASSERT_THAT(loaded.faults, Not(IsEmpty()));
  EXPECT_THAT(FormatFault(loaded.faults[0]), HasSubstr("needs engine.read_buffer_bytes = 0"));
}

}  // namespace
}  // namespace siov
