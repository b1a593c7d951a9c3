// SPDX-License-Identifier: Apache-2.0
// Integrated endpoints: a device on the die, joined to the root complex without a PCIe link. Its unloaded latency to
// the picosecond, against the graph and against the sum of what its transactions take, and what bounds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/graph/throughput_bound.h"
#include "platforms/resolve/load_experiment.h"
#include "tests/law/unloaded.h"

namespace siov {
namespace {

using ::testing::HasSubstr;
using Overrides = std::vector<std::string>;

constexpr const char* kFile = "tests/seam/on_die.txtpb";
const std::string kTenants = "workload.tenant_classes[name=tenants].";
const std::string kLink = "links[name=rp0-dsa0].on_die.";

ResolvedExperiment Load(const Overrides& overrides) {
  LoadedExperiment loaded = LoadExperiment(kFile, overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return std::move(loaded.experiment);
}

struct Case {
  const char* queue;
  const char* op;
  bool interrupt;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.queue << " " << one.op; }

class OnDieLaw : public ::testing::TestWithParam<Case> {};

TEST_P(OnDieLaw, UnloadedLatencyIsTheGraphs) {
  const ResolvedExperiment experiment = Load(
      {kTenants + "queues=[\"" + GetParam().queue + "\"]", kTenants + "jobs[0].op=" + GetParam().op,
       kTenants + "working_set_bytes=4096", kTenants + "wants_interrupt=" + (GetParam().interrupt ? "true" : "false")});
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(All, OnDieLaw,
                         ::testing::Values(Case{"shared", "NOOP", false}, Case{"dedicated", "READ", false},
                                           Case{"shared", "WRITE", true}, Case{"shared", "MOVE", true}));

// A deferrable write of 64 bytes with its header one way, its answer, a header, the other: 80 + 16 bytes at 50 GB/s,
// and twice the latency. Nothing of PCIe's framing, prefixes or encoding is in it.
TEST(OnDieLaw, ASubmissionTakesHeaderAndData) {
  const auto wire = [](const Overrides& overrides) {
    const ResolvedExperiment experiment = Load(overrides);
    return ZeroLoad(experiment.platform, 0).SubmitSharedRoundTrip().InStage(Stage::kLinkWire);
  };
  EXPECT_EQ(wire({}), 1'600 + 320 + 2 * 3'000);
  EXPECT_EQ(wire({kLink + "header_bytes=0"}), 1'280 + 2 * 3'000);
  EXPECT_EQ(wire({kLink + "latency_ns=5", kLink + "gbytes_per_second=100"}), 800 + 160 + 2 * 5'000);
}

TEST(OnDieLaw, ItsRateBoundsWritesAndIsNamed) {
  Overrides overrides = {kLink + "gbytes_per_second=2", "run={seed: 1 warmup_us: 100 duration_us: 1000}",
                         "nodes[name=dsa0].endpoint.engine.jobs_per_engine=16"};
  for (const char* one : {"tenants=16", "jobs[0].op=WRITE", "jobs[0].size_bytes=4096", "working_set_bytes=32768"}) {
    overrides.push_back(kTenants + one);
  }
  const ResolvedExperiment experiment = Load(overrides);
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.measured_bottleneck, "rp0-dsa0.upstream_busy");
  EXPECT_TRUE(results.conservation.violations.empty());
  double bytes = 0;
  for (const StructureRow& row : results.structures) {
    if (row.block == "rp0-dsa0" && row.statistic == "upstream_data_bytes") bytes = row.value;
  }
  // Of 80 bytes 64 are payload.
  EXPECT_NEAR(bytes / 1e-3, 2e9 * 64 / 80, 2e9 * 0.01);
}

// Where the verdict has one device to think of, the bound names the link too.
TEST(OnDieLaw, TheBoundKnowsItsRate) {
  const ResolvedExperiment experiment = Load({kLink + "gbytes_per_second=1", kTenants + "tenants=16",
                                              kTenants + "jobs[0].op=WRITE", kTenants + "jobs[0].size_bytes=4096"});
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "rp0-dsa0 upstream wire");
}

std::string Refusal(const Overrides& overrides, const char* file = kFile) {
  std::string all;
  for (const Fault& fault : LoadExperiment(file, overrides).faults) all += FormatFault(fault) + "\n";
  return all;
}

TEST(OnDieLaw, WhatCannotBeIsRefused) {
  EXPECT_THAT(Refusal({"links[name=rp0-dsa0].a=iommu0"}),
              HasSubstr("an on_die link must go from a root_port (a) to a pcie_switch or an endpoint (b)"));
  EXPECT_THAT(Refusal({"links[name=rp1-dsa1].a=rp0"}),
              HasSubstr("nodes[name=rp0]: must have exactly one pcie or on_die link"));
  EXPECT_THAT(Refusal({kLink + "gbytes_per_second=0"}), HasSubstr("gbytes_per_second = 0"));
  EXPECT_THAT(Refusal({kLink + "latency_ns=1e-4"}), HasSubstr("0 or at least 5e-04"));
  EXPECT_THAT(Refusal({kLink + "max_payload_bytes=32"}), HasSubstr("max_payload_bytes = 32"));
  EXPECT_THAT(Refusal({kLink + "upstream.posted_data=3"}), HasSubstr("0 (infinite) or at least 4"));
}

// It says so in its configuration space, and states no size that registers do not know.
TEST(OnDieLaw, ItsFunctionIsAnIntegratedEndpoints) {
  const ResolvedExperiment experiment = Load({});
  EXPECT_TRUE(experiment.platform.endpoints[0].functions[0].config.express.integrated);
  EXPECT_EQ(experiment.platform.endpoints[0].functions[0].config.express.max_payload_bytes, 128u);
  EXPECT_FALSE(experiment.platform.endpoints[1].functions[0].config.express.integrated);
}

// An id is that of function 0, and a device on the die may be any of its bus.
TEST(OnDieLaw, AnEndpointsIdIsItsFunctionZeros) {
  for (const char* id : {"8", "248", "32776"}) {
    EXPECT_EQ(Refusal({std::string("nodes[name=dsa0].endpoint.port.requester_id=") + id}), "") << id;
  }
  EXPECT_THAT(Refusal({"nodes[name=dsa0].endpoint.port.requester_id=9"}),
              HasSubstr("requester_id = 9: an endpoint's id is that of its function 0; must be a multiple of 8"));
}

// By its bus the root complex finds a root port; integrated endpoints are on its own.
TEST(OnDieLaw, BusesOfRootPortsAreDifferent) {
  EXPECT_EQ(Refusal({"nodes[name=dsa1].endpoint.port.requester_id=768"}), "");
  EXPECT_THAT(Refusal({"nodes[name=dsa1].endpoint.port.requester_id=16"}),
              HasSubstr("an integrated endpoint is on a bus of the root complex, and this one is behind \"rp1\""));
  EXPECT_THAT(Refusal({"nodes[name=dsa1].endpoint.port.requester_id=264"}, "tests/seam/two_devices.txtpb"),
              HasSubstr("the devices behind rp0 and rp1 must have requester ids on different buses"));
  EXPECT_THAT(Refusal({"nodes[name=dsa0].endpoint.port.requester_id=0"}), HasSubstr("requester_id = 0"));
}

}  // namespace
}  // namespace siov
