// SPDX-License-Identifier: Apache-2.0
// At vanishing load the simulated latency is the one the platform's graph gives, to the picosecond. The two share no
// code but units. One tenant submits one job at a time; the shortest of its jobs is one for which everything hits, a
// single job is one for which nothing does.
#include <gtest/gtest.h>

#include "tests/law/unloaded.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using testing::ByGraph;
using testing::FirstJob;
using testing::Picos;
using testing::WarmJob;

// One tenant, one job at a time, always the same source page, destination page and record page.
ResolvedExperiment Unloaded(JobOp op, bool atc, bool interrupt) {
  ResolvedExperiment experiment = testing::SmallExperiment(1, op, 64);
  if (!atc) experiment.platform.endpoints[0].atc.reset();
  experiment.platform.iommus[0].interrupt_remapper.entry_cache = testing::Cache(64);
  TenantClassConfig& tenant = experiment.traffic.classes[0];
  tenant.working_set_bytes = 4096;
  tenant.wants_interrupt = interrupt;
  testing::HandOut(&experiment);
  return experiment;
}

// Every op, with and without ATS, polled and by interrupt: each a test, because SystemC elaborates once a process.
struct Case {
  JobOp op;
  bool atc;
  bool interrupt;
};
class ZeroLoadLaw : public ::testing::TestWithParam<Case> {};

TEST_P(ZeroLoadLaw, WarmJobTakesTheCriticalPath) {
  const ResolvedExperiment experiment = Unloaded(GetParam().op, GetParam().atc, GetParam().interrupt);
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(All, ZeroLoadLaw,
                         ::testing::Values(Case{JobOp::kNoop, true, false}, Case{JobOp::kNoop, true, true},
                                           Case{JobOp::kNoop, false, false}, Case{JobOp::kNoop, false, true},
                                           Case{JobOp::kRead, true, false}, Case{JobOp::kRead, true, true},
                                           Case{JobOp::kRead, false, false}, Case{JobOp::kRead, false, true},
                                           Case{JobOp::kWrite, true, false}, Case{JobOp::kWrite, true, true},
                                           Case{JobOp::kWrite, false, false}, Case{JobOp::kWrite, false, true},
                                           Case{JobOp::kMove, true, false}, Case{JobOp::kMove, true, true},
                                           Case{JobOp::kMove, false, false}, Case{JobOp::kMove, false, true},
                                           Case{JobOp::kFill, true, false}, Case{JobOp::kWriteRead, true, false},
                                           Case{JobOp::kWriteRead, true, true}, Case{JobOp::kWriteRead, false, false}));

// Every buffer is mapped for its job and unmapped strictly after it: each access walks.
class StreamingZeroLoadLaw : public ::testing::TestWithParam<JobOp> {};

TEST_P(StreamingZeroLoadLaw, MapUnmapAndTheInvalidationAreOnThePath) {
  ResolvedExperiment experiment = Unloaded(GetParam(), false, false);
  experiment.traffic.classes[0].mapping = BufferMapping::kStreaming;
  DriverConfig& driver = experiment.platform.host.config.driver;
  driver.map_latency_ps = 201 * kPsPerNs;
  driver.unmap_latency_ps = 203 * kPsPerNs;
  driver.descriptor_latency_ps = 51 * kPsPerNs;
  driver.doorbell_latency_ps = 301 * kPsPerNs;
  driver.poll_latency_ps = 67 * kPsPerNs;
  experiment.platform.iommus[0].invalidation_queue.execute_latency_ps = 9 * kPsPerNs;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

INSTANTIATE_TEST_SUITE_P(All, StreamingZeroLoadLaw,
                         ::testing::Values(JobOp::kNoop, JobOp::kRead, JobOp::kWrite, JobOp::kWriteRead));

TEST(ZeroLoadLaw, DedicatedQueue) {
  ResolvedExperiment experiment = Unloaded(JobOp::kMove, true, false);
  experiment.platform.endpoints[0].arbiter.queues[0].mode = QueueMode::kDedicated;
  testing::HandOut(&experiment);
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

TEST(ZeroLoadLaw, RemappedInterrupt) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, true);
  experiment.platform.iommus[0].interrupt_remapper.delivery = InterruptDelivery::kRemapped;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

// On a slow link everything queues behind everything else on the wire.
TEST(ZeroLoadLaw, NarrowLinkAndFiniteDataPath) {
  ResolvedExperiment experiment = Unloaded(JobOp::kMove, true, true);
  testing::LinkOf(&experiment).generation = 1;
  testing::LinkOf(&experiment).lanes = 1;
  experiment.platform.endpoints[0].engine.bytes_per_second = 1e9;
  experiment.platform.endpoints[0].engine.completion_latency_ps = 1'000;
  experiment.platform.endpoints[0].ims.lookup_latency_ps = 1'000;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

// A job whose source and record page nobody has translated yet: two translation requests with cold walks.
TEST(ZeroLoadLaw, ColdTranslationRequests) {
  const ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, false);
  const ZeroLoad zero(experiment.platform, 0);
  const Picoseconds ats = zero.AtsCold(ColdWalk(experiment.address_spaces[0])).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + 2 * ats);
}

TEST(ZeroLoadLaw, ColdNestedWalksOfADeviceWithoutAts) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, false, false);
  experiment.address_spaces[0].stages = TranslationStages::kNested;
  experiment.address_spaces[0].second_format = TableFormat::kX86FourLevel;
  const ZeroLoad zero(experiment.platform, 0);
  const WalkReads walk = ColdWalk(experiment.address_spaces[0]);
  EXPECT_EQ(walk.table, 24u);
  const Picoseconds one = zero.UntranslatedReadCold(64, walk).total_ps - zero.UntranslatedRead(64).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + 2 * one);
}

// Devices that are not trusted with host-physical addresses (ATS-13): guests of a RISC-V IOMMU, or a VT-d one's host
// permission table.
ResolvedExperiment Contained(JobOp op, Containment containment, bool interrupt) {
  ResolvedExperiment experiment = Unloaded(op, true, interrupt);
  ResolvedIommu& iommu = experiment.platform.iommus[0];
  AddressSpaceClass& space = experiment.address_spaces[0];
  if (containment == Containment::kSecondStage) {
    iommu.iotlb.profile = iommu.page_walker.profile = IommuProfile::kRiscv;
    experiment.platform.root_ports[0].config.profile = IommuProfile::kRiscv;
    space.stages = TranslationStages::kNested;
    space.first_format = space.second_format = TableFormat::kSv39;
  }
  iommu.iotlb.lookup_interval_ps = 1 * kPsPerNs;
  iommu.iotlb.containment = experiment.platform.root_ports[0].config.containment = containment;
  return experiment;
}
struct ContainedCase {
  Containment containment;
  JobOp op;
  bool interrupt;
};
class ContainedLaw : public ::testing::TestWithParam<ContainedCase> {};

TEST_P(ContainedLaw, WarmJobTakesTheCriticalPath) {
  const ResolvedExperiment experiment = Contained(GetParam().op, GetParam().containment, GetParam().interrupt);
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}
INSTANTIATE_TEST_SUITE_P(All, ContainedLaw,
                         ::testing::Values(ContainedCase{Containment::kSecondStage, JobOp::kRead, false},
                                           ContainedCase{Containment::kSecondStage, JobOp::kMove, true},
                                           ContainedCase{Containment::kPermissionTable, JobOp::kWrite, true},
                                           ContainedCase{Containment::kPermissionTable, JobOp::kMove, false}));

// The first job asks for two translations, and each translated request finds nothing that could vouch for it.
void ExpectColdChecks(Containment containment, unsigned structures, unsigned tables) {
  const ResolvedExperiment experiment = Contained(JobOp::kRead, containment, false);
  const ZeroLoad zero(experiment.platform, 0);
  const PageWalkerConfig& walker = experiment.platform.iommus[0].page_walker;
  const WalkReads check = ColdCheck(experiment.address_spaces[0], walker, containment);
  EXPECT_EQ(check.structure, structures);
  EXPECT_EQ(check.table, tables);
  const Picoseconds ats = zero.AtsCold(ColdWalk(experiment.address_spaces[0], walker)).total_ps;
  const Picoseconds checked = zero.CheckedReadCold(64, check).total_ps - zero.TranslatedRead(64).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + 2 * (ats + checked));
}
TEST(ZeroLoadLaw, ColdSecondStageOfTranslatedRequests) { ExpectColdChecks(Containment::kSecondStage, 2, 3); }
TEST(ZeroLoadLaw, ColdHostPermissionTable) { ExpectColdChecks(Containment::kPermissionTable, 4, 4); }
// Every cache of the walker takes time of its own, each another one; one slot each is enough for one walk.
void TimeCaches(PageWalkerConfig* walker) {
  Picoseconds latency = 1'000;
  const auto timed = [&latency] {
    WalkerCacheConfig cache = testing::Cache(16);
    cache.lookup_latency_ps = latency += 1'111;
    cache.slots = 1;
    return cache;
  };
  walker->context_cache = timed();
  walker->pasid_cache = timed();
  walker->nested_cache = timed();
  for (WalkerCacheConfig& cache : walker->first_stage_cache) cache = timed();
  for (WalkerCacheConfig& cache : walker->second_stage_cache) cache = timed();
}

// A job that moves nothing: its record's walk is the only one.
TEST(ZeroLoadLaw, WalkerCachesThatTakeTime) {
  ResolvedExperiment experiment = Unloaded(JobOp::kNoop, false, false);
  experiment.address_spaces[0].stages = TranslationStages::kNested;
  experiment.address_spaces[0].second_format = TableFormat::kX86FourLevel;
  TimeCaches(&experiment.platform.iommus[0].page_walker);
  const ZeroLoad zero(experiment.platform, 0);
  const WalkReads walk = ColdWalk(experiment.address_spaces[0], experiment.platform.iommus[0].page_walker);
  EXPECT_EQ(walk.structure + walk.table, 28u);
  EXPECT_GT(walk.lookups_ps, 0u);
  const Picoseconds cold = zero.UntranslatedReadCold(64, walk).total_ps - zero.UntranslatedRead(64).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + cold);
}

TEST(ZeroLoadLaw, WalkerCachesThatTakeTimeInFrontOfOneStage) {
  ResolvedExperiment experiment = Unloaded(JobOp::kNoop, false, false);
  TimeCaches(&experiment.platform.iommus[0].page_walker);
  const ZeroLoad zero(experiment.platform, 0);
  const WalkReads walk = ColdWalk(experiment.address_spaces[0], experiment.platform.iommus[0].page_walker);
  const Picoseconds cold = zero.UntranslatedReadCold(64, walk).total_ps - zero.UntranslatedRead(64).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + cold);
}

// IOTLB hits, ATC has no entries: every access asks.
TEST(ZeroLoadLaw, TranslationRequestsThatHitTheIotlb) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, false);
  experiment.platform.endpoints[0].atc->geometry.entries = 0;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment) + 2 * ZeroLoad(experiment.platform, 0).AtsHit().total_ps);
}

// Nothing is resident: ask, fault, ask again, for source and record.
TEST(ZeroLoadLaw, PageRequests) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, false);
  experiment.address_spaces[0].resident_fraction = 0.0;
  const ZeroLoad zero(experiment.platform, 0);
  const Picoseconds ats = zero.AtsCold(ColdWalk(experiment.address_spaces[0])).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + 2 * (2 * ats + zero.PageRequest().total_ps));
}

// A guest's pages: the guest's handler takes part.
TEST(ZeroLoadLaw, PageRequestsOfAGuest) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, false);
  experiment.address_spaces[0].resident_fraction = 0.0;
  experiment.address_spaces[0].stages = TranslationStages::kNested;
  experiment.address_spaces[0].second_format = TableFormat::kX86FourLevel;
  FaultServiceConfig& faults = experiment.platform.host.config.faults;
  faults.entry_ps = 90 * kPsPerNs;
  faults.guest_inject_ps = 2'100 * kPsPerNs;
  faults.guest_service = Distribution::Constant(7'000.0 * kPsPerNs);
  faults.guest_respond_ps = 1'300 * kPsPerNs;
  const ZeroLoad zero(experiment.platform, 0);
  const WalkReads cold = ColdWalk(experiment.address_spaces[0]);
  WalkReads absent = cold;
  absent.table -= 4;  // nothing to send through the second stage
  const Picoseconds ats = zero.AtsCold(cold).total_ps + zero.AtsCold(absent).total_ps;
  EXPECT_EQ(FirstJob(experiment), ByGraph(experiment) + 2 * (ats + zero.PageRequest(true).total_ps));
}

TEST(ZeroLoadLaw, RemappingEntriesWithoutACache) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, true);
  experiment.platform.iommus[0].interrupt_remapper.entry_cache.entries = 0;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

TEST(ZeroLoadLaw, MessagesInHostMemoryWithoutACache) {
  ResolvedExperiment experiment = Unloaded(JobOp::kRead, true, true);
  experiment.platform.endpoints[0].ims.placement = ImsPlacement::kHostMemory;
  experiment.platform.endpoints[0].ims.table_address = 0x78'0000'0000;
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

TEST(ZeroLoadLaw, ComputeTime) {
  ResolvedExperiment experiment = Unloaded(JobOp::kMove, true, false);
  experiment.platform.endpoints[0].engine.compute_time = Distribution::Constant(123'456);
  EXPECT_EQ(WarmJob(experiment), ByGraph(experiment));
}

TEST(ZeroLoadLaw, SubmissionRoundTrip) {
  ResolvedExperiment experiment = Unloaded(JobOp::kNoop, true, false);
  experiment.traffic.job_limit = 1;
  const Results results = RunExperiment(experiment, RunOptions{});
  double round_trip = 0;
  for (const StructureRow& row : results.structures) {
    if (row.block == "host0" && row.statistic == "enqcmd_round_trip") round_trip = row.value;
  }
  EXPECT_EQ(static_cast<Picoseconds>(round_trip), ZeroLoad(experiment.platform, 0).SubmitSharedRoundTrip().total_ps);
}

}  // namespace
}  // namespace siov
