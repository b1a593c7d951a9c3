// SPDX-License-Identifier: Apache-2.0
// DMWr and ENQCMD through whole platforms (docs/requirements/dmw.md).
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

constexpr double kJobs = 16;

// A class in VMs whose processes have PASIDs of their own.
Overrides In(const std::string& what) { return {Space("stages=NESTED"), Tenants("guest_pasids={" + what + "}")}; }

Overrides With(Overrides overrides, const Overrides& more) {
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

void ExpectNothingSent(const SeamRun& run) {
  EXPECT_EQ(run.link("downstream_nonposted_tlps"), 0);
  EXPECT_EQ(run["rp0.downstream_requests"], 0);
  EXPECT_EQ(run["host0.enqcmds_in_flight.max"], 0);
}

TEST(Conformance, DMW_01_AFullQueueAnswersRetryAfterOneRoundTrip) {
  const SeamRun run({Tenants("tenants=8"), Device("swq_arbiter.queues[name=shared].size=1"),
                     Device("engine.compute_time={mean_ns: 20000}"), "run.job_limit=16"});
  run.ExpectJobs(kJobs);
  const double retries = run["host0.retries"];
  EXPECT_GT(retries, 100);
  EXPECT_EQ(run["dsa0.swq_arbiter.shared.occupancy.max"], 1) << "a Retry leaves the queue as it was";
  EXPECT_EQ(run["dsa0.swq_arbiter.shared.accepted"], kJobs);
  EXPECT_EQ(run.link("upstream_completion_tlps"), kJobs + retries) << "a completion without data for each";
  EXPECT_EQ(run["host0.enqcmds"], kJobs + retries) << "sent again by software alone";
}

TEST(Conformance, DMW_03_AMistakeOfAThreadIsAnExceptionAndNoTlp) {
  for (const char* fault : {"PASID_NOT_VALID", "OPERAND_NOT_ZERO", "NOT_ALIGNED"}) {
    const SeamRun run({Tenants(std::string("submission_fault=") + fault), Host("exception_ns=1500")});
    run.ExpectJobs(kJobs, kJobs);
    EXPECT_EQ(run["host0.exceptions"], kJobs) << fault;
    EXPECT_EQ(run["traffic.exceptions"], kJobs);
    EXPECT_EQ(run["job.latency.max_ns"], 1500);
    ExpectNothingSent(run);
  }
}

TEST(Conformance, DMW_04_TheKernelSubmitsUnderThePasidOfItsCommand) {
  const SeamRun process({});
  const SeamRun kernel({Tenants("submitter=KERNEL")});
  kernel.ExpectJobs(kJobs);
  EXPECT_EQ(kernel["job.latency.mean_ns"], process["job.latency.mean_ns"]);
  const SeamRun wrong({Tenants("submitter=KERNEL"), Tenants("submission_fault=OPERAND_NOT_ZERO")});
  wrong.ExpectJobs(kJobs, kJobs);
  ExpectNothingSent(wrong);
  EXPECT_THAT(Refusal({Tenants("submitter=KERNEL"), Tenants("submission_fault=PASID_NOT_VALID")}),
              ::testing::HasSubstr("ENQCMDS does not use the thread's PASID"));
}

// No fault, ever: software sees that nobody accepted, and tries again as long as it cares to.
TEST(Conformance, DMW_05_AnEnqueueToMemoryIsNotAcceptedAndVanishes) {
  const SeamRun run({Tenants("submission_fault=NO_PORTAL"), Host("retry_limit=3")});
  run.ExpectJobs(kJobs, kJobs);
  EXPECT_EQ(run["host0.retries"], 3 * kJobs);
  EXPECT_EQ(run["host0.no_portal"], 3 * kJobs);
  EXPECT_EQ(run["host0.rejected"], kJobs);
  EXPECT_EQ(run["host0.exceptions"], 0);
  EXPECT_EQ(run.link("downstream_nonposted_tlps"), 0);
  EXPECT_EQ(run["mem0.writes"], 0) << "memory is as it was";
}

TEST(Conformance, DMW_06_WithoutAFenceTheDeviceMayReadWhatIsNotWrittenYet) {
  const Overrides slow = {Host("store_drain_ns=5000"), Host("descriptor_preparation_ns=50")};
  const SeamRun fenced(slow);
  fenced.ExpectJobs(kJobs);
  EXPECT_EQ(fenced["host0.undef.early_reads"], 0);
  const SeamRun not_fenced(With(slow, {Tenants("fence=false")}));
  not_fenced.ExpectJobs(kJobs);
  EXPECT_EQ(not_fenced["host0.undef.early_reads"], kJobs) << "each job's device read too early";
  EXPECT_NEAR(fenced["job.latency.mean_ns"] - not_fenced["job.latency.mean_ns"], 5000, 0.01) << "what the fence costs";
  EXPECT_NEAR(fenced["host0.cpu_time"] - not_fenced["host0.cpu_time"], kJobs * 5'000'000, 1);
  const SeamRun soon({Host("store_drain_ns=100"), Tenants("fence=false")});
  EXPECT_EQ(soon["host0.undef.early_reads"], 0) << "stores that drain before the device comes are no hazard";
}

TEST(Conformance, DMW_07_AGuestsPasidIsReplacedOrTheSubmissionExits) {
  const Overrides costs = {Host("vm_exit_ns=700"), Host("pasid_exit_service_ns=2000"), Host("pasid_translation_ns=40")};
  const SeamRun on_host({Space("stages=NESTED")});
  const SeamRun prepared(With(In("entries: PREPARED"), costs));
  prepared.ExpectJobs(kJobs);
  EXPECT_EQ(prepared["host0.enqcmd_exits"], 0);
  EXPECT_NEAR(prepared["job.latency.mean_ns"] - on_host["job.latency.mean_ns"], 40, 0.01);
  const SeamRun on_exit(With(In("first: 5"), costs));
  on_exit.ExpectJobs(kJobs);
  EXPECT_EQ(on_exit["host0.enqcmd_exits"], 1) << "once: then it is mapped, and the guest executes it again";
  EXPECT_NEAR(on_exit.stages()["exit"] * kJobs, 700 + 2000 + 40, 0.01);
  EXPECT_EQ(on_exit["host0.enqcmds"], kJobs);
  const SeamRun kernel(With(In("first: 5"), {Tenants("submitter=KERNEL")}));
  kernel.ExpectJobs(kJobs);
  EXPECT_EQ(kernel["host0.enqcmds_exits"], 1);
  EXPECT_EQ(kernel["host0.enqcmd_exits"], 0);
  const SeamRun unknown(In("entries: NOT_BOUND"));
  unknown.ExpectJobs(kJobs, kJobs);
  EXPECT_EQ(unknown["host0.enqcmd_exits"], kJobs);
  EXPECT_EQ(unknown["host0.exceptions"], kJobs);
  ExpectNothingSent(unknown);
}

// 24 processes of 3 VMs whose PASIDs lie on both sides of the boundary between the directories.
TEST(Conformance, DMW_08_GuestPasidsOfBothDirectoriesAreTranslated) {
  const SeamRun run(With(In("first: 524284"), {Tenants("tenants=24"), Space("tenants_per_vm=8"), "run.job_limit=96"}));
  run.ExpectJobs(96);
  EXPECT_EQ(run["host0.enqcmd_exits"], 24) << "once each";
  EXPECT_THAT(Refusal(With(In("first: 1048570"), {Tenants("tenants=24"), Space("tenants_per_vm=8")})),
              ::testing::HasSubstr("at most 1048568"));
}

// VMs on two devices use equal guest PASIDs; each of the 8 processes has a PASID of the host's one pool to itself, and
// with it an address space: nothing that one of them has translated serves another.
TEST(Conformance, DMW_09_HostPasidsOfAllDevicesComeFromOnePool) {
  Overrides overrides = {"run.job_limit=128"};
  for (const std::string tenants : {"tenants", "others"}) {
    const std::string of = "workload.tenant_classes[name=" + tenants + "].";
    for (const char* field : {"tenants=4", "address_space.stages=NESTED", "guest_pasids={first: 3}"}) {
      overrides.push_back(of + field);
    }
  }
  const SeamRun run(overrides, kTwoDevices);
  run.ExpectJobs(128);
  EXPECT_EQ(run["host0.enqcmd_exits"], 8);
  EXPECT_EQ(run["dsa0.atc.misses"] + run["dsa1.atc.misses"], 8 * 2) << "a page of buffers and one of records each";
}

}  // namespace
}  // namespace siov::seam
