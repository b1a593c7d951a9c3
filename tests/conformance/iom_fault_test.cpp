// SPDX-License-Identifier: Apache-2.0
// Faults: what is answered, what is recorded, who is told (docs/requirements/iom.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/run/run.h"
#include "tests/support/iommu_bench.h"
#include "tests/support/root_port_bench.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using Bench = testing::IommuBench;

// The first register that holds a fault.
RecordedFault Recorded(const Bench& bench) {
  for (std::uint32_t i = 0; i < bench.faults.registers().size(); ++i) {
    if (bench.faults.registers()[i]) return *bench.faults.registers()[i];
  }
  ADD_FAILURE() << "nothing is recorded";
  return {};
}

Bench::Config Masked(std::uint32_t records = 8) {
  Bench::Config config;
  config.faults.records = records;
  config.faults.event_masked = true;  // nobody clears the records
  return config;
}

TEST(Conformance, IOM_10_OutputInTheInterruptRangeIsAFault) {
  Bench::Config config = Masked();
  config.classes[0].explicit_pages = true;
  Bench bench(config);
  bench.spaces.Map(Pasid(1), 0x5000, kPageShift4K, 0xFEE0'0000, true, true);
  bench.At(0, TlpKind::kMemoryWrite, 1, 0x5000);
  bench.Run(10'000);
  EXPECT_EQ(Recorded(bench).reason, 0x87);
  EXPECT_TRUE(Recorded(bench).write);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "dropped_writes"), 1u);
  Tlp* request = bench.At(20'000, TlpKind::kTranslationRequest, 1, 0x5000);
  Tlp* read = bench.At(20'000, TlpKind::kMemoryRead, 1, 0x5000);
  bench.Run();
  EXPECT_EQ(request->status, CompletionStatus::kCompleterAbort);
  EXPECT_EQ(read->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(Bench::Stat(bench.faults, "recorded"), 3u);
}

// No class of address spaces covers PASID 9: its entry is not present.
TEST(Conformance, IOM_26_AMissingPasidEntryIsUrForRequestsAndAHoleForTranslationRequests) {
  Bench bench(Masked());
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 9, 0x5000);
  bench.Run(10'000);
  EXPECT_EQ(request->status, CompletionStatus::kSuccess);
  EXPECT_FALSE(request->translation.read || request->translation.write);
  EXPECT_EQ(Bench::Stat(bench.faults, "faults"), 0u);
  Tlp* read = bench.At(20'000, TlpKind::kMemoryRead, 9, 0x5678);
  bench.Run();
  EXPECT_EQ(read->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(Recorded(bench).reason, 0x59);
  EXPECT_EQ(Recorded(bench).address, 0x5000u);
  EXPECT_EQ(Recorded(bench).source, 0x0100);
  EXPECT_EQ(Recorded(bench).pasid, Pasid(9));
}

TEST(Conformance, IOM_27_OneRegisterHoldsOneOfThreeFaultsAndOverflows) {
  Bench bench(Masked(1));
  for (const std::uint64_t page : {0x5000u, 0x6000u, 0x7000u}) bench.At(page, TlpKind::kMemoryRead, 9, page);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.faults, "recorded"), 1u);
  EXPECT_EQ(Bench::Stat(bench.faults, "lost"), 2u);
  EXPECT_TRUE(bench.faults.status().overflow);
  EXPECT_TRUE(bench.faults.status().pending);
  EXPECT_EQ(Recorded(bench).address, 0x5000u) << "the first, not the last";
}

// One event while something is pending, the next after software has cleared everything.
TEST(Conformance, IOM_28_NoSecondEventWhileOneIsPending) {
  Bench bench;
  for (Picoseconds at : {0u, 100u, 200u}) bench.At(at, TlpKind::kMemoryRead, 9, 0x5000);
  bench.At(100'000, TlpKind::kMemoryRead, 9, 0x5000);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.faults, "recorded"), 4u);
  EXPECT_EQ(Bench::Stat(bench.faults, "events"), 2u);
  EXPECT_EQ(Bench::Stat(bench.faults, "served"), 4u);
  EXPECT_FALSE(bench.faults.status().pending);
}

// A device whose context entry says FPD: refused all the same, and nothing is recorded.
TEST(Conformance, IOM_28_FpdSuppressesTheRecordAndNotTheRefusal) {
  testing::RootPortBench bench;
  ContextEntry context;
  context.dte = context.pre = false;
  bench.structures.SetContext(0x0200, context);
  context.fpd = true;
  bench.structures.SetContext(0x0300, context);
  for (const RequesterId requester : {RequesterId{0x0200}, RequesterId{0x0300}}) {
    bench.Send(TlpKind::kMemoryRead, AddressType::kTranslated, requester, 0x5000);
  }
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.port, "refused"), 2u);
  EXPECT_THAT(bench.Reasons(), ::testing::ElementsAre(0x44));
  EXPECT_EQ(Bench::Stat(bench.faults, "suppressed"), 1u);
}

TEST(Conformance, IOM_28_FpdOfThePasidEntry) {
  Bench bench(Masked());
  PasidEntry entry;
  entry.fpd = true;  // and not present
  bench.spaces.structures().SetPasidEntry(0x0100, 1, entry);
  Tlp* read = bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);
  bench.Run();
  EXPECT_EQ(read->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(Bench::Stat(bench.faults, "suppressed"), 1u);
  EXPECT_EQ(Bench::Stat(bench.faults, "recorded"), 0u);
}

double Value(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return 0;
}

// A device without ATS: the IOMMU drops its writes, completion records too. The fault event tells the driver, which
// ends the jobs with an error; nothing hangs.
ResolvedExperiment WithoutAts() {
  ResolvedExperiment experiment = testing::SmallExperiment(4, JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.host.config.event_service_ps = kPsPerUs;
  experiment.platform.host.config.job_timeout_ps = 50 * kPsPerMs;
  experiment.address_spaces[0].read_only = true;  // reads work, records do not
  experiment.traffic.job_limit = 100;
  experiment.run.duration_ps = kNever;
  return experiment;
}

TEST(Conformance, IOM_26_AJobWhoseCompletionRecordIsDroppedEndsByTheFaultEvent) {
  ResolvedExperiment experiment = WithoutAts();
  experiment.platform.iommus[0].fault_recording.records = 64;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(Value(results, "host0", "lost_records"), 100);
  EXPECT_EQ(Value(results, "host0", "job_timeouts"), 0);
  EXPECT_EQ(Value(results, "iommu0.fault_recording", "recorded"), 100);
}

// With one register some faults are lost; their jobs end by the driver's time-out.
TEST(Conformance, IOM_27_JobsWhoseFaultIsLostEndByTimeout) {
  ResolvedExperiment experiment = WithoutAts();
  experiment.platform.iommus[0].fault_recording.records = 1;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(Value(results, "host0", "lost_records"), 100);
  EXPECT_GT(Value(results, "host0", "job_timeouts"), 0);
  EXPECT_EQ(Value(results, "host0", "job_timeouts"), Value(results, "iommu0.fault_recording", "lost"));
}

}  // namespace
}  // namespace siov
