// SPDX-License-Identifier: Apache-2.0
// The ways of a job besides its translation: submission, link, memory, completion and interrupt, with real peers.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

TEST(Seam, DeferrableWritesAreAcceptedOrRetriedAndEachIsAnswered) {
  const SeamRun run({Tenants("tenants=40"), Device("swq_arbiter.queues[name=shared].size=2"), "run.job_limit=200"});
  run.ExpectJobs(200);
  EXPECT_EQ(run["host0.accepted"], 200);
  EXPECT_GT(run["host0.retries"], 200);
  EXPECT_EQ(run["host0.enqcmds"], 200 + run["host0.retries"]);
  EXPECT_EQ(run["dsa0.swq_arbiter.shared.retries"], run["host0.retries"]);
  EXPECT_EQ(run["dsa0.swq_arbiter.shared.occupancy.max"], 2);
  EXPECT_EQ(run.link("downstream_nonposted_tlps"), run["host0.enqcmds"]);
  EXPECT_EQ(run.link("upstream_completion_tlps"), run["host0.enqcmds"]);
}

TEST(Seam, Movdir64bIsPostedAndItsCreditsComeBack) {
  const SeamRun run({Tenants("queue_depth=80"), Tenants("queues=[\"dedicated\"]"),
                     Device("swq_arbiter.queues[name=dedicated].size=4"), "run.job_limit=400"});
  run.ExpectJobs(400);
  EXPECT_EQ(run["host0.movdir64bs"], 400);
  EXPECT_EQ(run["host0.credits_used.max"], 4);
  EXPECT_GT(run["host0.credit_waiting.max"], 0);
  EXPECT_EQ(run["dsa0.swq_arbiter.dedicated.dropped"], 0) << "credits keep the queue from overflowing";
  EXPECT_EQ(run.link("downstream_posted_tlps"), 400);
  EXPECT_EQ(run.link("downstream_nonposted_tlps"), 0);
}

// The interrupt message is behind the completion record in the posted channel, and stays so up to the host.
TEST(Seam, InterruptsComeNotBeforeTheRecordsTheyAnnounce) {
  const SeamRun run({Tenants("tenants=8"), Tenants("wants_interrupt=true"), Jobs("op=WRITE"), Jobs("size_bytes=4096"),
                     "run.job_limit=100", "nodes[name=mem0].memory.dram_latency_ns=5000"});
  run.ExpectJobs(100);
  EXPECT_EQ(run["dsa0.ims.messages"], 100);
  EXPECT_EQ(run["rp0.interrupts"], 100);
  EXPECT_EQ(run["iommu0.interrupt_remapper.interrupts"], 100);
  EXPECT_EQ(run["iommu0.interrupt_remapper.notifications"] + run["iommu0.interrupt_remapper.coalesced"], 100);
  EXPECT_EQ(run["host0.notifications"], 100);
  EXPECT_EQ(run["host0.early_interrupts"], 0);
  EXPECT_GT(run["rp0.message_order_wait"], 0) << "messages waited for slow writes";
}

TEST(Seam, InterruptMessagesInHostMemoryAreReadThroughTheLink) {
  const Overrides in_memory = {Tenants("wants_interrupt=true"), Device("ims.placement=HOST_MEMORY"),
                               Device("ims.cache={entries:0}")};
  const SeamRun run(in_memory);
  const SeamRun on_device({Tenants("wants_interrupt=true")});
  run.ExpectJobs(16);
  EXPECT_EQ(run["dsa0.ims.misses"], 16);
  EXPECT_EQ(run["dsa0.ims.failed_reads"], 0);
  EXPECT_EQ(run.link("upstream_nonposted_tlps") - on_device.link("upstream_nonposted_tlps"), 16);
  EXPECT_GT(run["job.latency.mean_ns"], on_device["job.latency.mean_ns"]);
}

// As few credits of each class as its largest packet needs: everything waits, nothing is lost, and each class returns
// what it took.
TEST(Seam, TheFewestCreditsOfEachClassAreEnough) {
  const Overrides load = {Tenants("tenants=8"),    Tenants("wants_interrupt=true"),    Jobs("op=MOVE"),
                          Jobs("size_bytes=4096"), Device("engine.jobs_per_engine=8"), "run.job_limit=100"};
  for (const char* credits : {"upstream={posted_header:1 posted_data:16}", "upstream={nonposted_header:1}",
                              "downstream={nonposted_header:1 nonposted_data:4}", "downstream={posted_header:1}",
                              "downstream={completion_header:3 completion_data:35}"}) {
    Overrides bounded = load;
    bounded.push_back(Link(credits));
    const SeamRun run(bounded);
    run.ExpectJobs(100);
    EXPECT_EQ(run["dsa0.engine.bytes_written"], 100 * 4096) << credits;
    EXPECT_EQ(run["host0.notifications"], 100) << credits;
  }
}

// What the walker, the queue and the device read is what memory was asked for.
TEST(Seam, EveryReadOfATableReachesMemory) {
  const SeamRun run({Tenants("mapping=STREAMING"), Tenants("wants_interrupt=true")});
  run.ExpectJobs(16);
  const double walker = run.walker("reads.structures") + run.table_reads();
  EXPECT_EQ(run["mem0.reads"],
            run["dsa0.engine.reads"] + walker + run.queue("fetches") + run["iommu0.interrupt_remapper.entry_misses"]);
}

// Shares of the IOTLB: a tenant that runs through many pages does not evict those of the other share.
TEST(Seam, PartitionsKeepTenantsApart) {
  const std::string others = "workload.tenant_classes[name=others].";
  const Overrides load = {Iommu("iotlb.entries=8"),
                          Iommu("iotlb.ways=0"),
                          Atc("entries=0"),
                          Jobs("size_bytes=4096"),
                          Tenants("working_set_bytes=1048576"),
                          Tenants("tenants=8"),
                          Device("engine.jobs_per_engine=8"),
                          "nodes[name=dsa1].endpoint.atc.entries=0",
                          "run.job_limit=400"};
  const SeamRun shared(load, kTwoDevices);
  Overrides apart = load;
  apart.insert(apart.end(), {Iommu("iotlb.partitions=2"), others + "address_space.cache_partition=1"});
  const SeamRun split(apart, kTwoDevices);
  EXPECT_EQ(shared.iotlb("hits"), 0) << "eight tenants of new pages leave nothing to the ninth";
  EXPECT_GT(split.iotlb("hits"), 100) << "in its own half it keeps its two pages";
  split.ExpectJobs(400);
}

// Each of two devices does half of the same work, and what the IOMMU counted is the sum.
TEST(Seam, TwoDevicesOfOneIommuAddUp) {
  const SeamRun run({"workload.tenant_classes[name=others].mapping=STREAMING", Tenants("mapping=STREAMING")},
                    kTwoDevices);
  run.ExpectJobs(32);
  EXPECT_EQ(run.queue("device_tlb"), run.atc("invalidate_requests") + run["dsa1.atc.invalidate_requests"]);
  EXPECT_EQ(run.atc("invalidate_requests"), 16);
  EXPECT_EQ(run["rp0.invalidate_completions"], 16);
  EXPECT_EQ(run["rp1.invalidate_completions"], 16);
  EXPECT_EQ(run.iotlb("translation_requests"), run.atc("translation_requests") + run["dsa1.atc.translation_requests"]);
}

}  // namespace
}  // namespace siov::seam
