// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/trace_facts.h"

#include <gmock/gmock.h>

#include <list>

#include "models/workload/trace/window_filter.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

TraceRecord Marker(const char* name, Picoseconds time_us) {
  TraceRecord record = Record(TraceKind::kMark, time_us);
  record.mark = name;
  return record;
}

TraceRecord GlobalInvalidation() {
  TraceRecord record = Record(TraceKind::kInvalidateIotlb, 0);
  record.scope = InvalidationScope::kGlobal;
  return record;
}

TraceRecord DomainInvalidation(std::uint32_t domain) {
  TraceRecord record = Record(TraceKind::kInvalidateIotlb, 0);
  record.scope = InvalidationScope::kDomain;
  record.domain = domain;
  return record;
}

std::uint64_t Misses(std::size_t entries, const std::vector<TraceRecord>& records) {
  LruProbe probe(entries);
  for (const TraceRecord& record : records) probe.See(record);
  return probe.misses();
}

TEST(LruProbe, EvictsTheLeastRecentlyUsed) {
  const auto page = [](std::uint64_t number) { return Access(1, number * kPage4K, 0, 0); };
  EXPECT_EQ(Misses(2, {page(1), page(2), page(1), page(3), page(1), page(2)}), 4u);  // 3 evicts 2, not 1
  EXPECT_EQ(Misses(3, {page(1), page(2), page(1), page(3), page(1), page(2)}), 3u);
}

TEST(LruProbe, DomainsDoNotShareEntries) { EXPECT_EQ(Misses(4, {Access(1, 0, 0, 0), Access(2, 0, 0, 0)}), 2u); }

TEST(LruProbe, LargePageIsOneEntry) {
  TraceRecord access = Access(1, 0x200000, 0, 0);
  access.page_shift = kPageShift2M;
  TraceRecord other = access;
  other.iova += 0x1ff000;
  EXPECT_EQ(Misses(4, {access, other}), 1u);
  EXPECT_EQ(Misses(4, {access, PageInvalidation(1, 0x3ff000, 0, 0), other}), 2u);
}

TEST(LruProbe, InvalidationsReachWhatTheyNameAndNoMore) {
  const TraceRecord first = Access(1, 0x10000, 0, 0);
  const TraceRecord second = Access(1, 0x14000, 0, 0);
  const TraceRecord foreign = Access(2, 0x10000, 0, 0);
  const std::vector<TraceRecord> warm = {first, second, foreign};
  const auto misses_after = [&](const TraceRecord& invalidation) {
    std::vector<TraceRecord> all = warm;
    all.push_back(invalidation);
    all.insert(all.end(), warm.begin(), warm.end());
    return Misses(8, all) - 3;
  };
  EXPECT_EQ(misses_after(PageInvalidation(1, 0x10000, 0, 0)), 1u);
  EXPECT_EQ(misses_after(PageInvalidation(1, 0x10000, 2, 0)), 1u);  // up to 0x13fff
  EXPECT_EQ(misses_after(PageInvalidation(1, 0x10000, 3, 0)), 2u);
  EXPECT_EQ(misses_after(PageInvalidation(1, 0x13000, 3, 0)), 2u);  // low bits of the address are ignored
  EXPECT_EQ(misses_after(PageInvalidation(1, 0, 63, 0)), 2u);
  EXPECT_EQ(misses_after(DomainInvalidation(1)), 2u);
  EXPECT_EQ(misses_after(GlobalInvalidation()), 3u);
}

// The plainest possible model of the same thing.
std::uint64_t OracleMisses(std::size_t entries, const std::vector<TraceRecord>& records) {
  std::list<std::pair<std::uint32_t, std::uint64_t>> cache;
  std::uint64_t misses = 0;
  for (const TraceRecord& record : records) {
    const std::pair<std::uint32_t, std::uint64_t> key{record.domain, record.iova / kPage4K};
    if (record.is_access()) {
      const std::size_t before = cache.size();
      cache.remove(key);
      if (cache.size() == before) ++misses;
      cache.push_front(key);
      if (cache.size() > entries) cache.pop_back();
    } else {
      const std::uint64_t pages = std::uint64_t{1} << record.mask_order;
      cache.remove_if([&](const auto& entry) {
        return entry.first == record.domain && entry.second / pages == key.second / pages;
      });
    }
  }
  return misses;
}

TEST(LruProbe, AgreesWithAPlainModelOnRandomTraffic) {
  std::uint64_t noise = 1;
  std::vector<TraceRecord> records;
  for (int i = 0; i < 20'000; ++i) {
    noise = noise * 6364136223846793005u + 1442695040888963407u;
    const auto domain = static_cast<std::uint32_t>(noise >> 62u);
    const std::uint64_t page = (noise >> 40u) % 64;
    records.push_back(noise >> 33u & 7u ? Access(domain, page * kPage4K, 0, 0)
                                        : PageInvalidation(domain, page * kPage4K, noise >> 50u & 3u, 0));
  }
  for (const std::size_t entries : {1u, 8u, 100u}) {
    EXPECT_EQ(Misses(entries, records), OracleMisses(entries, records)) << entries;
  }
}

TEST(TraceFacts, CountsWindowApartFromWhole) {
  VectorSource source({Access(1, 0, 0, 1), Mapping(1, 0, 0, kPage4K, 2), Marker("WL_START", 3),
                       Mapping(1, 0x1000, 0, 2 * kPage4K, 4), Access(1, 0x1000, 0, 5), Access(1, 0x1800, 0, 6),
                       Marker("WL_END", 8), Access(1, 0x5000, 0, 9)});
  TraceFacts facts({4});
  facts.SeeAll(source);
  EXPECT_TRUE(facts.has_window());
  EXPECT_EQ(facts.whole().accesses(), 4u);
  EXPECT_EQ(facts.window().accesses(), 2u);
  EXPECT_EQ(facts.window().of(TraceKind::kMap), 1u);
  EXPECT_EQ(facts.unique_mapped_pages(), 2u);
  EXPECT_EQ(facts.unique_pages(0), 3u);
  EXPECT_EQ(facts.window_ps(), 5 * kPsPerUs);
  EXPECT_EQ(facts.span_ps(), 9 * kPsPerUs);
  EXPECT_EQ(facts.lru()[0].lookups(), 2u);
  EXPECT_EQ(facts.lru()[0].misses(), 1u);
}

TEST(TraceFacts, WithoutMarksTheWindowIsEverything) {
  VectorSource source({Access(1, 0, 0, 1), Access(1, 0, 0, 2)});
  TraceFacts facts({4});
  facts.SeeAll(source);
  EXPECT_FALSE(facts.has_window());
  EXPECT_EQ(facts.window().accesses(), 2u);
  EXPECT_EQ(facts.lru()[0].misses(), 1u);
}

TEST(WindowFilter, KeepsTheWindowAndTheMappingsAliveAtItsStart) {
  VectorSource source({Mapping(1, 0x1000, 0x9000, kPage4K, 1), Mapping(1, 0x2000, 0xa000, kPage4K, 2),
                       Unmapping(1, 0x1000, kPage4K, 3), Marker("WL_START", 10), Access(1, 0x2000, 0xa000, 12),
                       Marker("WL_END", 15), Access(1, 0x2000, 0xa000, 16)});
  WindowFilter window(source, "log");
  const std::vector<TraceRecord> records = ReadAll(window);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].kind, TraceKind::kMap);
  EXPECT_EQ(records[0].iova, 0x2000u);
  EXPECT_TRUE(records[0].preexisting);
  EXPECT_EQ(records[0].time_ps, 0u);
  EXPECT_EQ(records[2].time_ps, 2 * kPsPerUs);
  EXPECT_EQ(records[3].mark, "WL_END");
  EXPECT_TRUE(window.info().windowed);
  window.Rewind();
  EXPECT_EQ(ReadAll(window), records);
}

TEST(WindowFilter, MissingMarksAreErrors) {
  VectorSource none({Access(1, 0, 0, 1)});
  WindowFilter no_start(none, "log");
  EXPECT_THAT(ErrorOf([&] { ReadAll(no_start); }), HasSubstr("log: there is no workload window"));
  VectorSource open({Marker("WL_START", 1), Access(1, 0, 0, 2)});
  WindowFilter no_end(open, "log");
  EXPECT_THAT(ErrorOf([&] { ReadAll(no_end); }), HasSubstr("log: the workload window has no end"));
}

}  // namespace
}  // namespace siov
