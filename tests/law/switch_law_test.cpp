// SPDX-License-Identifier: Apache-2.0
// Platforms with switches: unloaded latency through one and two of them, to the picosecond, and what devices that share
// a link get of it.
#include <gtest/gtest.h>

#include "platforms/graph/throughput_bound.h"
#include "platforms/resolve/load_experiment.h"
#include "tests/law/unloaded.h"

namespace siov {
namespace {

using Overrides = std::vector<std::string>;

ResolvedExperiment Load(const std::string& file, const Overrides& overrides) {
  LoadedExperiment loaded = LoadExperiment(file, overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return std::move(loaded.experiment);
}

struct Case {
  const char* device;
  const char* queue;
  const char* op;
  bool interrupt;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.device << " " << one.op; }

class SwitchLaw : public ::testing::TestWithParam<Case> {};

// dsa0 is below one switch, dsa1 below two; jobs differ in who passes them: posted writes, reads and their answers,
// deferrable writes and theirs, messages.
TEST_P(SwitchLaw, UnloadedLatencyIsTheGraphs) {
  const std::string tenants = "workload.tenant_classes[name=tenants].";
  const ResolvedExperiment experiment =
      Load("tests/seam/switched.txtpb",
           {tenants + "endpoint=" + GetParam().device, tenants + "queues=[\"" + GetParam().queue + "\"]",
            tenants + "jobs[0].op=" + GetParam().op, tenants + "working_set_bytes=4096",
            tenants + "wants_interrupt=" + (GetParam().interrupt ? "true" : "false")});
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(
    All, SwitchLaw,
    ::testing::Values(Case{"dsa0", "shared", "NOOP", false}, Case{"dsa0", "dedicated", "READ", false},
                      Case{"dsa0", "shared", "WRITE", true}, Case{"dsa0", "shared", "MOVE", false},
                      Case{"dsa0", "shared", "MOVE", true}, Case{"dsa1", "shared1", "NOOP", false},
                      Case{"dsa1", "dedicated1", "READ", true}, Case{"dsa1", "shared1", "WRITE", false},
                      Case{"dsa1", "shared1", "MOVE", false}, Case{"dsa1", "shared1", "MOVE", true}));

// Links of every rate and size of header: what is slow above, what is slow below, flits above frames.
TEST(SwitchLaw, UnloadedLatencyWithLinksThatDiffer) {
  const std::string tenants = "workload.tenant_classes[name=tenants].";
  const ResolvedExperiment experiment =
      Load("tests/seam/switched.txtpb",
           {tenants + "endpoint=dsa1", tenants + "queues=[\"shared1\"]", tenants + "jobs[0].op=MOVE",
            tenants + "working_set_bytes=4096", tenants + "wants_interrupt=true", "links[name=sw0-sw1].pcie.lanes=1",
            "links[name=sw0-sw1].pcie.generation=1", "links[name=rp0-sw0].pcie.generation=6"});
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

// A read of several completions: each is on the next link while those behind it are on the one before, whichever link
// is the slow one.
class SwitchTrainLaw : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(SwitchTrainLaw, UnloadedLatencyOfReadsWithSeveralCompletions) {
  const std::string tenants = "workload.tenant_classes[name=tenants].";
  const auto [slow, size] = GetParam();
  Overrides overrides = {tenants + "endpoint=dsa1",          tenants + "queues=[\"shared1\"]",
                         tenants + "jobs[0].op=READ",        tenants + "jobs[0].size_bytes=" + size,
                         tenants + "working_set_bytes=4096", std::string("links[name=") + slow + "].pcie.lanes=2"};
  for (const char* link : {"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
    overrides.push_back(std::string("links[name=") + link + "].pcie.max_read_request_bytes=4096");
  }
  const ResolvedExperiment experiment = Load("tests/seam/switched.txtpb", overrides);
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(Slow, SwitchTrainLaw,
                         ::testing::Combine(::testing::Values("rp0-sw0", "sw0-sw1", "sw1-dsa1"),
                                            ::testing::Values("512", "1984", "4096")));

// A translation request and its answer pass both switches each. Nothing is cached for the job's first one; its second
// walk finds the structures above the page tables.
TEST(SwitchLaw, ColdTranslationRequests) {
  const std::string tenants = "workload.tenant_classes[name=tenants].";
  const ResolvedExperiment experiment =
      Load("tests/seam/switched.txtpb",
           {tenants + "endpoint=dsa1", tenants + "queues=[\"shared1\"]", tenants + "working_set_bytes=4096"});
  const ZeroLoad zero(experiment.platform, 1);
  const WalkReads first = ColdWalk(experiment.address_spaces[0]);
  const Picoseconds ats = zero.AtsCold(first).total_ps + zero.AtsCold({0, first.table, 0}).total_ps;
  EXPECT_EQ(testing::FirstJob(experiment), testing::ByGraph(experiment) + ats);
}

// Both devices have more to write than the link that they share can take.
ResolvedExperiment Crowded(std::uint32_t tenants_of_first) {
  Overrides overrides = {"links[name=rp0-sw0].pcie.lanes=2", "run={seed: 1 warmup_us: 100 duration_us: 1000}"};
  for (const char* name : {"tenants", "others"}) {
    const std::string tenants = std::string("workload.tenant_classes[name=") + name + "].";
    const bool first = std::string("tenants") == name;
    overrides.insert(overrides.end(), {tenants + "tenants=" + std::to_string(first ? tenants_of_first : 16),
                                       tenants + "jobs[0].op=WRITE", tenants + "jobs[0].size_bytes=4096",
                                       tenants + "working_set_bytes=32768"});
  }
  for (const char* name : {"dsa0", "dsa1"}) {
    const std::string device = std::string("nodes[name=") + name + "].endpoint.";
    overrides.push_back(device + "engine.jobs_per_engine=16");
  }
  // Buffers of the switches: without a bound they would hold whatever comes.
  for (const char* name : {"rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
    overrides.push_back(std::string("links[name=") + name + "].pcie.upstream={posted_header:32 posted_data:512}");
  }
  return Load("tests/seam/two_switched.txtpb", overrides);
}

double Value(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << statistic << " of " << block;
  return 0;
}

TEST(SwitchLaw, TheSharedLinkIsFullAndTheBoundOfBoth) {
  const ResolvedExperiment experiment = Crowded(16);
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, "rp0-sw0 upstream wire");
  const Results results = RunExperiment(experiment, RunOptions{});
  const double reached = results.Metric("job.throughput_per_s") / bound.jobs_per_second;
  EXPECT_GT(reached, 0.98);
  EXPECT_LT(reached, 1.02);
  EXPECT_EQ(results.measured_bottleneck, "rp0-sw0.upstream_busy");
  EXPECT_TRUE(results.conservation.violations.empty());
}

// The switch takes a packet of one port and then one of the other, however many wait.
TEST(SwitchLaw, DevicesShareALinkEvenly) {
  const Results results = RunExperiment(Crowded(32), RunOptions{});
  const double one = Value(results, "rp0-dsa0", "upstream_data_bytes");
  const double other = Value(results, "sw1-dsa1", "upstream_data_bytes");
  EXPECT_NEAR(one / other, 1, 0.02);
}

}  // namespace
}  // namespace siov
