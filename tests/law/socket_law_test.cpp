// SPDX-License-Identifier: Apache-2.0
// Hosts of two sockets: unloaded latency with pages, page tables and the IOMMU's tables in the memory behind the socket
// link, to the picosecond, against the graph and against the sum of what crosses; and the link's rate as a bound.
#include <gtest/gtest.h>

#include <algorithm>

#include "platforms/graph/throughput_bound.h"
#include "platforms/resolve/load_experiment.h"
#include "tests/law/unloaded.h"

namespace siov {
namespace {

using Overrides = std::vector<std::string>;

const std::string kTenants = "workload.tenant_classes[name=tenants].";
const std::string kPages = kTenants + "address_space.pages_memory=";
const std::string kPageTables = kTenants + "address_space.page_tables_memory=";
const std::string kTables = "nodes[name=iommu0].iommu.tables_memory=";
const std::string kLink = "links[name=upi0].socket.";

ResolvedExperiment Load(const Overrides& overrides) {
  LoadedExperiment loaded = LoadExperiment("tests/seam/sockets.txtpb", overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return std::move(loaded.experiment);
}

ResolvedExperiment Warm(const std::string& queue, const std::string& op, bool interrupt, Overrides more = {}) {
  more.insert(more.end(),
              {kTenants + "queues=[\"" + queue + "\"]", kTenants + "jobs[0].op=" + op,
               kTenants + "working_set_bytes=4096", kTenants + "wants_interrupt=" + (interrupt ? "true" : "false")});
  return Load(more);
}

struct Case {
  const char* queue;
  const char* op;
  bool interrupt;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.queue << " " << one.op; }

class SocketLaw : public ::testing::TestWithParam<Case> {};

// Posted writes with their order, reads and their answers, interrupts behind records: all behind the link.
TEST_P(SocketLaw, UnloadedLatencyIsTheGraphs) {
  const ResolvedExperiment experiment = Warm(GetParam().queue, GetParam().op, GetParam().interrupt);
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(All, SocketLaw,
                         ::testing::Values(Case{"shared", "NOOP", false}, Case{"dedicated", "READ", false},
                                           Case{"shared", "WRITE", false}, Case{"shared", "WRITE", true},
                                           Case{"dedicated", "MOVE", false}, Case{"shared", "MOVE", true}));

// At 8 GB/s: a header of 8 bytes is 1 ns, a line with its header 9 ns; 25 ns each way.
constexpr Picoseconds kRoundTrip = (1 + 25 + 9 + 25) * kPsPerNs;

// The graph's, which the simulator's is above and below.
TEST(SocketLaw, RemotePagesCostTheLinkThereAndBackForEachAccess) {
  const auto graph = [](const std::string& op, const Overrides& more) {
    return testing::ByGraph(Warm("dedicated", op, false, more));
  };
  EXPECT_EQ(graph("READ", {}) - graph("READ", {kPages + "mem0"}), 2 * kRoundTrip) << "data, and the record";
  EXPECT_EQ(graph("NOOP", {}) - graph("NOOP", {kPages + "mem0"}), kRoundTrip);
  EXPECT_EQ(graph("NOOP", {kLink + "latency_ns=40", kLink + "header_bytes=16"}) - graph("NOOP", {}),
            (2 * 15 + 2) * kPsPerNs);
}

// Of a cold job each page is walked for, the record's too: page-table entries, and what is above them once.
ResolvedExperiment Cold(const Overrides& more) {
  Overrides overrides = {kTenants + "working_set_bytes=4096", kTenants + "queues=[\"dedicated\"]"};
  const bool moved =
      std::any_of(more.begin(), more.end(), [](const std::string& one) { return one.rfind(kPages, 0) == 0; });
  if (!moved) overrides.push_back(kPages + "mem0");
  overrides.insert(overrides.end(), more.begin(), more.end());
  return Load(overrides);
}

Picoseconds ColdByGraph(const ResolvedExperiment& experiment) {
  const ZeroLoad zero(experiment.platform, 0, HomesOf(experiment.address_spaces[0]));
  const WalkReads first = ColdWalk(experiment.address_spaces[0]);
  WalkReads second = first;
  second.structure = 0;
  return testing::ByGraph(experiment) + zero.AtsCold(first).total_ps + zero.AtsCold(second).total_ps;
}

class ColdSocketLaw : public ::testing::TestWithParam<Overrides> {};

TEST_P(ColdSocketLaw, FirstJobIsTheGraphs) {
  const ResolvedExperiment experiment = Cold(GetParam());
  EXPECT_EQ(testing::FirstJob(experiment), ColdByGraph(experiment));
}

const std::string kNested = kTenants + "address_space.stages=NESTED";

INSTANTIATE_TEST_SUITE_P(All, ColdSocketLaw,
                         ::testing::Values(Overrides{}, Overrides{kPageTables + "mem1"}, Overrides{kTables + "mem1"},
                                           Overrides{kPageTables + "mem1", kTables + "mem1", kPages + "mem1"},
                                           Overrides{kNested}, Overrides{kNested, kPageTables + "mem1"},
                                           Overrides{kNested, kPages + "mem1"}));

// Guest tables lie among the guest's pages, the host's second stage where its page tables do.
TEST(SocketLaw, WalksCrossForEachEntryThatLiesThere) {
  const auto more_than = [](const Overrides& base, const std::string& where) {
    Overrides moved = base;
    moved.push_back(where);
    return ColdByGraph(Cold(moved)) - ColdByGraph(Cold(base));
  };
  EXPECT_EQ(more_than({}, kPageTables + "mem1"), (4 + 4) * kRoundTrip);
  EXPECT_EQ(more_than({}, kTables + "mem1"), 4 * kRoundTrip);
  EXPECT_EQ(more_than({kNested}, kPageTables + "mem1"), 2 * 20 * kRoundTrip);
  EXPECT_EQ(more_than({kNested}, kPages + "mem1"), (2 * 4 + 2) * kRoundTrip) << "and the data, and the record";
}

ResolvedExperiment Crowded(const std::string& op) {
  return Load({kLink + "gbytes_per_second=2", "run={seed: 1 warmup_us: 100 duration_us: 1000}",
               "nodes[name=dsa0].endpoint.engine.jobs_per_engine=16", kTenants + "tenants=16",
               kTenants + "jobs[0].op=" + op, kTenants + "jobs[0].size_bytes=4096",
               kTenants + "working_set_bytes=32768"});
}

void ExpectFull(const std::string& op, const std::string& bound_name, const std::string& measured) {
  const ResolvedExperiment experiment = Crowded(op);
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, bound_name);
  const Results results = RunExperiment(experiment, RunOptions{});
  const double reached = results.Metric("job.throughput_per_s") / bound.jobs_per_second;
  EXPECT_GT(reached, 0.98);
  EXPECT_LT(reached, 1.02);
  EXPECT_EQ(results.measured_bottleneck, measured);
  EXPECT_TRUE(results.conservation.violations.empty());
  double bytes = 0;
  for (const StructureRow& row : results.structures) {
    if (row.block + "." + row.statistic == measured.substr(0, measured.size() - 5) + ".bytes") bytes = row.value;
  }
  EXPECT_NEAR(bytes / 1e-3, 2e9, 2e9 * 0.01);
}

TEST(SocketLaw, WritesFillTheWayThere) { ExpectFull("WRITE", "upi0 towards memory", "upi0.from_first_busy"); }
TEST(SocketLaw, ReadsFillTheWayBack) { ExpectFull("READ", "upi0 from memory", "upi0.from_second_busy"); }

// With few lines under way a round trip each, and not the wire, is what there is.
TEST(SocketLaw, LinesUnderWayBoundThroughput) {
  ResolvedExperiment experiment = Crowded("READ");
  experiment.platform.socket_links[0].config.bytes_per_second = 64e9;
  experiment.platform.socket_links[0].config.outstanding_lines = 16;
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, "upi0 lines under way");
  const Results results = RunExperiment(experiment, RunOptions{});
  const double reached = results.Metric("job.throughput_per_s") / bound.jobs_per_second;
  EXPECT_GT(reached, 0.9);
  EXPECT_LT(reached, 1.0 + 1e-9);
  EXPECT_EQ(results.measured_bottleneck, "upi0.from_first_lines");
  EXPECT_TRUE(results.conservation.violations.empty());
}

// The far memory bounds those alone whose pages lie there.
TEST(SocketLaw, EachMemoryBoundsItsOwn) {
  LoadedExperiment loaded =
      LoadExperiment("tests/seam/two_sockets.txtpb",
                     {"nodes[name=mem1].memory.dram_channels=1", "nodes[name=mem1].memory.dram_gbytes_per_second=0.1"});
  ASSERT_TRUE(loaded.faults.empty());
  const ThroughputBound bound = ComputeThroughputBound(loaded.experiment);
  for (const ResourceBound& resource : bound.resources) {
    if (resource.name != "mem1 bandwidth") continue;
    EXPECT_EQ(resource.users, std::vector<std::string>{"far"});
    EXPECT_NEAR(resource.jobs_per_second, 0.1e9 / (3 * 64), 1);
    return;
  }
  FAIL() << "mem1 bounds nothing";
}

}  // namespace
}  // namespace siov
