// SPDX-License-Identifier: Apache-2.0
// Several sockets and memories: which memory serves what, by its address alone; that the order of a root port's writes
// survives homes; and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/seam/seam_run.h"
#include "tests/support/configured_run.h"

namespace siov::seam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kSockets[] = "tests/seam/sockets.txtpb";
constexpr char kTwoSockets[] = "tests/seam/two_sockets.txtpb";

// 16 reads of data and 16 records, each of one page here.
TEST(SocketSeam, PagesAreServedByTheMemoryTheyLieIn) {
  const SeamRun far({Tenants("working_set_bytes=4096")}, kSockets);
  far.ExpectJobs(16);
  EXPECT_EQ(far["mem0.home_router.remote_requests"], 32);
  EXPECT_EQ(far["mem0.home_router.local_requests"], 0);
  EXPECT_EQ(far["upi0.requests"], 32);
  EXPECT_EQ(far["mem1.reads"], 16);
  EXPECT_EQ(far["mem1.writes"], 16);
  EXPECT_EQ(far["mem0.writes"], 0);
  EXPECT_EQ(far["mem0.reads"], 4 + 4 + 4) << "structures once, and the tables of two pages";
  EXPECT_EQ(far["upi0.accesses"], 0);
  EXPECT_EQ(far["mem0.home_router.records"], 16);
  const SeamRun near({Tenants("working_set_bytes=4096"), Space("pages_memory=mem0")}, kSockets);
  EXPECT_EQ(near["mem0.home_router.local_requests"], 32);
  EXPECT_EQ(near["upi0.requests"], 0);
}

TEST(SocketSeam, TablesAreReadWhereTheyLie) {
  const SeamRun page_tables({Tenants("working_set_bytes=4096"), Space("page_tables_memory=mem1")}, kSockets);
  EXPECT_EQ(page_tables["upi0.accesses"], 4 + 4);
  EXPECT_EQ(page_tables["mem0.reads"], 4);
  const SeamRun structures({Tenants("working_set_bytes=4096"), Iommu("tables_memory=mem1")}, kSockets);
  EXPECT_EQ(structures["upi0.accesses"], 4);
  EXPECT_EQ(structures["mem0.home_router.remote_accesses"], 4);
  EXPECT_EQ(structures["mem0.reads"], 4 + 4);
}

// Page requests and the queues they go through; remapping entries and posted descriptors.
TEST(SocketSeam, QueuesLieWithTheIommusTables) {
  const Overrides paged = {Tenants("working_set_bytes=4096"), Space("paging=ON_DEMAND"),
                           Tenants("wants_interrupt=true")};
  Overrides remote = paged;
  remote.push_back(Iommu("tables_memory=mem1"));
  const SeamRun local(paged, kSockets);
  const SeamRun far(remote, kSockets);
  far.ExpectJobs(16);
  const double rings = far.pri("requests") + far.queue("fetches");
  EXPECT_GT(far.pri("requests"), 0);
  EXPECT_EQ(local["upi0.accesses"], 0);
  EXPECT_EQ(far["upi0.accesses"], rings + far.walker("reads.structures") +
                                      far["iommu0.interrupt_remapper.entry_misses"] +
                                      far["iommu0.interrupt_remapper.interrupts"]);
  EXPECT_GT(far["job.latency.max_ns"], local["job.latency.max_ns"]);
}

// Both tenants' jobs are of one root port and traffic class: a record beside the device is not seen before older data
// behind the link, and a read of one memory waits for older writes to the other.
TEST(SocketSeam, OrderSurvivesHomes) {
  const Overrides busy = {"workload.tenant_classes[name=near].queue_depth=8",
                          "workload.tenant_classes[name=far].queue_depth=8", "run.job_limit=2000",
                          Device("engine.jobs_per_engine=8")};
  const SeamRun run(busy, kTwoSockets);
  run.ExpectJobs(2000);
  EXPECT_GT(run["mem0.home_router.held_reads"], 0);
  EXPECT_GT(run["mem0.home_router.order_wait"], 0);
  EXPECT_EQ(run["mem0.home_router.records"], 2000);
  EXPECT_EQ(run["mem0.home_router.unclaimed"], 0);
  EXPECT_EQ(run["mem0.writes"] + run["mem1.writes"], 4000);
}

// The shipped platform, whose devices of the second socket reach pages of the first.
TEST(SocketSeam, LinesAreBoundedFromTheSecondEndToo) {
  const SeamRun run({"links[name=upi].socket.outstanding_lines=1", "run={job_limit: 50}"},
                    "configs/experiments/dual_socket.txtpb");
  EXPECT_EQ(run["upi.from_second_lines.max"], 1);
  EXPECT_GT(run["upi.from_second_waiting.max"], 0);
  EXPECT_EQ(run["upi.from_first_lines.max"], 0) << "nobody asks that way";
}

// Invalidations wait for what went to either memory: the drain asks the router.
TEST(SocketSeam, UnmappingWaitsForTheFarMemory) {
  const Overrides streaming = {Tenants("mapping=STREAMING"), Tenants("jobs[0].op=WRITE")};
  const SeamRun run(streaming, kSockets);
  run.ExpectJobs(16);
  EXPECT_GT(run.queue("waits"), 0);
  EXPECT_EQ(run.iotlb("invalidations"), run.queue("pasid_iotlb") + run.queue("iotlb"));
}

// What is said of tests/seam/sockets.txtpb with `more` of the platform laid over it.
std::string WithMore(const std::string& more) {
  const std::string text = "include: \"tests/seam/sockets.txtpb\" platform { " + more + " }";
  std::string sentences;
  for (const Fault& fault : siov::testing::LoadText(text).faults) sentences += FormatFault(fault) + "\n";
  return sentences;
}

TEST(SocketSeam, WhatIsNoHostIsRefused) {
  EXPECT_THAT(WithMore("nodes { name: 'mem2' memory {} }"),
              AllOf(HasSubstr("has no socket link to memory \"mem0\"; every two sockets need one"),
                    HasSubstr("has no socket link to memory \"mem1\"; every two sockets need one")));
  EXPECT_THAT(WithMore("links { name: 'odd' a: 'iommu0' b: 'mem1' socket {} }"),
              HasSubstr("a socket link must join the memories of two sockets"));
  EXPECT_THAT(WithMore("links { name: 'odd' a: 'mem1' b: 'mem1' socket {} }"), HasSubstr("joins mem1 to itself"));
  EXPECT_THAT(WithMore("links { name: 'odd' a: 'mem1' b: 'mem0' socket {} }"),
              HasSubstr("joins two nodes that another link joins already"));
  EXPECT_THAT(WithMore("links { name: 'rp0' a: 'mem1' b: 'mem0' socket {} }"), HasSubstr("has the name of a node"));
  EXPECT_THAT(WithMore("nodes { name: 'mem1' outside_memory {} }"),
              HasSubstr("a model from outside must be the host's only memory"));
  std::string many;
  for (int i = 2; i < 17; ++i) many += "nodes { name: 'mem" + std::to_string(i) + "' memory {} } ";
  EXPECT_THAT(WithMore(many), HasSubstr("platform has 17 nodes of kind memory; at most 16 are modelled"));
}

TEST(SocketSeam, WhatIsPlacedNowhereIsRefused) {
  const auto refusal = [](const Overrides& overrides) { return Refusal(overrides, kSockets); };
  EXPECT_THAT(refusal({Space("pages_memory=mem7")}), HasSubstr("the name of a memory (mem0, mem1)"));
  EXPECT_THAT(refusal({Iommu("tables_memory=host0")}), HasSubstr("names a host"));
  EXPECT_THAT(refusal({Space("stages=PASS_THROUGH")}), HasSubstr("has no effect here"));
  EXPECT_THAT(refusal({"links[name=iommu0-mem0].b=mem1"}),
              HasSubstr("stands on a socket without CPUs: what those of another submit to its devices"));
}

// What is passed through names its memory by bits 51:48.
LoadedExperiment PassingThrough(const std::string& base_address) {
  return siov::testing::LoadText(
      "include: \"tests/seam/seam.txtpb\" platform { nodes { name: 'mem1' memory {} } "
      "links { name: 'upi0' a: 'mem0' b: 'mem1' socket {} } } "
      "workload { tenant_classes { name: 'tenants' working_set_bytes: 4096 base_address: " +
      base_address + " address_space { stages: PASS_THROUGH } } }");
}

TEST(SocketSeam, PassThroughAddressesNameTheirMemory) {
  const LoadedExperiment loaded = PassingThrough("0x1000010000000");
  ASSERT_THAT(loaded.faults, ::testing::IsEmpty());
  EXPECT_EQ(loaded.experiment.address_spaces[0].pages_home, 1u);
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.completed"), 16);
  EXPECT_EQ(siov::testing::StructureOf(results, "mem1", "reads"), 16);
  EXPECT_TRUE(results.conservation.violations.empty());
  const LoadedExperiment nowhere = PassingThrough("0x2000010000000");
  ASSERT_EQ(nowhere.faults.size(), 1u);
  EXPECT_THAT(FormatFault(nowhere.faults[0]),
              HasSubstr("bits 51:48 of an address that is passed through name its memory"));
}

// With CPUs on both sockets an IOMMU may stand on either; what its tenants leave open lies beside it.
TEST(SocketSeam, MemoryIsTheDevicesSocketsUnlessSaid) {
  const std::string text =
      "include: \"tests/seam/sockets.txtpb\" platform { links { name: 'iommu0-mem0' b: 'mem1' } "
      "links { name: 'host0-mem1' a: 'host0' b: 'mem1' fabric {} } }";
  const LoadedExperiment loaded = siov::testing::LoadText(text);
  EXPECT_THAT(loaded.faults, ::testing::IsEmpty());
  EXPECT_EQ(loaded.experiment.address_spaces[0].page_tables_home, 1u);
  EXPECT_EQ(loaded.experiment.platform.iommus[0].tables_home, 1u);
  EXPECT_EQ(loaded.experiment.platform.host.config.driver.memory_home, 0u);
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.completed"), 16);
  EXPECT_EQ(siov::testing::StructureOf(results, "mem1.home_router", "local_requests"), 32);
}

}  // namespace
}  // namespace siov::seam
