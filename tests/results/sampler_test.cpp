// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/sampler.h"

#include <gtest/gtest.h>

#include <vector>

namespace siov {
namespace {

using Doubles = std::vector<double>;

struct Structures {
  StatGroup group{"dsa0.engine"};
  Counter jobs{group, "jobs", "jobs", "Jobs begun."};
  Occupancy queue{group, "queue", "jobs", "Jobs waiting.", 0};
  BusyTime busy{group, "busy", "Engines working.", 2};
};

TEST(Sampler, WithoutAnIntervalNothingIsEverDue) {
  Structures structures;
  Sampler sampler({&structures.group}, 0);
  sampler.Start(0);
  sampler.SampleAt(1'000'000);
  EXPECT_EQ(sampler.next(), kNever);
  EXPECT_TRUE(sampler.series().empty());
}

TEST(Sampler, NothingIsDueBeforeTheStart) {
  Structures structures;
  Sampler sampler({&structures.group}, 1'000);
  EXPECT_EQ(sampler.next(), kNever);
  sampler.SampleAt(5'000);
  EXPECT_TRUE(sampler.series()[0].value.empty());
}

TEST(Sampler, LevelsAndUtilisationsAreMeansOverEachInterval) {
  Structures structures;
  Sampler sampler({&structures.group}, 1'000);
  sampler.Start(0);
  structures.queue.Increment(500);  // level 1 in the second half of the first interval
  structures.busy.Begin(0);         // one of two engines, all the first interval
  sampler.SampleAt(999);            // not due
  sampler.SampleAt(1'000);
  structures.busy.End(1'000);
  structures.queue.Increment(1'250);  // level 2 for three quarters of the second
  sampler.SampleAt(2'000);
  ASSERT_EQ(sampler.series().size(), 2u) << "counters have no time series";
  EXPECT_EQ(sampler.series()[0].name, "dsa0.engine.queue");
  EXPECT_EQ(sampler.series()[0].unit, "jobs");
  EXPECT_EQ(sampler.series()[0].time_ns, (Doubles{1.0, 2.0}));
  EXPECT_EQ(sampler.series()[0].value, (Doubles{0.5, 1.75}));
  EXPECT_EQ(sampler.series()[1].name, "dsa0.engine.busy");
  EXPECT_EQ(sampler.series()[1].unit, "fraction");
  EXPECT_EQ(sampler.series()[1].value, (Doubles{0.5, 0.0}));
  EXPECT_EQ(sampler.next(), 3'000u);
}

TEST(Sampler, WarmUpIsForgottenButTheLevelIsNot) {
  Structures structures;
  Sampler sampler({&structures.group}, 1'000);
  structures.queue.Increment(100);
  structures.queue.Increment(200);
  structures.busy.Begin(2'223);
  structures.busy.End(10'000);
  structures.group.Reset(10'000);
  sampler.Start(10'000);
  EXPECT_EQ(sampler.next(), 11'000u);
  sampler.SampleAt(11'000);
  EXPECT_EQ(sampler.series()[0].value, (Doubles{2.0}));
  EXPECT_EQ(sampler.series()[1].value, (Doubles{0.0}));
}

}  // namespace
}  // namespace siov
