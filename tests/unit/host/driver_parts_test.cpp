// SPDX-License-Identifier: Apache-2.0
// What the parts of the driver decide without time: addresses and tables of buffers, and which domains are flushed
// when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/base/invariant.h"
#include "models/host/driver/flush_queues.h"
#include "models/host/driver/mapped_buffers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

AddressSpaceClass Processes(bool explicit_pages = false) {
  AddressSpaceClass space;
  space.first_pasid = 1;
  space.count = 4;
  space.explicit_pages = explicit_pages;
  return space;
}

constexpr RequesterId kNoAts = 0x100;
constexpr RequesterId kWithAts = 0x200;

std::vector<DriverDevice> Devices() { return {{kNoAts, 0, false}, {kWithAts, 1, true}}; }

Job Move(std::uint32_t pasid, std::uint16_t endpoint) {
  Job job;
  job.op = JobOp::kMove;
  job.pasid = Pasid(pasid);
  job.tenant = TenantId(pasid - 1);
  job.endpoint = endpoint;
  job.source = 0x7000'0010;
  job.destination = 0x9000'0020;
  job.size_bytes = 4096;
  return job;
}

TEST(MappedBuffers, BuffersGetAlignedRangesOfTheirOwnAndKeepTheirOffsetInThePage) {
  AddressSpaces spaces({Processes()}, 1);
  MappedBuffers buffers("host0.driver", Devices(), spaces);
  Job job = Move(1, 1);
  EXPECT_EQ(buffers.Map(job), 2u);
  EXPECT_EQ(job.source, IovaPool::kFirst + 0x10) << "two pages, as it begins within one";
  EXPECT_EQ(job.destination, IovaPool::kFirst + 0x2020);
  std::vector<UnmappedRange> unmapped;
  buffers.Unmap(job, &unmapped);
  ASSERT_THAT(unmapped, SizeIs(2));
  EXPECT_EQ(unmapped[0].changed.address, IovaPool::kFirst);
  EXPECT_EQ(unmapped[0].changed.page_shift, 13);
  EXPECT_EQ(unmapped[0].changed.requester, kWithAts);
  EXPECT_TRUE(unmapped[0].changed.ats);
  EXPECT_EQ(unmapped[0].iommu, 1u);
  // Not before their invalidation has ended.
  Job next = Move(1, 1);
  buffers.Map(next);
  EXPECT_EQ(next.source, IovaPool::kFirst + 0x4010);
  for (const UnmappedRange& range : unmapped) buffers.Free(range.range);
  Job again = Move(2, 0);
  buffers.Map(again);
  EXPECT_EQ(again.source, IovaPool::kFirst + 0x2010) << "the one freed last";
}

TEST(MappedBuffers, ExplicitTablesHaveTheRangeWhileItIsMapped) {
  AddressSpaces spaces({Processes(true)}, 1);
  MappedBuffers buffers("host0.driver", Devices(), spaces);
  Job job = Move(1, 0);
  buffers.Map(job);
  const PageMapping source = spaces.Translate(Pasid(1), job.source);
  EXPECT_TRUE(source.present);
  EXPECT_NE(source.address, spaces.Translate(Pasid(1), job.destination).address);
  EXPECT_FALSE(spaces.Translate(Pasid(2), job.source).present);
  std::vector<UnmappedRange> unmapped;
  buffers.Unmap(job, &unmapped);
  EXPECT_FALSE(spaces.Translate(Pasid(1), job.source).present);
  EXPECT_FALSE(spaces.Translate(Pasid(1), job.destination).present);
}

TEST(MappedBuffers, ARangeThatSomebodyElseUnmappedIsCoveredByOneAlignedRangeAndIsNotTheDriversToGiveBack) {
  AddressSpaces spaces({Processes()}, 1);
  MappedBuffers buffers("host0.driver", Devices(), spaces);
  const UnmappedRange range = buffers.Changed(Pasid(1), 0, 0x3000, 0x2000);
  EXPECT_EQ(range.changed.address, 0x0u);
  EXPECT_EQ(range.changed.page_shift, 15);
  EXPECT_EQ(range.range.shift, 0);
  EXPECT_FALSE(range.changed.ats);
  Job stranger = Move(9, 0);
  EXPECT_THROW(buffers.Map(stranger), InvariantError);
}

struct FlushBench {
  explicit FlushBench(std::uint32_t entries, std::uint32_t cpus = 1) : spaces({Processes()}, 1) {
    config.flush_entries = entries;
    config.flush_queues = cpus;
  }
  // A range of the tenant's has gone.
  FlushQueues::Deferred Defer(std::uint32_t tenant, std::uint32_t endpoint, DriverWork* work) {
    MappedBuffers buffers("host0.driver", Devices(), spaces);
    work->unmapped = {buffers.Changed(Pasid(tenant + 1), endpoint, 0x1000, 0x1000)};
    return queues.Defer(tenant, work);
  }
  AddressSpaces spaces;
  DriverConfig config;
  FlushQueues queues{config, 2};
};

std::vector<InvalidationKind> KindsOf(const Sync& sync) {
  std::vector<InvalidationKind> kinds;
  for (const CacheInvalidation& step : sync.recipe) kinds.push_back(step.what.kind);
  return kinds;
}

TEST(FlushQueues, TheRangeThatFillsItsRingFlushesItsDomainAndNoOther) {
  FlushBench bench(2);
  DriverWork other, first, second;
  EXPECT_TRUE(bench.Defer(1, 0, &other).starts_timer);
  const FlushQueues::Deferred waits = bench.Defer(0, 0, &first);
  EXPECT_TRUE(waits.starts_timer);
  EXPECT_FALSE(waits.flushed);
  EXPECT_EQ(first.used, 0u) << "nothing to do now";
  EXPECT_TRUE(first.unmapped.empty());
  const FlushQueues::Deferred fills = bench.Defer(0, 0, &second);
  EXPECT_TRUE(fills.flushed);
  EXPECT_FALSE(fills.starts_timer);
  ASSERT_EQ(second.used, 1u);
  EXPECT_EQ(second.syncs[0].iommu, 0u);
  EXPECT_THAT(second.syncs[0].changed, SizeIs(2));
  EXPECT_THAT(second.ranges, SizeIs(2));
  EXPECT_THAT(KindsOf(second.syncs[0]), ElementsAre(InvalidationKind::kPasidIotlb));
  EXPECT_FALSE(bench.queues.TimerEnds(waits.domain)) << "nothing is left";
}

// Tenants that share a table unmap on CPUs of their own.
TEST(FlushQueues, EveryCpuHasARingAndAFlushTakesThemAllInEveryIommu) {
  FlushBench bench(2, 2);
  DriverWork first, second, flush;
  const std::uint32_t domain = bench.Defer(0, 0, &first).domain;
  MappedBuffers buffers("host0.driver", Devices(), bench.spaces);
  second.unmapped = {buffers.Changed(Pasid(1), 1, 0x5000, 0x1000)};
  const FlushQueues::Deferred other_cpu = bench.queues.Defer(1, &second);
  EXPECT_EQ(other_cpu.domain, domain);
  EXPECT_FALSE(other_cpu.flushed) << "the other CPU's ring has room";
  EXPECT_FALSE(other_cpu.starts_timer) << "it runs";
  ASSERT_TRUE(bench.queues.TimerEnds(domain));
  bench.queues.FlushAfterTimer(domain, &flush);
  ASSERT_EQ(flush.used, 2u);
  EXPECT_EQ(flush.syncs[0].iommu, 0u);
  EXPECT_EQ(flush.syncs[1].iommu, 1u);
  EXPECT_THAT(flush.ranges, SizeIs(2));
}

TEST(FlushQueues, ADomainOutlivesItsTimerOnlyIfSomethingWaits) {
  FlushBench bench(8);
  DriverWork first, flush, again;
  const std::uint32_t domain = bench.Defer(0, 1, &first).domain;
  ASSERT_TRUE(bench.queues.TimerEnds(domain));
  bench.queues.FlushAfterTimer(domain, &flush);
  ASSERT_EQ(flush.used, 1u);
  EXPECT_EQ(flush.syncs[0].iommu, 1u);
  EXPECT_THAT(KindsOf(flush.syncs[0]), ElementsAre(InvalidationKind::kPasidIotlb, InvalidationKind::kPasidDeviceTlb));
  const FlushQueues::Deferred fresh = bench.Defer(3, 0, &again);
  EXPECT_TRUE(fresh.starts_timer);
  EXPECT_EQ(fresh.domain, domain) << "its place is another's now";
}

}  // namespace
}  // namespace siov
