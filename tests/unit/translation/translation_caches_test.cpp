// SPDX-License-Identifier: Apache-2.0
// What IOTLB, ATC and walker share: page caches of mixed sizes, misses with waiters, ordered streams; and the small
// cores.
#include <gtest/gtest.h>

#include <vector>

#include "models/device/atc/atc_core.h"
#include "models/iommu/iotlb/iotlb_config.h"
#include "models/iommu/pri_queue/pri_queue_core.h"
#include "models/translation/miss_table.h"

namespace siov {
namespace {

CacheGeometry Entries(std::uint32_t entries) {
  CacheGeometry geometry;
  geometry.entries = entries;
  return geometry;
}

Translation Page(std::uint64_t address, unsigned shift, bool read = true, bool write = true) {
  Translation translation;
  translation.address = address;
  translation.page_shift = static_cast<std::uint8_t>(shift);
  translation.read = read;
  translation.write = write;
  return translation;
}

TEST(PageCache, FindsPagesOfEverySizeAndKeepsOwnersApart) {
  PageCache cache(Entries(8));
  cache.Insert(1, Pasid(5), 0x1234, Page(0xA000, kPageShift4K));
  cache.Insert(1, Pasid(5), 0x40'0000, Page(0x800'0000, kPageShift2M));
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0x1FFF)->address, 0xA000u);
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0x5F'FFFF)->address, 0x800'0000u);
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0x60'0000), nullptr);
  EXPECT_EQ(cache.Lookup(2, Pasid(5), 0x1000), nullptr);
  EXPECT_EQ(cache.Lookup(1, Pasid(6), 0x1000), nullptr);
  EXPECT_EQ(cache.Lookup(1, Pasid(), 0x1000), nullptr);
}

TEST(PageCache, HoldsNothingWithoutARight) {
  PageCache cache(Entries(8));
  cache.Insert(1, Pasid(5), 0, Page(0xA000, kPageShift4K, false, false));
  EXPECT_EQ(cache.size(), 0u);
  PageCache none(Entries(0));
  EXPECT_FALSE(none.Insert(1, Pasid(5), 0, Page(0xA000, kPageShift4K)));
  EXPECT_EQ(none.Lookup(1, Pasid(5), 0), nullptr);
}

TEST(PageCache, EvictionOfTheLastLargePageEndsItsProbe) {
  PageCache cache(Entries(1));
  EXPECT_FALSE(cache.Insert(1, Pasid(5), 0, Page(0, kPageShift1G)));
  EXPECT_TRUE(cache.Insert(1, Pasid(5), 0, Page(0x5000, kPageShift4K)));
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0x1000), nullptr);
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0)->page_shift, kPageShift4K);
  EXPECT_EQ(cache.EraseIf([](const PageTag&) { return true; }), 1u);
  EXPECT_EQ(cache.Lookup(1, Pasid(5), 0), nullptr);
}

using Table = MissTable<int, int>;

std::vector<int> Drain(Table& table, Table::Chain chain) {
  std::vector<int> waiters;
  for (int waiter = 0; table.Pop(chain, &waiter);) waiters.push_back(waiter);
  return waiters;
}

TEST(MissTable, WaitersComeBackInOrderAndEntriesAreReused) {
  Table table;
  const std::uint32_t a = table.Open(MissKey::Of(1, Pasid(2), 0x3000), 10);
  const std::uint32_t b = table.Open(MissKey::Of(1, Pasid(2), 0x4000), 20);
  EXPECT_EQ(table.Find(MissKey::Of(1, Pasid(2), 0x3FFF)), a);
  EXPECT_EQ(table.Find(MissKey::Of(2, Pasid(2), 0x3000)), Table::kNone);
  for (int i = 0; i < 3; ++i) table.Wait(a, i);
  table.Wait(b, 7);
  EXPECT_EQ(table.first(a), 0);
  EXPECT_EQ(Drain(table, table.TakeWaiters(a)), (std::vector<int>{0, 1, 2}));
  EXPECT_FALSE(table.HasWaiters(a));
  EXPECT_TRUE(table.HasWaiters(b));
  table.Close(a);
  EXPECT_FALSE(table.IsOpen(a));
  EXPECT_TRUE(table.IsOpen(b));
  EXPECT_EQ(table.open(), 1u);
  EXPECT_EQ(table.Open(MissKey::Of(9, Pasid(), 0), 0), a);
}

TEST(MissTable, GrowsWithoutLosingAnyone) {
  Table table;
  std::vector<std::uint32_t> entries;
  for (int i = 0; i < 1000; ++i) {
    entries.push_back(table.Open(MissKey::Of(1, Pasid(2), static_cast<std::uint64_t>(i) << 12), i));
    table.Wait(entries.back(), i);
  }
  for (int i = 0; i < 1000; ++i) {
    const auto entry = table.Find(MissKey::Of(1, Pasid(2), static_cast<std::uint64_t>(i) << 12));
    ASSERT_EQ(entry, entries[static_cast<std::size_t>(i)]);
    EXPECT_EQ(table.state(entry), i);
    EXPECT_EQ(Drain(table, table.TakeWaiters(entry)), std::vector<int>{i});
  }
}

TEST(PageRequestRing, HoldsOneLessThanItsSizeAndStaysOverflowedUntilCleared) {
  PriQueueConfig config;
  config.entries = 4;
  PageRequestRing ring(config);
  for (std::uint32_t slot = 0; slot < 3; ++slot) EXPECT_EQ(ring.Reserve(), slot);
  EXPECT_FALSE(ring.Reserve());
  EXPECT_TRUE(ring.SetOverflow());  // the first reason for an event
  EXPECT_EQ(ring.used(), 0u);       // nothing is visible yet
  EXPECT_EQ(ring.unpublished(), 3u);
  PageRequestFields request;
  request.pasid = Pasid(7);
  for (std::uint16_t index = 0; index < 3; ++index) {
    request.index = index;
    ring.Publish(request, nullptr);
    EXPECT_FALSE(ring.SetPending());  // overflow is pending already
  }
  EXPECT_EQ(ring.used(), 3u);
  EXPECT_EQ(ring.Read(2).index, 2u);
  EXPECT_EQ(ring.Read(2).pasid, Pasid(7));
  ring.AdvanceHead(3);
  EXPECT_FALSE(ring.Reserve());  // there is room, but the flag is still set
  ring.ClearOverflow();
  ring.ClearPending();
  EXPECT_EQ(ring.Reserve(), 3u);
  EXPECT_EQ(ring.Reserve(), 0u);
}

TEST(PageRequestRing, MaskedEventIsRememberedUntilItsReasonIsGone) {
  PageRequestRing ring{PriQueueConfig()};
  EXPECT_FALSE(ring.Mask(true));
  EXPECT_FALSE(ring.SetPending());
  EXPECT_TRUE(ring.event_pending());
  EXPECT_TRUE(ring.Mask(false));  // fires late
  EXPECT_FALSE(ring.Mask(false));
  ring.ClearPending();
  ring.Mask(true);
  ring.SetPending();
  ring.ClearPending();
  EXPECT_FALSE(ring.Mask(false));  // nothing to tell any more
}

TEST(TranslationConfigs, ValidateNamesEveryFault) {
  PriQueueConfig queue;
  EXPECT_TRUE(queue.Validate().empty());
  queue.entries = 100;
  queue.descriptor_bytes = 24;
  EXPECT_EQ(queue.Validate().size(), 2u);
  AtcConfig atc;
  EXPECT_TRUE(atc.Validate().empty());
  atc.pri.allocation = 0;
  ASSERT_EQ(atc.Validate().size(), 1u);
  EXPECT_EQ(atc.Validate()[0].field, "page_request_allocation");
  atc.pri.enabled = false;
  EXPECT_TRUE(atc.Validate().empty());
  IotlbConfig iotlb;
  EXPECT_TRUE(iotlb.Validate().empty());
  iotlb.geometry.entries = 10;
  iotlb.geometry.ways = 4;
  EXPECT_EQ(iotlb.Validate().size(), 1u);
}

}  // namespace
}  // namespace siov
