// SPDX-License-Identifier: Apache-2.0
// The oracle against exhaustive search on small recordings, and as a bound on all shipped ones.
#include "models/workload/trace/belady.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "models/workload/trace/trace_facts.h"
#include "platforms/trace/open_trace.h"
#include "tests/trace/description.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

std::uint64_t OracleMisses(const std::vector<TraceRecord>& records, std::size_t entries) {
  VectorSource source(records);
  NextUses uses;
  return ProbeBelady(source, {entries}, false, &uses).front().misses();
}

// Tries every choice of victim, keeping or dropping the newcomer included. `known`: what was found for the rest of the
// records before, by place and pages held.
using Known = std::map<std::pair<std::size_t, std::set<TracePage>>, std::uint64_t>;

std::uint64_t Search(const std::vector<TraceRecord>& records, std::size_t at, std::size_t entries,
                     const std::set<TracePage>& held, Known* known);

std::uint64_t FewestMisses(const std::vector<TraceRecord>& records, std::size_t at, std::size_t entries,
                           const std::set<TracePage>& held, Known* known) {
  if (at == records.size()) return 0;
  const auto place = known->find({at, held});
  if (place != known->end()) return place->second;
  const std::uint64_t fewest = Search(records, at, entries, held, known);
  (*known)[{at, held}] = fewest;
  return fewest;
}

std::uint64_t Search(const std::vector<TraceRecord>& records, std::size_t at, std::size_t entries,
                     const std::set<TracePage>& held, Known* known) {
  const TraceRecord& record = records[at];
  std::set<TracePage> after = held;
  if (!record.is_access()) {
    const std::uint64_t bytes = kPage4K << record.mask_order;
    for (const TracePage& page : held) {
      const bool in_range = page.second / bytes == record.iova / bytes || record.scope == InvalidationScope::kDomain;
      if (record.scope == InvalidationScope::kGlobal || (page.first == record.domain && in_range)) after.erase(page);
    }
    return FewestMisses(records, at + 1, entries, after, known);
  }
  const TracePage page = TracePageOf(record);
  if (held.count(page) != 0) return FewestMisses(records, at + 1, entries, held, known);
  std::uint64_t fewest = FewestMisses(records, at + 1, entries, held, known);  // the newcomer is not kept
  after.insert(page);
  if (after.size() <= entries) return 1 + std::min(fewest, FewestMisses(records, at + 1, entries, after, known));
  for (const TracePage& victim : held) {
    std::set<TracePage> without = after;
    without.erase(victim);
    fewest = std::min(fewest, FewestMisses(records, at + 1, entries, without, known));
  }
  return 1 + fewest;
}

std::vector<TraceRecord> RandomRecords(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<TraceRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t domain = 1 + random() % 2;
    const std::uint64_t iova = random() % 4 * kPage4K;
    if (random() % 6 != 0) {
      records.push_back(Access(domain, iova + random() % kPage4K, iova, i));
      continue;
    }
    TraceRecord invalidation = PageInvalidation(domain, iova, random() % 2, i);
    invalidation.iova &= ~((kPage4K << invalidation.mask_order) - 1);
    if (random() % 8 == 0) invalidation.scope = InvalidationScope::kDomain;
    if (random() % 16 == 0) invalidation.scope = InvalidationScope::kGlobal;
    records.push_back(invalidation);
  }
  return records;
}

TEST(Belady, NobodyMissesLess) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const std::vector<TraceRecord> records = RandomRecords(seed, 40);
    for (const std::size_t entries : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
      Known known;
      EXPECT_EQ(OracleMisses(records, entries), FewestMisses(records, 0, entries, {}, &known))
          << "seed " << seed << ", " << entries << " entries";
    }
  }
}

TEST(Belady, WhatIsInvalidatedBeforeItsNextUseIsNotKept) {
  // With one entry and page 1 used first and last, keeping it pays only if it stays valid.
  const auto page = [](std::uint64_t number) { return Access(1, number * kPage4K, 0, 0); };
  EXPECT_EQ(OracleMisses({page(1), page(2), page(1), page(2)}, 1), 3u);
  EXPECT_EQ(OracleMisses({page(1), page(2), PageInvalidation(1, kPage4K, 0, 0), page(2), page(1)}, 1), 3u);
}

TEST(Belady, LargePagesAreOneEntryAndGoWithAnyPartOfThem) {
  TraceRecord access = Access(1, 0x212345, 0x40012345, 0);
  access.page_shift = kPageShift2M;
  EXPECT_EQ(OracleMisses({access, access}, 4), 1u);
  EXPECT_EQ(OracleMisses({access, PageInvalidation(1, 0x2ff000, 0, 0), access}, 4), 2u);
  EXPECT_EQ(OracleMisses({access, PageInvalidation(1, 0x400000, 0, 0), access}, 4), 1u);
}

class BeladyOnShipped : public ::testing::TestWithParam<std::string> {};

// Never more misses than LRU; as few as first uses and invalidations force once everything fits.
TEST_P(BeladyOnShipped, IsABoundForLru) {
  const std::unique_ptr<TraceSource> source = OpenTrace("traces/" + GetParam() + ".siovtrace");
  const std::vector<std::size_t> sizes = {8, 64, 1024, 1u << 20};
  TraceFacts facts(sizes);
  facts.SeeAll(*source);
  NextUses uses;
  const std::vector<BeladyProbe> oracle = ProbeBelady(*source, sizes, facts.has_window(), &uses);
  ASSERT_EQ(uses.accesses(), facts.window().accesses());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(oracle[i].lookups(), facts.lru()[i].lookups());
    EXPECT_LE(oracle[i].misses(), facts.lru()[i].misses()) << sizes[i] << " entries";
  }
  EXPECT_EQ(oracle.back().misses(), facts.lru().back().misses()) << "nothing has to be replaced";
}

INSTANTIATE_TEST_SUITE_P(All, BeladyOnShipped, ::testing::ValuesIn(ShippedTraceNames()));

TEST(Belady, KeepsMoreThanLruOfASmallIotlb) {
  const std::unique_ptr<TraceSource> source = OpenTrace("traces/nvme_mixed4_strict.siovtrace");
  TraceFacts facts({8});
  facts.SeeAll(*source);
  NextUses uses;
  const std::vector<BeladyProbe> oracle = ProbeBelady(*source, {8}, true, &uses);
  EXPECT_LT(oracle[0].misses() * 10, facts.lru()[0].misses() * 9);
}

}  // namespace
}  // namespace siov
