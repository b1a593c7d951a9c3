// SPDX-License-Identifier: Apache-2.0
// Invalidations from the driver through queue, IOTLB and page walker to the device's ATC and back (docs/requirements/
// ats.md ATS-14 to 19, iom.md IOM-16 to 25): streaming tenants map their buffers before each job and unmap them after.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

Overrides Streaming(Overrides more = {}) {
  more.push_back(Tenants("mapping=STREAMING"));
  return more;
}
// A tenant with sixteen jobs of four pages in flight and a flush queue of two: what is flushed is the domain of jobs
// that are still translating and reading.
Overrides Deferred(Overrides more = {}) {
  more.insert(more.end(), {Tenants("queue_depth=16"), Jobs("size_bytes=16384"), Host("driver.unmap_policy=DEFERRED"),
                           Host("driver.flush_entries=2"), Device("engine.jobs_per_engine=16"),
                           Atc("invalidation_latency_ns=1"), "run.job_limit=200"});
  return Streaming(more);
}
// Eight tenants, a device that takes 10 us for an invalidate request.
Overrides Slow(Overrides more = {}) {
  more.insert(more.end(), {Tenants("tenants=8"), Atc("invalidation_latency_ns=10000"), "run.job_limit=64"});
  return Streaming(more);
}

TEST(Conformance, ATS_14_InvalidateRequestsWaitForATag) {
  const SeamRun free(Slow());
  free.ExpectJobs(64);
  EXPECT_EQ(free.queue("itags.max"), 8);
  EXPECT_EQ(free.queue("itag_stalls"), 0);
  const SeamRun two(Slow({Iommu("invalidation_queue.outstanding_per_device=2")}));
  two.ExpectJobs(64);
  EXPECT_EQ(two.queue("itags.max"), 2);
  EXPECT_GT(two.queue("itag_stalls"), 0);
  EXPECT_EQ(two.queue("queue_errors"), 0) << "deferred, not an error";
}

TEST(Conformance, ATS_15_OnlyTheEntriesOfThePasidInRangeGo) {
  const SeamRun run(Streaming({Tenants("tenants=2")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("invalidate_requests"), 16);
  EXPECT_EQ(run.atc("invalidated_entries"), 16) << "a buffer's page each; records and the other tenant's stay";
  EXPECT_EQ(run.atc("translation_requests"), 16 + 2);
}

// Three pages do not fill an aligned range of four: what is named is what goes.
TEST(Conformance, ATS_15_RangesOfSeveralPagesGoAsAWhole) {
  const SeamRun run(Streaming({Jobs("size_bytes=16384")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("invalidated_entries"), 16 * 4);
  EXPECT_EQ(run.atc("translation_requests"), 16 * 4 + 1);
  EXPECT_EQ(run.iotlb("invalidated"), 16 * 4);
}

TEST(Conformance, ATS_16_CompletionsWaitForReadsThatUsedTheEntry) {
  const SeamRun run(Deferred());
  run.ExpectJobs(200);
  EXPECT_GT(run.atc("invalidations_behind_reads"), 0);
  EXPECT_EQ(run.atc("invalidate_completions"), run.atc("invalidate_requests"));
  EXPECT_EQ(run["dsa0.engine.bytes_read"], 200 * 16384) << "and no read is lost";
}

TEST(Conformance, ATS_17_EveryRequestIsCompletedOnceAndItsTagFreed) {
  const SeamRun run(Deferred());
  EXPECT_EQ(run.queue("device_tlb"), run.atc("invalidate_requests"));
  EXPECT_EQ(run["rp0.invalidate_completions"], run.atc("invalidate_completions"));
  EXPECT_EQ(run.queue("invalidate_completions"), run.atc("invalidate_completions"));
  EXPECT_EQ(run.queue("completion_errors"), 0);
  EXPECT_EQ(run.queue("timeouts"), 0);
  EXPECT_EQ(run.queue("waits_completed"), run.queue("waits"));
}

TEST(Conformance, ATS_18_TranslationsOvertakenByAnInvalidationAreAskedForAgain) {
  const SeamRun run(Deferred());
  run.ExpectJobs(200);
  EXPECT_GT(run.atc("discarded_translations"), 0);
  EXPECT_GE(run.atc("translation_requests"), 200 * 4 + run.atc("discarded_translations"));
}

TEST(Conformance, ATS_19_InvalidationsAreCompletedWhileAtsIsOff) {
  const SeamRun run(Streaming({Atc("events=[{at_us:10 kind:ATS_DISABLE}]"), "run.job_limit=32"}));
  run.ExpectJobs(32);
  EXPECT_GT(run.atc("untranslated_requests"), 50);
  EXPECT_EQ(run.atc("invalidate_completions"), 32);
  EXPECT_EQ(run.queue("timeouts"), 0);
}

TEST(Conformance, ATS_19_TheQueueIsAsDeepAsStatedAndNothingIsLostOnAPlatform) {
  const SeamRun run(Slow({Atc("invalidate_queue_depth=1")}));
  run.ExpectJobs(64);
  EXPECT_EQ(run.atc("invalidate_queue.max"), 1);
  EXPECT_EQ(run.atc("stalled_invalidate_requests"), 0) << "software asks for no more than the device can hold";
  EXPECT_EQ(run.queue("itag_stalls"), 63);
  EXPECT_EQ(run.atc("invalidate_completions"), 64);
}

TEST(Conformance, IOM_16_ARingOfNHoldsNMinusOneAndSoftwareWaitsForTheRestOnAPlatform) {
  const SeamRun run(
      Slow({Iommu("invalidation_queue.entries=8"), Iommu("invalidation_queue.outstanding_per_device=1")}));
  run.ExpectJobs(64);
  EXPECT_EQ(run.queue("ring.capacity"), 7);
  EXPECT_LE(run.queue("ring.max"), 7);
  EXPECT_GT(run.driver("ring_waits") + run.queue("queue_full"), 0);
  EXPECT_EQ(run.queue("commands"), run.queue("answered"));
}

TEST(Conformance, IOM_17_SecondStagePagesGoByDomain) {
  const SeamRun run(Streaming({Space("stages=SECOND")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.queue("iotlb"), 16);
  EXPECT_EQ(run.queue("pasid_iotlb"), 0);
  EXPECT_EQ(run.iotlb("invalidated"), 16) << "the buffer's page; the page of records is another";
}

TEST(Conformance, IOM_18_FirstStagePagesGoByPasid) {
  const SeamRun run(Streaming());
  run.ExpectJobs(16);
  EXPECT_EQ(run.queue("pasid_iotlb"), 16);
  EXPECT_EQ(run.queue("iotlb"), 0);
  EXPECT_EQ(run.iotlb("invalidated"), 16);
  EXPECT_EQ(run.iotlb("misses"), 16 + 1);
}

// A process that exits: PASID cache, then IOTLB, then device TLB, each followed by the next finer one.
TEST(Conformance, IOM_19_AnExitInvalidatesFromThePasidCacheDown) {
  const SeamRun run({Tenants("tenants=2"), Tenants("exits=[{at_us:20 tenants:1}]"), "run.job_limit=200"});
  EXPECT_EQ(run["host0.process_exits.exits"], 1);
  EXPECT_EQ(run.queue("pasid_cache"), 1);
  EXPECT_GE(run.queue("pasid_iotlb"), 1);
  EXPECT_GE(run.queue("device_tlb"), 1);
  EXPECT_GT(run.walker("invalidated"), 0) << "its PASID entry";
  EXPECT_EQ(run.queue("waits_completed"), run.queue("waits"));
}

TEST(Conformance, IOM_20_TheDeviceTlbGoesAfterTheIotlb) {
  const SeamRun right(Streaming());
  EXPECT_EQ(right.driver("undef.wrong_order"), 0);
  const SeamRun reversed(Streaming({Host("driver.recipe_fault=DEVICE_TLB_FIRST")}));
  EXPECT_EQ(reversed.driver("undef.wrong_order"), 16);
  const SeamRun busy(Deferred());
  EXPECT_GT(busy.queue("order_stalls"), 0) << "held back while the IOTLB is still at it";
}

TEST(Conformance, IOM_21_AWaitEndsNotBeforeTheDeviceHasCompleted) {
  const SeamRun slow(Streaming({Atc("invalidation_latency_ns=10000")}));
  const SeamRun quick(Streaming({Atc("invalidation_latency_ns=0")}));
  EXPECT_EQ(slow.queue("status_writes"), 16);
  EXPECT_NEAR(slow.queue("wait_latency.max") - quick.queue("wait_latency.max"), 10'000, 1);
  EXPECT_NEAR(slow["job.latency.mean_ns"] - quick["job.latency.mean_ns"], 10'000, 1) << "strict: the job waits too";
}

TEST(Conformance, IOM_22_ATimeOutAbortsTheWaitAndSoftwareSubmitsAgain) {
  const SeamRun run(Streaming({Iommu("invalidation_queue.completion_timeout_ns=100"), Host("driver.retry_limit=3")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.queue("timeouts"), 16 * 4);
  EXPECT_EQ(run.queue("aborted_waits"), 16 * 4);
  EXPECT_EQ(run.queue("waits_completed"), 0);
  EXPECT_EQ(run.driver("resubmitted"), 16 * 3);
  EXPECT_EQ(run.driver("abandoned"), 16);
  EXPECT_GT(run.queue("completion_errors"), 0) << "the late completions find no tag";
}

// Writes of a device without ATS are translated in the IOTLB: an invalidation is answered when those before it are
// visible, and the status after that.
TEST(Conformance, IOM_23_TheStatusFollowsTheWritesTranslatedBefore) {
  const Overrides common = {Jobs("op=WRITE"),
                            Jobs("size_bytes=65536"),
                            Tenants("queue_depth=4"),
                            Device("engine.jobs_per_engine=4"),
                            "nodes[name=mem0].memory.dram_latency_ns=5000",
                            "nodes[name=mem0].memory.llc_latency_ns=5000"};
  const SeamRun run(Streaming(common), kNoAts);
  run.ExpectJobs(16);
  EXPECT_EQ(run.queue("pasid_iotlb"), 16);
  EXPECT_EQ(run.queue("status_writes"), 16);
  EXPECT_GT(run.iotlb("invalidation_time"), 0) << "ps spent on draining";
}

TEST(Conformance, IOM_24_TheCheckerNamesTheStepThatIsLeftOutOnAPlatform) {
  const auto undef = [](const char* fault, const char* name) {
    const SeamRun run(Streaming({Host(std::string("driver.recipe_fault=") + fault)}));
    double others = 0;
    for (const char* one : {"missing_iotlb", "missing_device_tlb", "missing_wait", "wrong_order"}) {
      if (std::string(one) != name) others += run.driver(std::string("undef.") + one);
    }
    EXPECT_EQ(others, 0) << fault;
    return run.driver(std::string("undef.") + name);
  };
  EXPECT_EQ(undef("NO_IOTLB", "missing_iotlb"), 16);
  EXPECT_EQ(undef("NO_DEVICE_TLB", "missing_device_tlb"), 16);
  EXPECT_EQ(undef("NO_WAIT", "missing_wait"), 16);
  EXPECT_EQ(undef("NONE", "missing_wait"), 0);
}

// Deferred: the old translation may be used until the flush, and the addresses are given back only after it.
TEST(Conformance, IOM_25_DeferredAddressesAreReusedOnlyAfterTheFlush) {
  const SeamRun run(Streaming({Host("driver.unmap_policy=DEFERRED"), Host("driver.flush_entries=8")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.driver("flushes"), 2);
  EXPECT_EQ(run.driver("unflushed.max"), 8);
  EXPECT_EQ(run.atc("translation_requests"), 16 + 2)
      << "each job has a page of its own, none is reused unflushed; the page of records goes with the first flush";
}

}  // namespace
}  // namespace siov::seam
