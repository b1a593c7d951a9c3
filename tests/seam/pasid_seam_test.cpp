// SPDX-License-Identifier: Apache-2.0
// PASIDs through whole platforms (docs/requirements/pas.md, svm.md): who carries them, who may, and how one ends.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

constexpr int kPrefixBytes = 4;

void ExpectMessagesWithoutPasid() {
  const auto run = [](const char* prefix) {
    return SeamRun({Tenants("wants_interrupt=true"), Link(std::string("pasid_prefix=") + prefix)}, kNoAts);
  };
  const SeamRun with = run("true");
  const SeamRun without = run("false");
  with.ExpectJobs(16);
  EXPECT_EQ(with["rp0.interrupts"], 16);
  EXPECT_EQ(with.link("upstream_posted_tlps"), 32) << "a completion record and an interrupt message each";
  EXPECT_EQ(with.link("upstream_posted_bytes") - without.link("upstream_posted_bytes"), 16 * kPrefixBytes);
  EXPECT_EQ(with.link("upstream_nonposted_bytes") - without.link("upstream_nonposted_bytes"), 16 * kPrefixBytes);
}
TEST(Conformance, PAS_01_RequestsCarryTheirPasidAndInterruptMessagesNone) { ExpectMessagesWithoutPasid(); }
TEST(Conformance, SIOV_07_InterruptMessagesOfTenantsCarryNoPasid) { ExpectMessagesWithoutPasid(); }

TEST(Conformance, PAS_02_TheLastPasidOfTheWidthIsServedAndTheNextRefused) {
  const SeamRun run({Device("port.pasid_width=3"), Tenants("tenants=7"), "run.job_limit=70"});
  run.ExpectJobs(70);
  EXPECT_EQ(run["dsa0.port.pasid_refused"], 0);
  EXPECT_EQ(run.atc("translation_requests"), 7 * 2) << "of seven PASIDs: a buffer and a record";
  EXPECT_THAT(Refusal({Device("port.pasid_width=3"), Tenants("tenants=8")}), ::testing::HasSubstr("pasid_width of 3"));
}

TEST(Conformance, PAS_03_ChangingPasidControlWithAtsOnHaltsTheDeviceOnAPlatform) {
  const SeamRun run({Atc("events=[{at_us:5 kind:PASID_DISABLE}]"), Host("job_timeout_ns=20000")});
  EXPECT_EQ(run.atc("halts"), 1);
  EXPECT_EQ(run["job.completed"], 16) << "every job ends";
  EXPECT_EQ(run["job.failed"], 16 - run["dsa0.engine.jobs_succeeded"]);
  EXPECT_EQ(run["host0.rejected"], run["job.failed"]) << "a halted device refuses, and drivers give up in time";
  EXPECT_GT(run["job.failed"], 5);
}

TEST(Conformance, PAS_03_InTheRequiredOrderNothingHalts) {
  const SeamRun run({Atc("events=[{at_us:5 kind:ATS_DISABLE},{at_us:6 kind:PASID_DISABLE},{at_us:7 kind:PASID_ENABLE},"
                         "{at_us:8 kind:ATS_ENABLE}]"),
                     "run.job_limit=40"});
  EXPECT_EQ(run.atc("halts"), 0);
  EXPECT_EQ(run.atc("ats_enables"), 1);
  EXPECT_LE(run["job.failed"], 2) << "at most what ran while PASIDs were off";
  EXPECT_EQ(run["job.completed"], 40);
}

// Four processes fault their pages in; one exits meanwhile.
SeamRun Exit(const std::string& stop) {
  return SeamRun({Tenants("tenants=4"), Jobs("size_bytes=4096"), Space("resident_fraction=0"),
                  Tenants("exits=[{at_us:20 tenants:1 stop:" + stop + "}]"), "run.job_limit=40"});
}

TEST(Conformance, PAS_05_AStopEndsWithItsMarkerAndOthersGoOn) {
  const SeamRun run = Exit("STOP_MARKER");
  EXPECT_EQ(run.atc("pasid_stops"), 1);
  EXPECT_EQ(run.atc("stop_markers"), 1);
  EXPECT_EQ(run["job.completed"], 40);
  EXPECT_LE(run["job.failed"], 1) << "the one job of the process that exited";
  EXPECT_EQ(run.atc("page_responses.unexpected"), 0);
}

TEST(Conformance, PAS_05_AStopWithoutMarkerWaitsForItsResponses) {
  const SeamRun run = Exit("WAIT_FOR_RESPONSES");
  EXPECT_EQ(run.atc("pasid_stops"), 1);
  EXPECT_EQ(run.atc("stop_markers"), 0);
  EXPECT_EQ(run.pri("stop_markers"), 0);
  EXPECT_EQ(run["job.completed"], 40);
}

TEST(Conformance, SVM_01_UntouchedBuffersAreFaultedInAndNothingIsPinned) {
  const SeamRun run({Space("paging=ON_DEMAND"), Jobs("op=WRITE"), Jobs("size_bytes=4096"),
                     Tenants("working_set_bytes=32768"), "run.job_limit=32"});
  run.ExpectJobs(32);
  EXPECT_EQ(run.service("minor_faults"), 9) << "eight pages of the buffer and one of records, once each";
  EXPECT_EQ(run.atc("page_requests"), 9);
  EXPECT_EQ(run.service("resident_bytes.max"), 9 * 4096) << "and nothing else is held";
}

// A replay went on submitting under a PASID that software had stopped, and all of it failed.
TEST(Conformance, PAS_05_AReplayLeavesOutWhatWasRecordedUnderAStoppedPasid) {
  const std::string replay = "tests/knobs/bases/replay.txtpb";
  for (const std::string order : {"BY_DEVICE", "AS_RECORDED"}) {
    const Overrides in_order = {"replay.order=" + order};
    Overrides with_stop = in_order;
    with_stop.push_back(Atc("events=[{at_us:5 kind:PASID_STOP pasid:2}]"));
    const SeamRun whole(in_order, replay);
    const SeamRun stopped(with_stop, replay);
    EXPECT_EQ(whole["traffic.ended_tenants"], 0) << order;
    EXPECT_EQ(stopped["traffic.ended_tenants"], 1) << order;
    EXPECT_LE(stopped["job.failed"], 1) << order << ": the one it had under way";
    EXPECT_GT(whole["job.completed"] - stopped["job.completed"], 20) << order;
    EXPECT_LT(stopped.atc("translation_requests"), whole.atc("translation_requests")) << order;
    if (order == "AS_RECORDED") {
      EXPECT_EQ(stopped["traffic.left_out"], whole["job.completed"] - stopped["job.completed"]);
      EXPECT_EQ(stopped["traffic.maps"], whole["traffic.maps"]) << "the driver goes on";
    }
  }
}

TEST(Conformance, PAS_05_AReplayAllOfWhosePasidsAreStoppedEnds) {
  std::string stops;
  for (int pasid = 1; pasid <= 4; ++pasid) {
    stops += (pasid == 1 ? "{at_us:5 kind:PASID_STOP pasid:" : ",{at_us:5 kind:PASID_STOP pasid:") +
             std::to_string(pasid) + "}";
  }
  for (const char* timing : {"AS_FAST_AS_POSSIBLE", "RECORDED"}) {
    const SeamRun run({Atc("events=[" + stops + "]"), std::string("replay.timing=") + timing},
                      "tests/knobs/bases/replay.txtpb");
    EXPECT_EQ(run["traffic.ended_tenants"], 4) << timing;
    EXPECT_LT(run["job.completed"], 100) << timing << ", of 543 recorded";
  }
}

// What the device does is the same for a process of the host and for one in a VM; only tables differ.
TEST(Conformance, SVM_02_HostAndGuestLookAlikeToTheDevice) {
  const Overrides common = {Space("resident_fraction=0"), Jobs("size_bytes=4096")};
  Overrides guest = common;
  guest.push_back(Space("stages=NESTED"));
  const SeamRun native(common);
  const SeamRun nested(guest);
  for (const char* same : {"translation_requests", "no_access_answers", "page_requests", "page_groups",
                           "page_responses.success", "hits", "misses"}) {
    EXPECT_EQ(native.atc(same), nested.atc(same)) << same;
  }
  EXPECT_EQ(native.service("guest_groups"), 0);
  EXPECT_EQ(nested.service("guest_groups"), nested.atc("page_groups")) << "first-stage faults are the guest's";
  EXPECT_GT(nested.table_reads(), native.table_reads());
}

TEST(Conformance, SVM_03_PagesTakenAwayAreInvalidatedInBothCachesFirst) {
  const SeamRun run({Space("resident_fraction=0"), Jobs("op=WRITE"), Jobs("size_bytes=4096"),
                     Tenants("working_set_bytes=65536"), Host("swap_out_per_second=100000"), "run.job_limit=400"});
  run.ExpectJobs(400);
  const double swapped = run.service("swapped_out");
  EXPECT_GT(swapped, 10);
  EXPECT_EQ(run.queue("pasid_iotlb"), swapped);
  EXPECT_EQ(run.queue("device_tlb"), swapped);
  EXPECT_EQ(run.queue("waits_completed"), swapped);
  EXPECT_EQ(run.atc("invalidate_completions"), swapped);
}

// Jobs of the process that still wait in the device's queue when its PASID has been stopped find it refused there
// (PAS-05: no new request with that PASID is issued), although nothing is being stopped any more.
TEST(Conformance, PAS_05_NoRequestOfAPasidThatIsGoneLeavesTheDevice) {
  const SeamRun run({Tenants("tenants=4"), Jobs("size_bytes=4096"), Tenants("queue_depth=8"),
                     Device("engine.jobs_per_engine=1"), Tenants("exits=[{at_us:20 tenants:2}]"), "run.job_limit=80"});
  EXPECT_EQ(run["host0.process_exits.exits"], 2);
  EXPECT_EQ(run.faults("faults"), 0);
  EXPECT_EQ(run.iotlb("faults"), 0);
  EXPECT_GT(run["job.failed"], 0) << "those in the queue";
}

}  // namespace
}  // namespace siov::seam
