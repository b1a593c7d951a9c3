// SPDX-License-Identifier: Apache-2.0
#include "models/base/timing_wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

using Event = std::pair<Picoseconds, std::uint32_t>;  // due, id

std::vector<Event> Drain(TimingWheel& wheel, Picoseconds now) {
  std::vector<Event> events;
  Event event;
  while (wheel.PopDue(now, &event.second, &event.first)) events.push_back(event);
  return events;
}

TEST(TimingWheel, EmptyHasNothingDue) {
  TimingWheel wheel(1'000);
  EXPECT_EQ(wheel.NextDue(), kNever);
  EXPECT_TRUE(Drain(wheel, kNever).empty());
  EXPECT_TRUE(wheel.empty());
  EXPECT_FALSE(wheel.Pending(3));
}

TEST(TimingWheel, SameTimeComesOutById) {
  TimingWheel wheel(1'000);
  for (const std::uint32_t id : {9u, 2u, 7u, 0u}) wheel.Schedule(id, 5'500);
  wheel.Schedule(1, 5'499);
  EXPECT_EQ(wheel.NextDue(), 5'499u);
  EXPECT_TRUE(Drain(wheel, 5'498).empty());
  EXPECT_EQ(Drain(wheel, 5'499), (std::vector<Event>{{5'499, 1}}));
  EXPECT_EQ(Drain(wheel, 5'500), (std::vector<Event>{{5'500, 0}, {5'500, 2}, {5'500, 7}, {5'500, 9}}));
}

TEST(TimingWheel, LateArrivalsTakeTheirPlaceAmongTheReady) {
  TimingWheel wheel(1'000);
  wheel.Schedule(5, 2'900);
  wheel.Schedule(6, 2'100);
  EXPECT_EQ(Drain(wheel, 2'100), (std::vector<Event>{{2'100, 6}}));  // the tick of 2,900 has come
  wheel.Schedule(6, 2'500);
  wheel.Schedule(4, 2'900);
  wheel.Schedule(7, 100);  // in the past
  EXPECT_EQ(wheel.NextDue(), 100u);
  EXPECT_EQ(Drain(wheel, 3'000), (std::vector<Event>{{100, 7}, {2'500, 6}, {2'900, 4}, {2'900, 5}}));
}

TEST(TimingWheel, AskingForTheNextDoesNotMoveTheWheel) {
  TimingWheel wheel(1);
  wheel.Schedule(0, kPsPerSecond * 1'000'000);
  EXPECT_EQ(wheel.NextDue(), kPsPerSecond * 1'000'000);
  wheel.Schedule(1, 5);
  EXPECT_EQ(wheel.NextDue(), 5u);
  EXPECT_EQ(Drain(wheel, 5), (std::vector<Event>{{5, 1}}));
  EXPECT_EQ(wheel.NextDue(), kPsPerSecond * 1'000'000);
}

TEST(TimingWheel, RefusesASecondWakeUpOfAnId) {
  TimingWheel wheel(10);
  wheel.Schedule(3, 100);
  EXPECT_TRUE(wheel.Pending(3));
  EXPECT_THROW(wheel.Schedule(3, 200), std::logic_error);
  EXPECT_THROW(wheel.Schedule(4, kNever), std::logic_error);
  EXPECT_EQ(Drain(wheel, 100).size(), 1u);
  EXPECT_FALSE(wheel.Pending(3));
  wheel.Schedule(3, 200);
  EXPECT_EQ(wheel.size(), 1u);
  EXPECT_THROW(TimingWheel(0), std::invalid_argument);
}

class AgainstMultimap : public ::testing::TestWithParam<Picoseconds> {};

Picoseconds Delay(RandomStream& random, Picoseconds now) {
  const std::uint64_t delay = random.Next() >> (4 + random.Below(60));  // every order of magnitude
  return delay > kNever - 2 - now ? kNever - 1 : now + delay;
}

TEST_P(AgainstMultimap, EveryPopIsEqual) {
  TimingWheel wheel(GetParam());
  std::set<Event> oracle;  // a multimap from due time whose equal times are ordered by id
  RandomStream random(GetParam());
  Picoseconds now = 0;
  int pops = 0;
  for (int step = 0; step < 60'000; ++step) {
    const auto id = static_cast<std::uint32_t>(random.Below(300));
    if (!wheel.Pending(id) && random.Bernoulli(0.6)) {
      Picoseconds due =
          random.Bernoulli(0.1) ? now - random.Below(std::min<Picoseconds>(now + 1, 5'000)) : Delay(random, now);
      if (random.Bernoulli(0.2) && !oracle.empty()) due = std::max(now, oracle.begin()->first);  // ties
      wheel.Schedule(id, due);
      oracle.emplace(due, id);
    }
    ASSERT_EQ(wheel.NextDue(), oracle.empty() ? kNever : oracle.begin()->first) << "step " << step;
    if (random.Bernoulli(0.3) && now < kNever / 2) {
      // Often exactly to the next one, sometimes short of it, sometimes past many.
      const Picoseconds next = wheel.NextDue();
      if (next < kNever / 2) now = std::max(now, random.Bernoulli(0.7) ? next : next - std::min<Picoseconds>(next, 1));
      if (random.Bernoulli(0.2)) now += random.Next() >> (20 + random.Below(44));
      Event event;
      while (wheel.PopDue(now, &event.second, &event.first)) {
        ASSERT_FALSE(oracle.empty());
        ASSERT_EQ(event, *oracle.begin()) << "step " << step;
        oracle.erase(oracle.begin());
        ++pops;
      }
      ASSERT_TRUE(oracle.empty() || oracle.begin()->first > now);
    }
    ASSERT_EQ(wheel.size(), oracle.size());
  }
  EXPECT_GT(pops, 5'000);
  EXPECT_EQ(Drain(wheel, kNever), std::vector<Event>(oracle.begin(), oracle.end()));
}

INSTANTIATE_TEST_SUITE_P(Ticks, AgainstMultimap, ::testing::Values(1u, 3u, 1'000u, 1'024u, 1'000'000u, 1u << 30));

// The order is the same whatever the tick.
TEST(TimingWheel, ClosedLoopOfManyIdsDoesNotDependOnTheTick) {
  const auto run = [](Picoseconds tick) {
    TimingWheel wheel(tick);
    RandomStream random(4);
    for (std::uint32_t id = 0; id < 5'000; ++id) wheel.Schedule(id, random.Below(100'000));
    std::vector<Event> events;
    Event event;
    while (events.size() < 50'000) {
      EXPECT_TRUE(wheel.PopDue(wheel.NextDue(), &event.second, &event.first));
      events.push_back(event);
      wheel.Schedule(event.second, event.first + 1 + static_cast<Picoseconds>(random.Exponential(1e5)));
    }
    return events;
  };
  const auto expected = run(1);
  EXPECT_EQ(run(20), expected);
  EXPECT_EQ(run(1'000'000'000), expected);
}

}  // namespace
}  // namespace siov
