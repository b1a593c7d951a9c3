// SPDX-License-Identifier: Apache-2.0
// Jobs end, whatever happens to what would have told of their end (IOM-26, IOM-27, DSA-18, RST-05, PAS-05): faults that
// software is not told of, functions that are reset or halt, PASIDs that are stopped. Whole platforms, as configured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/collect/conservation.h"
#include "tests/support/configured_run.h"
#include "tests/support/whole_run.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RunText;
using testing::StructureOf;

// c21: four tenants whose records cannot be written, one that is well.
constexpr char kGoodAndBad[] = R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
    workload {
      tenant_classes { name: "bad" tenants: 4 endpoint: "dsa0" queues: "swq0" jobs { op: WRITE size_bytes: 4096 }
        working_set_bytes: 65536 alignment_bytes: 4096 think_time { mean_ns: 2000 }
        address_space { stages: FIRST read_only: true } }
      tenant_classes { name: "good" queue_depth: 4 endpoint: "dsa0" queues: "dwq0" jobs { op: READ size_bytes: 4096 }
        working_set_bytes: 65536 alignment_bytes: 4096 think_time { mean_ns: 2000 } address_space { stages: FIRST } } }
    run { seed: 1 job_limit: 400 stall_limit_us: 3000 })";

constexpr char kRecording[] = "nodes[name=iommu0].iommu.fault_recording.";

TEST(Conformance, IOM_26_C21MaskedFaultEventsLeaveJobsToTheDriversTimeout) {
  const Results results =
      RunText(kGoodAndBad, {std::string(kRecording) + "records=256", std::string(kRecording) + "event_masked=true",
                            "nodes[name=host0].host.job_timeout_ns=20000"});
  EXPECT_EQ(results.Metric("job.completed"), 400);
  const double failed = results.Metric("job.failed");
  EXPECT_GT(failed, 20) << "all of the bad ones, and those go on after each";
  EXPECT_EQ(StructureOf(results, "host0", "job_timeouts"), failed);
  EXPECT_EQ(StructureOf(results, "iommu0.fault_recording", "events"), 0);
}

// The same with a duration: once exit 0, no failed job, four tenants silent.
TEST(Conformance, IOM_26_C21WithADurationTheBadTenantsKeepFailing) {
  const Results results =
      RunText(kGoodAndBad, {std::string(kRecording) + "event_masked=true", "run.duration_us=200",
                            "run.job_limit=1000000", "nodes[name=host0].host.job_timeout_ns=20000"});
  EXPECT_GE(results.Metric("job.failed"), 4 * 7);
}

// c4: jobs whose records are lost, and software that no fault event tells of it.
constexpr char kEventMasked[] = R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
    platform { nodes { name: "iommu0" iommu { fault_recording { event_masked: true } } } }
    workload { tenant_classes { name: "a" endpoint: "dsa0" queues: "swq0" jobs { op: NOOP }
               address_space { resident_fraction: 0 } } }
    run { job_limit: 20 })";

TEST(Conformance, IOM_26_C4AMaskedFaultEventEndsEveryJobByTimeout) {
  const Results results = RunText(kEventMasked);
  EXPECT_EQ(results.Metric("job.completed"), 20);
  EXPECT_EQ(results.Metric("job.failed"), 20);
  EXPECT_GE(results.Metric("job.latency.min_ns"), 1e8);
  EXPECT_LE(results.Metric("job.latency.max_ns"), 1.01e8);
}

// The records nobody reads once failed the run as packets under way after the last job.
TEST(Conformance, IOM_26_C4RecordsThatAMaskedEventLeavesUnreadAreNotPacketsThatWereLost) {
  const Results results = RunText(kEventMasked);
  EXPECT_TRUE(results.conservation.drained);
  EXPECT_THAT(results.conservation.violations, IsEmpty());
  EXPECT_GT(StructureOf(results, "iommu0.fault_recording", "recorded"), 0);
  EXPECT_EQ(StructureOf(results, "iommu0.fault_recording", "served"), 0);
}

TEST(Conformance, IOM_26_C4APacketThatIsLostIsFoundBesideUnreadRecords) {
  const ResolvedExperiment experiment =
      testing::Configured(kEventMasked, {"nodes[name=host0].host.job_timeout_ns=20000"});
  System system(experiment, {});
  testing::RunToRest(system);
  Results results;
  CheckDrained(system, system.simulation().agenda.now(), &results);
  EXPECT_THAT(results.conservation.violations, IsEmpty());
  system.simulation().packets.Take(TlpKind::kMemoryWrite, 0, 64, 0);
  CheckDrained(system, system.simulation().agenda.now(), &results);
  EXPECT_THAT(results.conservation.violations, ElementsAre(HasSubstr("1 packet is still under way")));
}

// The driver gives a job up whose interrupt is still on its way: it once ended the job again, or the tenant's next one.
void ExpectInterruptsToEndNobodysJob(int timeout_ns, bool late) {
  const Results results =
      RunText(kEventMasked, {"tenant_classes[name=a].wants_interrupt=true",
                             "nodes[name=host0].host.job_timeout_ns=" + std::to_string(timeout_ns)});
  EXPECT_EQ(results.Metric("job.completed"), 20);
  EXPECT_EQ(results.Metric("job.failed"), 20);
  EXPECT_EQ(StructureOf(results, "host0", "job_timeouts"), 20);
  EXPECT_THAT(results.conservation.violations, IsEmpty());
  const double late_notices = StructureOf(results, "host0", "late_notices");
  EXPECT_EQ(late_notices > 0, late) << late_notices;
}

TEST(Conformance, IOM_26_AnInterruptAfterATimeoutOf600nsEndsNobodysJob) { ExpectInterruptsToEndNobodysJob(600, true); }
TEST(Conformance, IOM_26_AnInterruptAfterATimeoutOf800nsEndsNobodysJob) { ExpectInterruptsToEndNobodysJob(800, true); }
TEST(Conformance, IOM_26_AnInterruptAfterATimeoutOf1000nsEndsNobodysJob) {
  ExpectInterruptsToEndNobodysJob(1000, true);
}
TEST(Conformance, IOM_26_AnInterruptAfterATimeoutOf1100nsEndsNobodysJob) {
  ExpectInterruptsToEndNobodysJob(1100, true);
}
TEST(Conformance, IOM_26_AnInterruptBeforeATimeoutOf50usIsNotLate) { ExpectInterruptsToEndNobodysJob(50'000, false); }

// Software that reads its records only after it gave their jobs up must not end the jobs that came after them.
TEST(Conformance, IOM_26_ARecordReadAfterTheTimeoutEndsNobodyElsesJob) {
  const Results results =
      RunText(kGoodAndBad, {std::string(kRecording) + "records=256", std::string(kRecording) + "event_latency_ns=50000",
                            "nodes[name=host0].host.job_timeout_ns=20000"});
  EXPECT_EQ(results.Metric("job.completed"), 400);
  EXPECT_GT(StructureOf(results, "host0", "job_timeouts"), 0);
  EXPECT_LE(StructureOf(results, "host0", "job_timeouts"), results.Metric("job.failed"));
}

// A shared and a dedicated queue on a device with ATS, to which software does something at 40 us.
std::string With(const std::string& event, const std::string& run = "duration_us: 200") {
  return R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      platform { nodes { name: "host0" host { job_timeout_ns: 20000 retry_backoff_ns: 500 } }
                 nodes { name: "dsa0" endpoint { atc { )" +
         event + R"( } } } }
      workload {
        tenant_classes { name: "shared" tenants: 4 endpoint: "dsa0" queues: "swq0" jobs { op: MOVE size_bytes: 4096 }
                         think_time { mean_ns: 200 } address_space { stages: FIRST } }
        tenant_classes { name: "own" queue_depth: 4 endpoint: "dsa0" queues: "dwq0" jobs { op: READ size_bytes: 4096 }
                         think_time { mean_ns: 200 } address_space { stages: FIRST } } }
      run { seed: 1 )" +
         run + " }";
}

TEST(Conformance, RST_05_AResetFunctionTakesNoSubmissionsAndTheirJobsFailByTimeout) {
  const Results results = RunText(With("events { at_us: 40 kind: FUNCTION_RESET }"));
  EXPECT_GT(StructureOf(results, "dsa0.swq_arbiter", "refused"), 100) << "ENQCMDs that are tried again";
  // From the reset on each of eight tenants has a job of 20 us after the other.
  EXPECT_GE(results.Metric("job.failed"), 8 * 6);
  EXPECT_LE(results.Metric("job.failed"), 8 * 9);
  EXPECT_LE(StructureOf(results, "dsa0.engine", "records_lost"), 8) << "only those that were inside";
  EXPECT_GT(StructureOf(results, "host0", "job_timeouts"), 8 * 5);
}

TEST(Conformance, RST_05_AResetFunctionWorksAgainWhenItsPasidsAreEnabled) {
  const Results results = RunText(With(R"(events { at_us: 40 kind: FUNCTION_RESET }
      events { at_us: 100 kind: PASID_ENABLE } events { at_us: 101 kind: ATS_ENABLE })"));
  EXPECT_GT(results.Metric("job.failed"), 8);
  EXPECT_LE(results.Metric("job.failed"), 8 * 5);
  const double before_and_after = results.Metric("job.completed") - results.Metric("job.failed");
  EXPECT_GT(before_and_after, 8 * 20);
}

TEST(Conformance, DSA_18_AHaltedFunctionAnswersRetry) {
  const Results results = RunText(With("events { at_us: 40 kind: PASID_DISABLE }"));
  EXPECT_EQ(StructureOf(results, "dsa0.atc", "halts"), 1);
  EXPECT_GT(StructureOf(results, "dsa0.swq_arbiter", "refused"), 100);
  EXPECT_GE(results.Metric("job.failed"), 8 * 6);
  EXPECT_LE(StructureOf(results, "dsa0.engine", "records_lost"), 8);
}

// Tenant 1 is PASID 2. Its jobs once went on failing to the end of the run.
TEST(Conformance, PAS_05_AStoppedPasidsTenantSubmitsNothingMore) {
  const Results results = RunText(With("events { at_us: 40 kind: PASID_STOP pasid: 2 }"));
  EXPECT_EQ(StructureOf(results, "traffic", "ended_tenants"), 1);
  EXPECT_LE(results.Metric("job.failed"), 1) << "the one it had under way";
  EXPECT_EQ(StructureOf(results, "dsa0.atc", "pasid_stops"), 1);
}

// Of a recording that is streamed, one place in it serves many tenants, of whom one is stopped.
TEST(Conformance, PAS_05_OfTenantsThatShareAPlaceInAStreamTheStoppedOneIsLeftOut) {
  ResolvedExperiment experiment = testing::Configured(R"(platform_file: "configs/platforms/minimal.txtpb"
      workload { replay { trace_file: "traces/boot.siovtrace" endpoint: "dsa0" queues: "swq0" tenants: 8
                          timing: RECORDED time_scale: 1e-5 } }
      platform { nodes { name: "dsa0" endpoint { atc { events { at_us: 40 kind: PASID_STOP pasid: 6 } } } } } run {})");
  experiment.traffic.replay.memory_bytes = 1;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(StructureOf(results, "traffic", "ended_tenants"), 1);
  const double left_out = StructureOf(results, "traffic", "left_out");
  EXPECT_GT(left_out, 0);
  EXPECT_EQ(results.Metric("job.completed"), 2 * 543 - left_out);
  EXPECT_LE(results.Metric("job.failed"), 1);
}

// Whole-run statistics of a device's own jobs whose writes the IOMMU drops: none ends as a success unseen.
TEST(Conformance, IOM_26_ADevicesOwnJobWhoseWriteWasDroppedFails) {
  const Results results = RunText(R"(platform_file: "configs/platforms/nic_gen3x8_nfp.txtpb"
      workload_file: "configs/workloads/pcie_bench_read64.txtpb"
      workload { tenant_classes { name: "dma" queue_depth: 8 jobs { op: WRITE size_bytes: 64 }
                 address_space { stages: FIRST read_only: true } } } run { job_limit: 300 })");
  EXPECT_EQ(results.Metric("job.completed"), 300);
  EXPECT_EQ(results.Metric("job.failed"), 300);
  EXPECT_EQ(results.Metric("job.goodput_bytes_per_s"), 0);
}

}  // namespace
}  // namespace siov
