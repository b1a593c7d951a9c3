// SPDX-License-Identifier: Apache-2.0
#include "models/base/statistics.h"

#include <gtest/gtest.h>

#include "models/base/lent_places.h"
#include "models/base/servers.h"

namespace siov {
namespace {

TEST(Statistics, CounterForgetsWarmUpButRemembersThatItMoved) {
  StatGroup group("dsa0.atc");
  Counter hits(group, "hits", "lookups", "Lookups answered from the ATC.");
  hits.Add(5);
  group.Reset(100);
  hits.Add(2);
  EXPECT_EQ(hits.value(), 2u);
  EXPECT_TRUE(hits.moved());
  EXPECT_EQ(group.members().size(), 1u);
}

TEST(Statistics, OccupancyIntegratesLevelOverTime) {
  StatGroup group("q");
  Occupancy queue(group, "queue", "jobs", "Jobs waiting.", 8);
  queue.Increment(10);
  queue.Increment(20);
  queue.Decrement(40);
  EXPECT_DOUBLE_EQ(queue.Integral(50), 10 * 1 + 20 * 2 + 10 * 1);
  EXPECT_DOUBLE_EQ(queue.Mean(50), 60.0 / 50.0);
  EXPECT_EQ(queue.Values(50)[1].value, 2.0);
  ASSERT_EQ(queue.Values(50).size(), 3u);
  EXPECT_EQ(queue.Values(50)[2].suffix, ".capacity");
  EXPECT_EQ(queue.Values(50)[2].value, 8.0);
  EXPECT_EQ(Occupancy(group, "unbounded", "jobs", "Jobs anywhere.", 0).Values(50).size(), 2u);
}

TEST(Statistics, OccupancyResetKeepsTheLevel) {
  StatGroup group("q");
  Occupancy queue(group, "queue", "jobs", "Jobs waiting.", 8);
  queue.Increment(10);
  group.Reset(100);
  EXPECT_DOUBLE_EQ(queue.Mean(200), 1.0);
}

TEST(Statistics, BusyTimeIsAFractionOfAllServers) {
  StatGroup group("e");
  BusyTime busy(group, "busy", "Engines working.", 4);
  busy.Begin(0);
  busy.End(100);
  EXPECT_DOUBLE_EQ(busy.Utilisation(100), 0.25);
}

// Once everything accepted was counted as done: 129 % of a server's time.
TEST(Statistics, BusyTimeCountsServiceAsItHappens) {
  StatGroup group("e");
  BusyTime ends(group, "ends", "Ends are events.", 2);
  BusyTime known(group, "known", "One server, known in advance.", 1);
  std::vector<Picoseconds> free_at = {0, 0};
  BusyTime several(group, "several", "Two of them.", 2, [&](Picoseconds at) { return WorkAfter(free_at, at); });
  ends.Begin(0);
  ends.Begin(50);
  known.Serve(0, 60);
  known.Serve(60, 300);
  free_at = {300, 50};
  several.Book(350);
  EXPECT_DOUBLE_EQ(ends.Utilisation(100), 0.75);
  EXPECT_DOUBLE_EQ(known.Utilisation(100), 1.0);
  EXPECT_DOUBLE_EQ(several.Utilisation(100), 0.75);
  group.Reset(100);
  ends.End(150);
  ends.End(200);
  EXPECT_DOUBLE_EQ(ends.Utilisation(200), 0.75);
  EXPECT_DOUBLE_EQ(known.Utilisation(200), 1.0);
  EXPECT_DOUBLE_EQ(several.Utilisation(200), 0.5);
  EXPECT_DOUBLE_EQ(known.Utilisation(500), 0.5);
  known.Serve(500, 700);
  known.Stop(600);
  EXPECT_DOUBLE_EQ(known.Utilisation(1'100), 0.3);
}

// Places come back without an event: whoever looks sees them free from the moment that was told.
TEST(Statistics, LentPlacesComeBackWhenItWasSaid) {
  StatGroup group("link");
  LentPlaces credits(group, "posted_data", "16 bytes", "Credits taken.", 4);
  credits.Take(0, 3);
  credits.Return(100, 3);
  EXPECT_EQ(credits.Level(99), 3u);
  EXPECT_EQ(credits.Level(100), 0u);
  EXPECT_DOUBLE_EQ(credits.Integral(50), 150.0);
  EXPECT_DOUBLE_EQ(credits.Mean(200), 1.5);
  credits.Take(300, 4);
  credits.GiveBack(400, 2);
  EXPECT_DOUBLE_EQ(credits.Integral(500), 300.0 + 400.0 + 200.0);
  const std::vector<StatValue> values = credits.Values(500);
  ASSERT_EQ(values.size(), 4u);
  EXPECT_EQ(values[1].value, 4.0);
  EXPECT_EQ(values[2].value, 4.0);
  group.Reset(500);
  EXPECT_DOUBLE_EQ(credits.Mean(600), 2.0);
}

// 9 of 16 places are taken, and the next needs 8: full is not what it is, but somebody waits.
TEST(Statistics, LentPlacesAreShortWhileSomebodyWaits) {
  StatGroup group("link");
  LentPlaces credits(group, "posted_data", "16 bytes", "Credits taken.", 16);
  credits.SetShort(100, true);
  EXPECT_DOUBLE_EQ(credits.Short(200), 0.5);
  credits.SetShort(200, false);
  EXPECT_DOUBLE_EQ(credits.Short(400), 0.25);
  credits.SetShort(400, true);
  group.Reset(500);
  EXPECT_DOUBLE_EQ(credits.Short(600), 1.0);
}

TEST(Statistics, OccupancyMayBeAskedForATimeBeforeItsLastChange) {
  StatGroup group("q");
  Occupancy queue(group, "queue", "jobs", "Jobs waiting.", 8);
  queue.Increment(0);
  queue.Increment(100);
  EXPECT_DOUBLE_EQ(queue.Integral(90), 100.0);
  EXPECT_DOUBLE_EQ(queue.Integral(110), 120.0);
}

}  // namespace
}  // namespace siov
