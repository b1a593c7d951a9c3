// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/graph/layered_graph.h"
#include "platforms/graph/picture.h"
#include "platforms/graph/throughput_bound.h"
#include "platforms/graph/zero_load.h"
#include "platforms/kinds/wire_format.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

// One endpoint whose every latency is a different power of ten, so that a sum says what it is made of.
ResolvedPlatform Platform(bool with_atc) {
  ResolvedPlatform platform;
  platform.host.name = "host";
  platform.host.config.enqcmd_latency_ps = 1;
  platform.host.config.movdir64b_latency_ps = 2;
  platform.host.config.poll_latency_ps = 10;
  platform.host.config.interrupt_handler_ps = 20;
  platform.host.config.faults.wakeup_ps = 1'000'000'000;
  platform.host.config.faults.minor_service = Distribution::Constant(10'000'000'000);
  platform.memories.resize(1);
  platform.memories[0].name = "mem";
  platform.memories[0].config.residency = MemoryResidency::kAllLlc;
  platform.memories[0].config.llc_latency_ps = 1'000;
  platform.iommus.resize(1);
  platform.iommus[0].name = "iommu";
  platform.iommus[0].iotlb.lookup_latency_ps = 100'000;
  platform.iommus[0].page_walker.cache_latency_ps = 3;
  platform.iommus[0].page_walker.setup_latency_ps = 4;
  platform.iommus[0].page_walker.step_latency_ps = 1'000'000;
  platform.iommus[0].pri_queue.enqueue_latency_ps = 5;
  platform.iommus[0].pri_queue.response_latency_ps = 6;
  platform.root_ports.resize(1);
  platform.root_ports[0].name = "rp";
  platform.root_ports[0].config.ingress_latency_ps = 10'000'000;
  platform.root_ports[0].config.egress_latency_ps = 20'000'000;
  platform.root_ports[0].config.fabric_latency_ps = 100'000'000;
  platform.endpoints.resize(1);
  ResolvedEndpoint& endpoint = platform.endpoints[0];
  endpoint.name = "dev";
  endpoint.arbiter.queues.resize(1);
  endpoint.arbiter.accept_latency_ps = 1'000'000'000;
  endpoint.engine.setup_latency_ps = 7;
  if (with_atc) {
    endpoint.atc.emplace();
    endpoint.atc->lookup_latency_ps = 10'000;
  }
  platform.links = testing::SmallLinks();
  platform.links.back() = {"rp-dev", LinkKind::kPcie, {NodeKind::kEndpoint, 0}, {NodeKind::kRootPort, 0}, {}};
  return platform;
}

Picoseconds Wire(const ResolvedPlatform& platform, std::uint32_t bytes) {
  return WireFormat(platform.LinkAbove({NodeKind::kEndpoint, 0}).config).TimeFor(bytes);
}

TEST(WireFormatTest, RatesAreThePublishedOnesWithinHalfAPercent) {
  struct Row {
    std::uint32_t generation;
    std::uint32_t lanes;
    double gbits;
  };
  for (const Row& row : {Row{3, 8, 57.88}, Row{4, 16, 227.4}, Row{5, 16, 454.8}}) {
    LinkConfig link;
    link.generation = row.generation;
    link.lanes = row.lanes;
    EXPECT_NEAR(WireFormat(link).bytes_per_second() * 8e-9, row.gbits, 0.005 * row.gbits) << row.generation;
  }
}

TEST(WireFormatTest, BytesOfEveryPacket) {
  LinkConfig link;
  EXPECT_EQ(WireFormat(link).RequestBytes(0, false), 24u);
  EXPECT_EQ(WireFormat(link).RequestBytes(64, true), 92u);
  EXPECT_EQ(WireFormat(link).CompletionBytes(0), 20u);
  EXPECT_EQ(WireFormat(link).CompletionBytes(512), 2 * 20u + 512);
  link.ecrc = true;
  EXPECT_EQ(WireFormat(link).CompletionBytes(64), 88u);
  link.generation = 6;
  EXPECT_EQ(WireFormat(link).RequestBytes(0, false), 20u);
}

TEST(LayeredGraphTest, ShortestAndCriticalPathDifferWherePartsRunInParallel) {
  LayeredGraph graph;
  const auto from = graph.Start();
  const auto middle = graph.After(from, {"a", Stage::kMemory, 5});
  const auto to = graph.After(middle, {"b", Stage::kPort, 7});
  graph.Connect(from, to, {"c", Stage::kOrderWait, 30});
  const ZeroLoadPath critical = graph.Critical(from, to);
  EXPECT_EQ(critical.total_ps, 30u);
  EXPECT_EQ(critical.InStage(Stage::kOrderWait), 30u);
  const ZeroLoadPath shortest = graph.Shortest(from, to);
  EXPECT_EQ(shortest.total_ps, 12u);
  EXPECT_EQ(shortest.hops.size(), 2u);
}

TEST(ZeroLoadTest, ColdWalksTakeTheReadsOfTheirFormats) {
  AddressSpaceClass space;
  EXPECT_EQ(ColdWalk(space).table, 4u);
  EXPECT_EQ(ColdWalk(space).structure, 4u);
  space.first_leaf_shift = kPageShift2M;
  EXPECT_EQ(ColdWalk(space).table, 3u);
  space = AddressSpaceClass();
  space.stages = TranslationStages::kNested;
  space.second_format = TableFormat::kX86FourLevel;
  EXPECT_EQ(ColdWalk(space).table, 24u);
  space.first_format = space.second_format = TableFormat::kX86FiveLevel;
  EXPECT_EQ(ColdWalk(space).table, 35u);
  space.first_format = space.second_format = TableFormat::kSv39;
  EXPECT_EQ(ColdWalk(space).table, 15u);
  space.stages = TranslationStages::kPassThrough;
  EXPECT_EQ(ColdWalk(space).table, 0u);
}

TEST(ZeroLoadTest, SubmissionsAreSumsOfTheirStages) {
  const ResolvedPlatform platform = Platform(true);
  const ZeroLoad zero(platform, 0);
  const Picoseconds accepted = 1 + 20'000'000 + Wire(platform, 92) + 1'000'000'000;
  EXPECT_EQ(zero.SubmitShared().total_ps, accepted);
  EXPECT_EQ(zero.SubmitDedicated().total_ps, accepted + 1);
  EXPECT_EQ(zero.SubmitSharedRoundTrip().total_ps, accepted + Wire(platform, 20) + 110'000'000);
  EXPECT_EQ(zero.SubmitShared().InStage(Stage::kArbitration), 1'000'000'000u);
}

TEST(ZeroLoadTest, ReadsPassTheIotlbOnlyIfUntranslated) {
  const ResolvedPlatform with = Platform(true);
  const Picoseconds common = Wire(with, 28) + Wire(with, 84) + 110'000'000 + 1'000 + 120'000'000;
  EXPECT_EQ(ZeroLoad(with, 0).TranslatedRead(64).total_ps, common + 10'000);
  const ResolvedPlatform without = Platform(false);
  EXPECT_EQ(ZeroLoad(without, 0).UntranslatedRead(64).total_ps, common + 100'000);
  const WalkReads walk{4, 24};
  EXPECT_EQ(ZeroLoad(without, 0).UntranslatedReadCold(64, walk).total_ps,
            common + 100'000 + 7 + 28 * (1'000 + 1'000'000));
}

TEST(ZeroLoadTest, TranslationAndPageRequests) {
  const ResolvedPlatform platform = Platform(true);
  const ZeroLoad zero(platform, 0);
  const Picoseconds hit = Wire(platform, 28) + 110'000'000 + 100'000 + 120'000'000 + Wire(platform, 28);
  EXPECT_EQ(zero.AtsHit().total_ps, hit);
  EXPECT_EQ(zero.AtsCold({4, 4}).total_ps, hit + 7 + 8 * 1'001'000);
  EXPECT_EQ(zero.PageRequest().total_ps,
            2 * Wire(platform, 28) + 110'000'000 + 5 + 1'000 + 11'000'000'000 + 1'000 + 6 + 20'000'000);
}

TEST(ZeroLoadTest, JobFollowsItsRecordOrItsInterrupt) {
  const ResolvedPlatform platform = Platform(true);
  const ZeroLoad zero(platform, 0);
  JobShape noop;
  noop.op = JobOp::kNoop;
  const Picoseconds record = 10'000 + Wire(platform, 60) + 110'000'000 + 1'000;
  EXPECT_EQ(zero.WholeJob(noop).total_ps, zero.SubmitShared().total_ps + 7 + record + 10);
  JobShape move = noop;
  move.op = JobOp::kMove;
  // The record is issued when the data write has left the ATC.
  EXPECT_EQ(zero.WholeJob(move).total_ps,
            zero.SubmitShared().total_ps + 7 + zero.TranslatedRead(64).total_ps + 10'000 + record + 10);
  noop.interrupt = true;
  EXPECT_EQ(zero.WholeJob(noop).InStage(Stage::kCompletion), 20u);
  EXPECT_GT(zero.WholeJob(noop).total_ps, zero.SubmitShared().total_ps + record);
}

ResolvedExperiment Loaded() {
  ResolvedExperiment experiment;
  experiment.platform = Platform(true);
  experiment.traffic.classes.resize(1);
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.name = "all";
  tenants.tenants = 100'000;
  tenants.queues = {QueueId(0)};
  tenants.jobs = {{JobOp::kRead, 4096, 1.0}};
  experiment.platform.endpoints[0].engine.read_buffers = 0;
  experiment.platform.endpoints[0].engine.jobs_per_engine = 100'000;
  experiment.platform.endpoints[0].port.tags = 1'000'000;
  experiment.platform.host.config.interrupt_handler_ps = 0;
  experiment.platform.host.config.cpus = 0;  // a round trip of these latencies holds a CPU for a millisecond
  return experiment;
}

TEST(ThroughputBoundTest, TheWireBoundsLargeReads) {
  const ResolvedExperiment experiment = Loaded();
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_EQ(bound.bottleneck, "rp-dev downstream wire");
  const double bytes = 92 + 16 * 20 + 4096;
  EXPECT_NEAR(bound.jobs_per_second,
              WireFormat(experiment.platform.LinkAbove({NodeKind::kEndpoint, 0}).config).bytes_per_second() / bytes, 1);
}

TEST(ThroughputBoundTest, EveryResourceCanBeTheBottleneck) {
  ResolvedExperiment experiment = Loaded();
  experiment.platform.endpoints[0].engine.device_bytes_per_second = 1e9;
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "dev.engine device data path");
  EXPECT_NEAR(ComputeThroughputBound(experiment).jobs_per_second, 1e9 / 4096, 1);

  experiment = Loaded();
  experiment.platform.root_ports[0].config.outstanding_reads = 1;
  EXPECT_THAT(ComputeThroughputBound(experiment).bottleneck, HasSubstr("outstanding reads"));

  experiment = Loaded();
  experiment.platform.endpoints[0].atc->lookup_interval_ps = 1'000'000;
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "dev.atc lookups");
  EXPECT_NEAR(ComputeThroughputBound(experiment).jobs_per_second, 1e6 / 9, 1);  // 8 reads and a record

  experiment = Loaded();
  experiment.traffic.classes[0].arrivals = ArrivalProcess::kPoisson;
  experiment.traffic.classes[0].jobs_per_second = 0.5;
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "load of all");
  EXPECT_NEAR(ComputeThroughputBound(experiment).jobs_per_second, 50'000, 0.01);

  experiment = Loaded();
  experiment.platform.endpoints[0].port.tags = 1;
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "dev.port tags");
}

TEST(ThroughputBoundTest, TwoEndpointsAddUpUntilTheySharedMemory) {
  ResolvedExperiment experiment = Loaded();
  experiment.platform.endpoints.push_back(experiment.platform.endpoints[0]);
  testing::AddPort(&experiment.platform);
  experiment.platform.endpoints[1].name = "dev1";
  const double one = ComputeThroughputBound(Loaded()).jobs_per_second;
  experiment.traffic.classes.push_back(experiment.traffic.classes[0]);
  experiment.traffic.classes[1].endpoint = 1;
  EXPECT_NEAR(ComputeThroughputBound(experiment).jobs_per_second, 2 * one, 1);
  experiment.platform.memories[0].config.llc_bytes_per_second = 1e9;
  EXPECT_EQ(ComputeThroughputBound(experiment).bottleneck, "mem cache bandwidth");
  EXPECT_NEAR(ComputeThroughputBound(experiment).jobs_per_second, 1e9 / (4096 + 64), 1);
}

TEST(PictureTest, NamesEveryNodeAndLink) {
  const std::string dot = ToDot(Platform(true));
  for (const char* part : {"graph G", "host", "mem", "iommu", "rp", "rp-dev", "ATC", "Gen5 x16", "\\nCPUs: "}) {
    EXPECT_THAT(dot, HasSubstr(part));
  }
  EXPECT_THAT(ToDot(Platform(false)), HasSubstr("no ATS"));
}

}  // namespace
}  // namespace siov
