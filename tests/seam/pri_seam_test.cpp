// SPDX-License-Identifier: Apache-2.0
// Page requests from the device to software and back (docs/requirements/pri.md): ATC, page request queue, fault service
// and invalidation queue, which carries the responses.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// 16 tenants touch pages that nobody has touched, all at once: a buffer and a record page each.
Overrides Faulting(Overrides more = {}) {
  more.insert(more.end(), {Tenants("tenants=16"), Space("resident_fraction=0"), Device("engine.jobs_per_engine=16")});
  return more;
}
constexpr double kPages = 32;

TEST(Conformance, PRI_01_EveryGroupIndexComesBackAsItWasSent) {
  const SeamRun run({Tenants("tenants=600"), Space("resident_fraction=0"), Atc("page_request_allocation=1024"),
                     Atc("outstanding_requests=0"), Device("engine.jobs_per_engine=600"),
                     Device("engine.read_buffers=0"), Device("swq_arbiter.total_entries=2000"),
                     Device("swq_arbiter.queues[name=shared].size=1000"), "run.job_limit=600"});
  run.ExpectJobs(600);
  EXPECT_EQ(run.atc("page_groups"), 1200);
  EXPECT_EQ(run.atc("faults.max"), 512) << "nine bits of index, whatever the credits";
  EXPECT_EQ(run.atc("page_responses.success"), 1200);
  EXPECT_EQ(run.atc("page_responses.unexpected"), 0);
}

TEST(Conformance, PRI_02_CreditsBoundWhatIsOutstandingAndAllIsServed) {
  const SeamRun run(Faulting({Atc("page_request_allocation=2")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("faults.max"), 2);
  EXPECT_LE(run.pri("ring.max"), 2);
  EXPECT_EQ(run.atc("credit_queue.max"), 14);
  EXPECT_EQ(run.atc("page_requests"), kPages);
}

// Groups of four pages against two credits: a group closes with its last credit, and nothing stands still.
TEST(Conformance, PRI_02_AGroupClosesWithItsLastCredit) {
  const SeamRun run({Jobs("size_bytes=16384"), Space("resident_fraction=0"), Atc("page_group_pages=4"),
                     Atc("page_group_window_ns=1000"), Atc("page_request_allocation=2")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("page_requests"), 65);
  EXPECT_EQ(run.atc("page_groups"), 16 * 2 + 1) << "pairs, and the page of records";
}

TEST(Conformance, PRI_03_AGroupGetsOneResponse) {
  const SeamRun run({Jobs("size_bytes=16384"), Space("resident_fraction=0"), Atc("page_group_pages=4"),
                     Atc("page_group_window_ns=1000")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("page_requests"), 16 * 4 + 1);
  EXPECT_EQ(run.atc("page_groups"), 16 + 1);
  EXPECT_EQ(run.service("entries"), 65);
  EXPECT_EQ(run.service("served"), 17);
  EXPECT_EQ(run.queue("page_responses"), 17);
  EXPECT_EQ(run.atc("page_responses.success"), 17);
}

// Hardware answers Success for what it had no room for: the device asks again, a bounded number of times.
TEST(Conformance, PRI_04_SuccessWithoutAMappingIsRetriedABoundedNumberOfTimesOnAPlatform) {
  const SeamRun run({Space("resident_fraction=0"), Iommu("pri_queue.enabled=false"), Atc("page_fault_retry_limit=5")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run.atc("page_requests"), 32 * 5);
  EXPECT_EQ(run.atc("translation_requests"), 32 * 6);
  EXPECT_EQ(run.atc("retries_exhausted"), 32);
}

TEST(Conformance, PRI_05_InvalidRequestEndsTheOperationOnlyOnAPlatform) {
  const SeamRun run({Space("read_only=true")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run.atc("page_responses.invalid"), 16) << "one for each record: the interface goes on";
  EXPECT_EQ(run.service("failed"), 16);
  EXPECT_EQ(run["dsa0.engine.bytes_read"], 16 * 64);
}

TEST(Conformance, PRI_06_AfterAFailureNoPageRequestIsSent) {
  const SeamRun run({Space("resident_fraction=0"), Iommu("profile=RISCV"), Iommu("pri_queue.enabled=false")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run.atc("page_requests"), 1);
  EXPECT_EQ(run.atc("page_responses.failure"), 1);
  EXPECT_EQ(run.atc("no_access_answers"), 32);
}

TEST(Conformance, PRI_07_WithoutPageRequestsTheSameFaultsEndTheJobs) {
  const SeamRun off({Space("resident_fraction=0"), Atc("page_requests=false")});
  off.ExpectJobs(16, 16);
  EXPECT_EQ(off["dsa0.engine.jobs_page_fault"], 16);
  EXPECT_EQ(off["rp0.page_requests"], 0);
  const SeamRun on({Space("resident_fraction=0")});
  on.ExpectJobs(16);
  EXPECT_EQ(on["rp0.page_requests"], 2);
}

TEST(Conformance, PRI_08_ResponsesCarryThePasidOnlyIfItIsRequired) {
  const auto bytes = [](const char* required) {
    const SeamRun run(Faulting({Atc(std::string("page_response_pasid_required=") + required)}));
    run.ExpectJobs(16);
    EXPECT_EQ(run.atc("page_responses.success"), kPages) << required;
    return run.link("downstream_posted_bytes");
  };
  EXPECT_EQ(bytes("true") - bytes("false"), kPages * 4);
}

TEST(Conformance, PRI_09_TheStopMarkerIsConsumedAndNeverAnswered) {
  const SeamRun run({Tenants("tenants=4"), Jobs("size_bytes=4096"), Space("resident_fraction=0"),
                     Tenants("exits=[{at_us:20 tenants:1}]"), "run.job_limit=40"});
  EXPECT_EQ(run.atc("stop_markers"), 1);
  EXPECT_EQ(run.pri("stop_markers"), 1);
  EXPECT_EQ(run.service("stop_markers"), 1);
  EXPECT_EQ(run.pri("requests"), run.atc("page_requests") + 1);
  EXPECT_EQ(run.service("entries"), run.pri("requests") - run.pri("table_errors"));
  EXPECT_EQ(run.atc("page_responses.success") + run.atc("page_responses.invalid") + run.atc("page_responses.stale"),
            run.atc("page_groups"));
}

TEST(Conformance, PRI_10_ARingOfNHoldsNMinusOne) {
  const SeamRun run(Faulting({Iommu("pri_queue.entries=8"), Atc("page_fault_retry_limit=60000")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.pri("ring.capacity"), 7);
  EXPECT_EQ(run.pri("ring.max"), 7);
  EXPECT_GT(run.pri("overflows"), 0);
}

// 32 bytes a request on VT-d, 16 on RISC-V; all else that is written is the same.
TEST(Conformance, PRI_10_DescriptorsAreAsLongAsTheProfileSays) {
  const auto written = [](const char* profile) {
    const SeamRun run(Faulting({Iommu(std::string("profile=") + profile)}));
    run.ExpectJobs(16);
    return run["mem0.written_bytes"];
  };
  EXPECT_EQ(written("VTD") - written("RISCV"), kPages * 16);
}

TEST(Conformance, PRI_11_OverflowsAreAnsweredSuccessByHardwareAndAskedAgain) {
  const SeamRun run(Faulting({Iommu("pri_queue.entries=2"), Atc("page_fault_retry_limit=60000")}));
  run.ExpectJobs(16);
  EXPECT_GT(run.pri("overflows"), 0);
  EXPECT_EQ(run.pri("overflows"), run.pri("responses.hardware"));
  EXPECT_EQ(run.service("entries"), kPages);
  EXPECT_EQ(run.atc("page_requests"), kPages + run.pri("overflows"));
}

TEST(Conformance, PRI_12_AQueueThatIsOffAnswersAsItsProfileSays) {
  const SeamRun vtd({Space("resident_fraction=0"), Iommu("pri_queue.enabled=false")});
  EXPECT_EQ(vtd.pri("responses.success"), vtd.pri("requests"));
  const SeamRun riscv({Space("resident_fraction=0"), Iommu("profile=RISCV"), Iommu("pri_queue.enabled=false")});
  EXPECT_EQ(riscv.pri("responses.failure"), riscv.pri("requests"));
  EXPECT_EQ(vtd.faults("faults") + riscv.faults("faults"), 0) << "the queue's own trouble is no translation fault";
}

// 16 requests at once: an event for the first, and none until software has cleared it.
TEST(Conformance, PRI_13_NoFurtherEventUntilTheStatusIsClearedOnAPlatform) {
  const SeamRun run(Faulting());
  run.ExpectJobs(16);
  EXPECT_EQ(run.service("entries"), kPages);
  EXPECT_LT(run.pri("events"), kPages);
  EXPECT_EQ(run.service("events"), run.pri("events")) << "each event reaches software once";
}

TEST(Conformance, PRI_14_ThePageIsSeenAfterItsRequestWithoutAnInvalidation) {
  const SeamRun run(Faulting());
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("translation_requests"), 2 * kPages) << "the second of each is answered";
  EXPECT_EQ(run.queue("commands"), kPages) << "the responses, and no invalidation";
  EXPECT_EQ(run.queue("page_responses"), kPages);
}

TEST(Conformance, PRI_15_EachDeviceGetsItsOwnAnswers) {
  const std::string others = "workload.tenant_classes[name=others].address_space.resident_fraction=0";
  const SeamRun run({Space("resident_fraction=0"), others, Jobs("size_bytes=16384")}, kTwoDevices);
  run.ExpectJobs(32);
  EXPECT_EQ(run.atc("page_responses.success"), run.atc("page_requests"));
  EXPECT_EQ(run["dsa1.atc.page_responses.success"], 2);
  EXPECT_EQ(run["dsa1.atc.page_requests"], 2);
  EXPECT_EQ(run.service("entries"), run.atc("page_requests") + 2);
  EXPECT_EQ(run.service("bad_requests"), 0);
}

TEST(Conformance, PRI_16_AnExitDrainsItsPageRequests) {
  const SeamRun run({Tenants("tenants=4"), Jobs("size_bytes=4096"), Space("resident_fraction=0"),
                     Tenants("exits=[{at_us:20 tenants:2}]"), "run.job_limit=40"});
  EXPECT_EQ(run["host0.process_exits.exits"], 2);
  EXPECT_EQ(run.service("pasids_ended"), 2);
  // From the exit until the driver's next look, 10 us after the device has stopped; that it tells by a Stop Marker.
  EXPECT_GE(run["host0.process_exits.stop_time"], 2 * 10e6);
  EXPECT_LT(run["host0.process_exits.stop_time"], 2 * 20e6);
  EXPECT_GT(run["host0.process_exits.tear_down_time"], 0);
  EXPECT_LT(run["host0.process_exits.tear_down_time"], 2 * 20e6);
  EXPECT_EQ(run.queue("pasid_cache"), 2);
  EXPECT_EQ(run.queue("waits"), run.queue("waits_completed"));
  EXPECT_EQ(run.atc("page_responses.unexpected"), 0);
  EXPECT_EQ(run.faults("faults"), 0);
  EXPECT_EQ(run.pri("table_errors"), 0);
}

// A reset between a page request and its response: the response is ignored, credits are whole again.
TEST(Conformance, PRI_17_AfterAResetLateResponsesAreIgnored) {
  const SeamRun run(
      {Space("resident_fraction=0"), Jobs("size_bytes=4096"), Atc("page_request_allocation=1"),
       Atc("events=[{at_us:5 kind:FUNCTION_RESET},{at_us:30 kind:PASID_ENABLE},{at_us:31 kind:ATS_ENABLE}]"),
       Tenants("think_time={mean_ns:5000}"), "run.job_limit=40"});
  EXPECT_EQ(run.atc("function_resets"), 1);
  EXPECT_EQ(run.atc("page_responses.stale"), 1);
  EXPECT_EQ(run.atc("page_responses.unexpected"), 0);
  EXPECT_EQ(run.atc("page_responses.success"), run.atc("page_requests") - 1) << "with its one credit";
  EXPECT_GT(run["dsa0.engine.jobs_succeeded"], 20) << "after it";
}

}  // namespace
}  // namespace siov::seam
