// SPDX-License-Identifier: Apache-2.0
#include "models/kernel/due_calendar.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "models/base/random.h"

namespace siov {
namespace {

using Key = std::pair<Picoseconds, std::uint64_t>;

// Random pushes ahead of the last pop, against an ordered set. `spread(random)` draws a delay.
template <class Spread>
void HoldAgainstOracle(std::size_t in_flight, Spread spread) {
  DueCalendar calendar;
  std::set<Key> oracle;
  RandomStream random(42);
  std::uint64_t order = 0;
  Picoseconds now = 0;
  const auto push = [&] {
    const Picoseconds time = now + spread(random);
    // Orders are not monotonic in the real queue: phase and block come before the sequence.
    const std::uint64_t key = (random.Below(4) << 60) | order++;
    calendar.Push({time, key, {}});
    oracle.insert({time, key});
  };
  for (std::size_t i = 0; i < in_flight; ++i) push();
  for (int step = 0; step < 50'000; ++step) {
    ASSERT_EQ(calendar.size(), oracle.size());
    DueEntry entry;
    ASSERT_TRUE(calendar.PopUntil(kNever, &entry));
    ASSERT_EQ(Key(entry.time, entry.order), *oracle.begin()) << "at step " << step;
    oracle.erase(oracle.begin());
    now = entry.time;
    push();
    if (random.Bernoulli(0.05)) push();
    if (oracle.size() > 1 && random.Bernoulli(0.05)) {
      // Looking ahead must not disturb what is pushed before it.
      ASSERT_EQ(Key(calendar.top().time, calendar.top().order), *oracle.begin());
    }
  }
}

TEST(DueCalendar, MatchesAnOrderedSetWithShortDelays) {
  HoldAgainstOracle(100, [](RandomStream& random) { return random.Below(1'000'000); });
}

TEST(DueCalendar, MatchesAnOrderedSetWithManyAtTheSameInstant) {
  HoldAgainstOracle(1'000, [](RandomStream& random) { return random.Below(3); });
}

// Around the length up to which a bucket's list is kept in order, while it is worked off.
TEST(DueCalendar, MatchesAnOrderedSetWithBucketsThatGrowLong) {
  for (const std::size_t in_flight : {2u, 8u, 9u, 12u, 20u, 40u}) {
    HoldAgainstOracle(in_flight, [](RandomStream& random) { return random.Below(3); });
    HoldAgainstOracle(in_flight, [](RandomStream& random) { return random.Below(2'500); });
    HoldAgainstOracle(in_flight, [](RandomStream& random) {
      return random.Bernoulli(0.9) ? random.Below(1'024) : random.Below(9'000'000);
    });
  }
}

TEST(DueCalendar, MatchesAnOrderedSetWithDelaysBeyondTheCalendar) {
  HoldAgainstOracle(10, [](RandomStream& random) {
    return random.Bernoulli(0.3) ? random.Below(1'000'000'000'000) : random.Below(20'000'000);
  });
}

TEST(DueCalendar, AcceptsAnEarlierEntryAfterALookAhead) {
  DueCalendar calendar;
  calendar.Push({1'000'000, 1, {}});
  EXPECT_EQ(calendar.top().time, 1'000'000u);
  calendar.Push({500, 2, {}});
  DueEntry entry;
  EXPECT_FALSE(calendar.PopUntil(499, &entry)) << "not due yet";
  ASSERT_TRUE(calendar.PopUntil(500, &entry));
  EXPECT_EQ(entry.time, 500u);
  ASSERT_TRUE(calendar.PopUntil(kNever, &entry));
  EXPECT_EQ(entry.time, 1'000'000u);
  EXPECT_FALSE(calendar.PopUntil(kNever, &entry)) << "nothing is left";
  EXPECT_TRUE(calendar.empty());
}

}  // namespace
}  // namespace siov
