// SPDX-License-Identifier: Apache-2.0
// Exhausting every bounded structure, alone and together: requests stall or are answered as they should, every job
// ends, and nothing is left anywhere. Each case is a run of a whole platform in a process of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "models/base/random.h"
#include "tests/support/small_platform.h"
#include "tests/support/whole_run.h"

namespace siov {
namespace {

constexpr std::uint64_t kJobs = 300;

// A structure whose size a test narrows, and the statistic that moves when it is exhausted.
struct Bound {
  std::string name;
  std::function<void(ResolvedPlatform*, std::uint32_t)> narrow;  // to this many more than the least it works with
  std::string block;
  std::string exhausted;
};

std::ostream& operator<<(std::ostream& out, const Bound& bound) { return out << bound.name; }

const std::vector<Bound>& Bounds() {
  static const std::vector<Bound> bounds = {
      {"LinkUpstreamCredits",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         LinkCredits& credits = testing::LinkOf(platform).upstream;
         credits.posted_header = credits.nonposted_header = 1 + more;
         credits.posted_data = 16 * (1 + more);
         credits.nonposted_data = 4 * (1 + more);
       },
       "link0", "upstream_credit_stalls"},
      {"LinkDownstreamCredits",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         LinkCredits& credits = testing::LinkOf(platform).downstream;
         credits.posted_header = credits.nonposted_header = 1 + more;
         credits.nonposted_data = 4 * (1 + more);
         credits.completion_header = 3 + more;
         credits.completion_data = 35 + 16 * more;
       },
       "link0", "downstream_credit_stalls"},
      {"DevicePortTags",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->endpoints[0].port.tags = 1 + more; }, "dsa0.port",
       "tag_stalls"},
      {"AtcOutstandingRequests",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->endpoints[0].atc->outstanding_requests = 1 + more;
       },
       "dsa0.atc", "slot_queue"},
      {"PageRequestAllocation",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->endpoints[0].atc->pri.allocation = 1 + more; },
       "dsa0.atc", "credit_queue"},
      {"PageRequestRing",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->iommus[0].pri_queue.entries = more < 2 ? 2 : 4;
         platform->host.config.faults.handlers = 1;
       },
       "iommu0.pri_queue", "overflows"},
      {"FaultHandlers",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->host.config.faults.handlers = 1 + more;
         platform->endpoints[0].atc->pri.group_pages = 1;  // several groups at a time
       },
       "host0.fault_service", "waiting"},
      {"IotlbMissSlots",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->iommus[0].iotlb.miss_slots = 1 + more; },
       "iommu0.iotlb", "slot_queue"},
      {"IotlbTurns",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         constexpr IotlbOrder kOrders[] = {IotlbOrder::kRoundRobinPasids, IotlbOrder::kRoundRobinFunctions,
                                           IotlbOrder::kRoundRobinPorts};
         platform->iommus[0].iotlb.order = kOrders[more];
         platform->iommus[0].iotlb.lookup_interval_ps = 200 * kPsPerNs;
       },
       "iommu0.iotlb", "port_queue"},
      {"WalkerCacheSlots",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         WalkerCacheConfig cache = testing::Cache(4);
         cache.lookup_latency_ps = 50 * kPsPerNs;
         cache.slots = 1 + more;
         cache.partitions = 2;
         PageWalkerConfig& walker = platform->iommus[0].page_walker;
         walker.context_cache = walker.pasid_cache = walker.nested_cache = cache;
         walker.first_stage_cache.fill(cache);
         walker.second_stage_cache.fill(cache);
       },
       "iommu0.page_walker", "cache_slot_wait"},
      {"Walkers",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->iommus[0].page_walker.walkers = 1 + more; },
       "iommu0.page_walker", "queue"},
      {"WalkQueue",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->iommus[0].page_walker.walkers = 1;
         platform->iommus[0].page_walker.queue_entries = 1 + more;
       },
       "iommu0.page_walker", "queue_full"},
      {"RootPortReads",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->root_ports[0].config.outstanding_reads = 1 + more;
       },
       "rp0", "read_stalls"},
      {"WorkQueue",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         WorkQueueConfig& queue = platform->endpoints[0].arbiter.queues[0];
         queue.size = queue.threshold = 1 + more;
       },
       "dsa0.swq_arbiter", "wq0.retries"},
      {"ReadBuffers",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->endpoints[0].engine.read_buffers = 1 + more; },
       "dsa0.engine", "buffer_waiters"},
      {"EngineContexts",
       [](ResolvedPlatform* platform, std::uint32_t more) { platform->endpoints[0].engine.jobs_per_engine = 1 + more; },
       "dsa0.swq_arbiter", "wq0.occupancy"},
      {"InvalidationQueue",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->iommus[0].invalidation_queue.entries = more < 2 ? 2 : 4;
       },
       "iommu0.invalidation_queue", "queue_full"},
      {"InvalidationTags",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->iommus[0].invalidation_queue.outstanding_per_device = 1 + more;
       },
       "iommu0.invalidation_queue", "itag_stalls"},
      {"DeviceInvalidateQueue",
       [](ResolvedPlatform* platform, std::uint32_t more) {
         platform->endpoints[0].atc->invalidate_queue_depth = 1 + more;
         platform->endpoints[0].atc->invalidation_latency_ps = 2 * kPsPerUs;
       },
       "iommu0.invalidation_queue", "itag_stalls"},
      {"SubmittingCpus", [](ResolvedPlatform* platform, std::uint32_t more) { platform->host.config.cpus = 1 + more; },
       "host0", "cpu_waiting"},
  };
  return bounds;
}

// Processes whose buffers are unmapped after each job.
void AddStreamingTenants(ResolvedExperiment* experiment) {
  TenantClassConfig tenants = experiment->traffic.classes[0];
  tenants.name = "streaming";
  tenants.tenants = 8;
  tenants.mapping = BufferMapping::kStreaming;
  AddressSpaceClass space;
  space.first_pasid = experiment->address_spaces[0].first_pasid + experiment->address_spaces[0].count;
  space.count = tenants.tenants;
  experiment->traffic.classes.push_back(tenants);
  experiment->address_spaces.push_back(space);
  DriverConfig& driver = experiment->platform.host.config.driver;
  driver.unmap_latency_ps = driver.map_latency_ps = 200 * kPsPerNs;
  experiment->platform.iommus[0].invalidation_queue.completion_timeout_ps = 10 * kPsPerMs;
}

// 16 tenants in VMs that move 1,088 bytes at a time; hardly anything is cached and a fifth of the pages is not there.
// And 8 that unmap what they used.
ResolvedExperiment Crowd() {
  ResolvedExperiment experiment = testing::SmallExperiment(16, JobOp::kMove, 1'088);
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.queue_depth = 2;
  tenants.wants_interrupt = true;
  AddressSpaceClass& space = experiment.address_spaces[0];
  space.stages = TranslationStages::kNested;
  space.second_format = TableFormat::kX86FourLevel;
  space.resident_fraction = 0.8;
  ResolvedPlatform& platform = experiment.platform;
  platform.endpoints[0].atc->geometry = testing::Cache(4);
  platform.endpoints[0].atc->pri.retry_limit = 1'000;  // of which a full ring takes many
  platform.endpoints[0].engine.jobs_per_engine = 8;
  platform.endpoints[0].ims.entries = 64;
  platform.iommus[0].iotlb.geometry = testing::Cache(4);
  platform.host.config.faults.handlers = 8;
  platform.host.config.faults.minor_service = Distribution::Constant(500.0 * kPsPerNs);
  platform.host.config.faults.guest_inject_ps = 500 * kPsPerNs;  // faults of nested address spaces are their guests'
  experiment.traffic.job_limit = kJobs;
  AddStreamingTenants(&experiment);
  experiment.run.duration_ps = kNever;
  return experiment;
}

void ExpectLegal(const ResolvedExperiment& experiment) {
  const ResolvedPlatform& platform = experiment.platform;
  const ResolvedEndpoint& endpoint = platform.endpoints[0];
  EXPECT_TRUE(platform.LinkAbove({NodeKind::kEndpoint, 0}).config.Validate().empty() &&
              endpoint.port.Validate().empty() && endpoint.engine.Validate().empty() &&
              endpoint.arbiter.Validate().empty());
  EXPECT_TRUE(!endpoint.atc || endpoint.atc->Validate().empty());
  EXPECT_TRUE(platform.iommus[0].iotlb.Validate().empty() && platform.iommus[0].page_walker.Validate().empty() &&
              platform.iommus[0].pri_queue.Validate().empty() &&
              platform.iommus[0].invalidation_queue.Validate().empty());
  EXPECT_TRUE(platform.host.config.Validate().empty() && platform.root_ports[0].config.Validate().empty());
}

void ExpectEveryJobToSucceed(System& system) {
  testing::RunToRest(system);
  EXPECT_EQ(testing::StatisticOf(system, "traffic", "submitted"), kJobs);
  EXPECT_EQ(testing::StatisticOf(system, "traffic", "succeeded"), kJobs);
  testing::ExpectAtRest(system);
}

class OneBound : public ::testing::TestWithParam<Bound> {};

TEST_P(OneBound, AtItsLeastIsExhaustedAndEveryJobEnds) {
  ResolvedExperiment experiment = Crowd();
  GetParam().narrow(&experiment.platform, 0);
  ExpectLegal(experiment);
  testing::HandOut(&experiment);
  System system(experiment, {});
  ExpectEveryJobToSucceed(system);
  EXPECT_GT(testing::StatisticOf(system, GetParam().block, GetParam().exhausted), 0) << "it was never exhausted";
}

INSTANTIATE_TEST_SUITE_P(Limits, OneBound, ::testing::ValuesIn(Bounds()),
                         [](const auto& instance) { return instance.param.name; });

TEST(Limits, AllBoundsAtTheirLeastTogether) {
  ResolvedExperiment experiment = Crowd();
  for (const Bound& bound : Bounds()) bound.narrow(&experiment.platform, 0);
  ExpectLegal(experiment);
  testing::HandOut(&experiment);
  System system(experiment, {});
  ExpectEveryJobToSucceed(system);
}

TEST(Limits, AllBoundsAtTheirLeastWithoutAts) {
  ResolvedExperiment experiment = Crowd();
  for (const Bound& bound : Bounds()) bound.narrow(&experiment.platform, 0);
  experiment.platform.endpoints[0].atc.reset();
  experiment.address_spaces[0].resident_fraction = 1.0;
  testing::HandOut(&experiment);
  System system(experiment, {});
  ExpectEveryJobToSucceed(system);
}

// Any of the bounds, narrow or less so, under any of the loads.
ResolvedExperiment RandomCrowd(std::uint64_t seed) {
  RandomStream random(seed);
  ResolvedExperiment experiment = Crowd();
  experiment.run.seed = seed;
  for (const Bound& bound : Bounds()) {
    if (random.Below(2) == 0) bound.narrow(&experiment.platform, static_cast<std::uint32_t>(random.Below(3)));
  }
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  constexpr JobOp kOps[] = {JobOp::kRead, JobOp::kWrite, JobOp::kMove, JobOp::kFill};
  tenants.jobs = {JobKind{kOps[random.Below(4)], static_cast<std::uint32_t>(1 + random.Below(5'000)), 1.0},
                  JobKind{JobOp::kMove, static_cast<std::uint32_t>(1 + random.Below(500)), 1.0}};
  tenants.wants_interrupt = random.Below(2) == 0;
  tenants.queue_depth = static_cast<std::uint32_t>(1 + random.Below(4));
  AddressSpaceClass& space = experiment.address_spaces[0];
  if (random.Below(2) == 0) {
    space.stages = TranslationStages::kFirstOnly;
    space.second_format = TableFormat::kNone;
  }
  space.first_leaf_shift = static_cast<std::uint8_t>(random.Below(2) == 0 ? kPageShift4K : kPageShift2M);
  PageWalkerConfig& walker = experiment.platform.iommus[0].page_walker;
  if (random.Below(2) == 0) walker.first_stage_cache.fill(testing::Cache(4));
  if (random.Below(2) == 0) walker.nested_cache = testing::Cache(4);
  if (random.Below(4) == 0) {
    experiment.platform.endpoints[0].atc.reset();
    space.resident_fraction = 1.0;
  }
  return experiment;
}

class RandomBounds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomBounds, EveryJobEnds) {
  ResolvedExperiment experiment = RandomCrowd(GetParam());
  ExpectLegal(experiment);
  testing::HandOut(&experiment);
  System system(experiment, {});
  ExpectEveryJobToSucceed(system);
}

INSTANTIATE_TEST_SUITE_P(Limits, RandomBounds, ::testing::Range<std::uint64_t>(1, 33));

}  // namespace
}  // namespace siov
