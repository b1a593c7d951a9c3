// SPDX-License-Identifier: Apache-2.0
// Recordings replayed as recorded through a whole platform whose IOTLB is fully associative with LRU: it misses exactly
// as often as an IOTLB of that size would have on the recorded machine, and the invalidation queue executes exactly the
// recorded descriptors. For every shipped recording, and for ones that were made up a moment ago.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "models/workload/importers/ftrace_importer.h"
#include "models/workload/importers/qemu_importer.h"
#include "models/workload/trace/trace_merge.h"
#include "platforms/run/run.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/recording.h"
#include "platforms/trace/trace_writer.h"
#include "tests/support/small_platform.h"
#include "tests/trace/description.h"
#include "tests/trace/synthetic_recording.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

double Value(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return -1;
}

struct Replay {
  std::string trace_file;
  std::uint32_t tenants = 1;
  std::uint32_t iotlb_entries = 64;
  bool window_only = true;
  bool ats = false;
};

// A device with ATS has an ATC without entries, so that every access still asks the IOTLB.
ResolvedExperiment ExperimentOf(const Replay& replay) {
  ResolvedExperiment experiment = testing::SmallExperiment();
  experiment.platform.iommus[0].iotlb.geometry = testing::Cache(replay.iotlb_entries);
  if (replay.ats) {
    experiment.platform.endpoints[0].atc->geometry = testing::Cache(0);
  } else {
    experiment.platform.endpoints[0].atc.reset();
  }
  experiment.traffic.classes.clear();
  ReplayConfig& config = experiment.traffic.replay;
  config.trace_file = replay.trace_file;
  std::string why_not;
  experiment.recording = Recording::Of(replay.trace_file, &why_not);
  EXPECT_NE(experiment.recording, nullptr) << why_not;
  config.tenants = replay.tenants;
  std::vector<WorkQueueConfig>& queues = experiment.platform.endpoints[0].arbiter.queues;
  for (std::uint32_t i = 0; i < replay.tenants; ++i) {
    config.queues.emplace_back(i);
    if (i > 0) queues.push_back(queues[0]);
    queues[i].name = "own" + std::to_string(i);
  }
  experiment.platform.endpoints[0].arbiter.total_entries = replay.tenants * queues[0].size;
  config.order = ReplayOrder::kAsRecorded;
  config.window_only = replay.window_only;
  config.device_tlb = replay.ats;
  config.first_stage = false;
  AddressSpaceClass space;
  space.count = replay.tenants;
  space.stages = TranslationStages::kSecondOnly;
  space.first_format = TableFormat::kNone;
  space.second_format = TableFormat::kX86FourLevel;
  space.explicit_pages = true;
  experiment.address_spaces = {space};
  experiment.run.duration_ps = kNever;
  testing::HandOut(&experiment);
  return experiment;
}

std::uint64_t Jobs(const Results& results) {
  std::uint64_t jobs = 0;
  for (const TenantRow& tenant : results.tenants) {
    jobs += tenant.jobs;
    EXPECT_EQ(tenant.failed, 0u) << "tenant " << tenant.tenant;
  }
  return jobs;
}

double Lookups(const Results& results) {
  return Value(results, "iommu0.iotlb", "hits") + Value(results, "iommu0.iotlb", "misses");
}

double Descriptors(const Results& results, const std::string& kind) {
  return Value(results, "iommu0.invalidation_queue", kind);
}

// --- Shipped recordings ----------------------------------------------------------------------------------------------

Replay ReplayOf(const Description& description) {
  Replay replay;
  replay.trace_file = description.path();
  replay.tenants = static_cast<std::uint32_t>(description.translations_by_device.size());
  replay.ats = description.descriptor("device") != 0;
  return replay;
}

class ShippedReplay : public ::testing::TestWithParam<std::tuple<std::string, std::uint32_t>> {};

TEST_P(ShippedReplay, MissesAsTheDescriptionSays) {
  const Description description = ReadDescription(std::get<0>(GetParam()));
  Replay replay = ReplayOf(description);
  replay.iotlb_entries = std::get<1>(GetParam());
  const Results results = RunExperiment(ExperimentOf(replay), RunOptions{});
  ExpectCount(description, Jobs(results), description.translations, "translations");
  EXPECT_EQ(Lookups(results), Jobs(results)) << "each access is one translation";
  ExpectCount(description, static_cast<std::uint64_t>(Value(results, "iommu0.iotlb", "misses")),
              description.lru_misses.at(replay.iotlb_entries), "misses");
  EXPECT_EQ(Descriptors(results, "timeouts"), 0);
  std::multiset<std::uint64_t> by_tenant;
  std::multiset<std::uint64_t> by_device;
  for (const TenantRow& tenant : results.tenants) by_tenant.insert(tenant.jobs);
  for (const auto& [device, translations] : description.translations_by_device) by_device.insert(translations);
  if (!description.cut) {
    EXPECT_EQ(by_tenant, by_device) << "translations of each device";
  }
}

// The largest recordings at fewer sizes; recorded_iotlb_test.cpp has them all.
INSTANTIATE_TEST_SUITE_P(Small, ShippedReplay,
                         ::testing::Combine(::testing::Values("boot"),
                                            ::testing::Values(8, 16, 32, 64, 128, 256, 512, 1024)));
INSTANTIATE_TEST_SUITE_P(Middle, ShippedReplay,
                         ::testing::Combine(::testing::Values("nvme_randread4k_strict", "nvme_randread4k_lazy",
                                                              "hetero5_strict"),
                                            ::testing::Values(8, 64, 1024)));
INSTANTIATE_TEST_SUITE_P(Large, ShippedReplay,
                         ::testing::Combine(::testing::Values("nvme_seqread128k_lazy", "nvme_mixed4_strict",
                                                              "nvme_mixed8_strict", "vblk_ats_strict",
                                                              "net_virtio_ats_strict", "vfio_dpdk_e1000e_2m"),
                                            ::testing::Values(32, 512)));

class WholeReplay : public ::testing::TestWithParam<std::string> {};

TEST_P(WholeReplay, ExecutesTheRecordedDescriptors) {
  const Description description = ReadDescription(GetParam());
  Replay replay = ReplayOf(description);
  replay.window_only = false;
  const Results results = RunExperiment(ExperimentOf(replay), RunOptions{});
  ExpectCount(description, Jobs(results), description.whole_translations, "translations");
  EXPECT_EQ(Descriptors(results, "iotlb"), description.descriptor("iotlb"));
  EXPECT_EQ(Descriptors(results, "device_tlb"), description.descriptor("device"));
  EXPECT_EQ(Descriptors(results, "interrupt_entry"), description.descriptor("iec"));
  EXPECT_EQ(Descriptors(results, "context"), description.descriptor("context-cache"));
  EXPECT_EQ(Descriptors(results, "waits"), description.descriptor("wait"));
  EXPECT_EQ(Descriptors(results, "waits_completed"), description.descriptor("wait"));
  EXPECT_EQ(Descriptors(results, "queue_errors"), 0);
  EXPECT_EQ(Descriptors(results, "timeouts"), 0);
  EXPECT_EQ(results.replay.mapping_events_skipped, 0u) << "everything is replayed";
  if (!description.cut) {
    EXPECT_EQ(results.replay.implied_maps, 0u) << "the recording holds every mapping";
  }
}

INSTANTIATE_TEST_SUITE_P(All, WholeReplay, ::testing::ValuesIn(ShippedTraceNames()));

// --- Recordings that are not shipped
// -----------------------------------------------------------------------------------

struct Case {
  const char* name;
  SyntheticMachine machine;
  std::uint32_t entries;
};

SyntheticMachine Machine(unsigned seed, std::vector<unsigned> domains, bool strict, bool ats) {
  SyntheticMachine machine;
  machine.seed = seed;
  machine.domain_of_device = std::move(domains);
  machine.strict = strict;
  machine.ats = ats;
  return machine;
}

class SyntheticReplay : public ::testing::TestWithParam<Case> {
 protected:
  SyntheticReplay() : recording_(GetParam().machine) {
    WriteFile(folder_.Path("guest.txt"), recording_.guest());
    WriteFile(folder_.Path("qemu.log"), recording_.qemu());
  }
  Results Run(const std::string& trace_file) const {
    Replay replay;
    replay.trace_file = trace_file;
    replay.tenants = static_cast<std::uint32_t>(recording_.accesses_by_device().size());
    replay.iotlb_entries = GetParam().entries;
    replay.window_only = false;
    replay.ats = GetParam().machine.ats;
    return RunExperiment(ExperimentOf(replay), RunOptions{});
  }
  void ExpectRecorded(const Results& results) const {
    EXPECT_EQ(Value(results, "iommu0.iotlb", "misses"), recording_.LruMisses(GetParam().entries));
    EXPECT_EQ(Descriptors(results, "iotlb"), recording_.iotlb_invalidations());
    EXPECT_EQ(Descriptors(results, "device_tlb"), recording_.device_invalidations());
    EXPECT_EQ(Descriptors(results, "waits_completed"), recording_.waits());
    ASSERT_EQ(results.tenants.size(), recording_.accesses_by_device().size());
    Jobs(results);
  }
  SyntheticRecording recording_;
  TemporaryFolder folder_;
};

TEST_P(SyntheticReplay, BothSidesMergedGiveWhatWasRecorded) {
  const std::unique_ptr<TraceSource> guest = OpenTrace(folder_.Path("guest.txt"));
  const std::unique_ptr<TraceSource> qemu = OpenTrace(folder_.Path("qemu.log"));
  MergedTrace merged(*guest, *qemu, "pair");
  WriteTrace(merged, folder_.Path("pair.siovtrace"));
  EXPECT_EQ(merged.unmapped_accesses(), 0u);
  const Results results = Run(folder_.Path("pair.siovtrace"));
  ExpectRecorded(results);
  EXPECT_EQ(Value(results, "traffic", "maps"), recording_.maps());
  EXPECT_EQ(Value(results, "traffic", "unmaps"), recording_.unmaps());
  EXPECT_EQ(results.replay.implied_maps, 0u);
  EXPECT_EQ(results.replay.mapping_events_skipped, 0u);
}

// The emulator's side alone holds no mappings: accesses imply them.
TEST_P(SyntheticReplay, TheEmulatorsLogAloneGivesTheSameMisses) {
  const Results results = Run(folder_.Path("qemu.log"));
  ExpectRecorded(results);
  EXPECT_GT(results.replay.implied_maps, 0u);
  EXPECT_EQ(Value(results, "traffic", "implied_maps"), results.replay.implied_maps);
  EXPECT_EQ(Value(results, "traffic", "maps"), 0);
}

TEST_P(SyntheticReplay, TheKernelsSideAloneHasNothingToReplay) {
  EXPECT_NE(ErrorOf([this] { Run(folder_.Path("guest.txt")); }).find("holds no accesses"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Machines, SyntheticReplay,
                         ::testing::Values(Case{"strict", Machine(1, {3, 4}, true, false), 16},
                                           Case{"lazy", Machine(2, {3, 4, 9}, false, false), 64},
                                           Case{"one_domain", Machine(3, {5, 5, 7}, true, false), 32},
                                           Case{"ats", Machine(4, {3, 4}, true, true), 8}),
                         [](const auto& param) { return std::string(param.param.name); });

// It made 2^34 steps of 1 GiB, one after another, until memory ran out.
TEST(HostileRecording, UnmapOfTheWholeAddressSpaceIsRefusedWithItsRecord) {
  Replay replay;
  replay.trace_file = "tests/trace/recordings/unmap_all.siovtrace";
  replay.window_only = false;
  EXPECT_THAT(ErrorOf([&] { RunExperiment(ExperimentOf(replay), {}); }),
              ::testing::HasSubstr("(unmap of 0x0, 18446744073709551615 bytes) is an unmap beyond"));
}

}  // namespace
}  // namespace siov
