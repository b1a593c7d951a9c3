// SPDX-License-Identifier: Apache-2.0
// Which ADI a job is of, as a device can tell; ADIs whose queues have places of their own; contexts that others share.
#include "models/device/adi/adi_table.h"

#include <gtest/gtest.h>

#include <set>

#include "models/device/swq_arbiter/portal_map.h"
#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "tests/support/adi_bench.h"

namespace siov {
namespace {

using namespace testing;

TEST(AdiTable, QueuesNameTheirAdiAndSharedOnesNeedThePasid) {
  AdiBindings bindings;
  bindings.types = {"own", "share"};
  bindings.adis = {{7, 0, 2, 3, false, Pasid(5), Pasid(9), 0},
                   {8, 1, 6, 1, true, Pasid(11), {}, 0},
                   {9, 1, 6, 1, true, Pasid(12), Pasid(9), 0},
                   {10, 1, 6, 1, true, {}, {}, 0}};
  const AdiTable table(bindings);
  for (const std::uint32_t queue : {2u, 3u, 4u}) EXPECT_EQ(table.Find(queue, Pasid(77)), 0u) << "whatever is stated";
  EXPECT_EQ(table.Find(1, Pasid(5)), AdiTable::kNone);
  EXPECT_EQ(table.Find(5, Pasid(5)), AdiTable::kNone);
  EXPECT_EQ(table.Find(6, Pasid(11)), 1u);
  EXPECT_EQ(table.Find(6, Pasid(12)), 2u);
  EXPECT_EQ(table.Find(6, Pasid(13)), AdiTable::kNone) << "of one whose PASID the device was not told, or of nobody";
  EXPECT_EQ(table.RecordPasid(0, Pasid(5)), Pasid(9));
  EXPECT_EQ(table.RecordPasid(1, Pasid(11)), Pasid(11));
  EXPECT_EQ(table.RecordPasid(2, Pasid(12)), Pasid(9));
}

TEST(ExtentPool, OneRangeIsTakenWhereItIs) {
  ExtentPool pool(8);
  EXPECT_TRUE(pool.TakeAt(3, 2));
  EXPECT_EQ(pool.free_count(), 6u);
  for (const std::uint32_t first : {2u, 3u, 4u}) EXPECT_FALSE(pool.TakeAt(first, 2)) << first;
  EXPECT_FALSE(pool.TakeAt(7, 2)) << "beyond its end";
  EXPECT_EQ(pool.Take(4), std::nullopt) << "three are left on either side";
  EXPECT_TRUE(pool.TakeAt(0, 3));
  EXPECT_TRUE(pool.TakeAt(5, 3));
  EXPECT_FALSE(pool.TakeAt(0, 1));
  pool.GiveBack(3, 2);
  EXPECT_EQ(pool.Take(2), 3u);
}

// Queues 0 and 1 are the portals at place 0 of "single" and of "other"; 2 to 4 and 5 to 7 those of "triple".
AdiConfig PlacedConfig() {
  AdiConfig config = PortalConfig();
  config.types[0].portals = {0, 1, 2, 3};
  config.types[1].portals = {2, 5};
  return config;
}

TEST(AdiCore, QueuesAreThoseWhosePortalsItsPagesAre) {
  const AdiConfig config = PlacedConfig();
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  EXPECT_TRUE(core.Reserve("queues", 0));
  EXPECT_FALSE(core.Reserve("queues", 0));
  const AdiResult one = core.Allocate(0);
  ASSERT_TRUE(one.done());
  EXPECT_EQ(core.IndexOf(one.adi), 1u) << "the queue of the first place is the function's own";
  EXPECT_EQ(core.Resources(one.adi, 0).first, 1u);
  const AdiResult three = core.Allocate(1);
  ASSERT_TRUE(three.done());
  EXPECT_EQ(core.Resources(three.adi, 0).first, 2u);
  const AdiResult none = core.Allocate(0);
  EXPECT_EQ(none.refusal, AdiRefusal::kNoResource);
  EXPECT_EQ(none.reason, "the queues of the 3 ADIs of type \"single\" that are left are in use");
  const AdiResult last = core.Allocate(1);
  ASSERT_TRUE(last.done());
  EXPECT_EQ(core.Resources(last.adi, 0).first, 5u);
}

TEST(AdiConfig, TypesCannotCountWhatTheDeviceDoesNotHave) {
  AdiConfig config = PortalConfig();
  EXPECT_TRUE(config.ValidateAmounts().empty());
  config.types[1].count = 3;  // of three queues each, and there are eight
  config.types[0].messages = 5;
  ConfigFaults faults = config.ValidateAmounts();
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].field + "=" + faults[0].value + ": " + faults[0].allowed,
            "types[0].count=4: at most 3, as the device has 16 interrupt messages and each ADI of type \"single\" "
            "takes 5");
  EXPECT_EQ(faults[1].field + "=" + faults[1].value + ": " + faults[1].allowed,
            "types[1].count=3: at most 2, as the device has 8 queues and each ADI of type \"triple\" takes 3");
  config = PortalConfig();
  config.types[0].resources[0].count = 9;
  faults = config.ValidateAmounts();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field + ": " + faults[0].allowed,
            "types[0].resources[0].count: at most 8, as the device has 8 queues");
}

TEST(SwqArbiterCore, ContextsOfSomeQueuesAreForThemAlone) {
  SwqArbiterConfig config;
  config.groups = 1;
  config.queues = {{"all", QueueMode::kDedicated, 8, 0, 1, 0},
                   {"own0", QueueMode::kDedicated, 8, 0, 1, 0},
                   {"own1", QueueMode::kDedicated, 8, 0, 1, 0}};
  config.shares = {{1, 2, 1, 2}};  // contexts 1 and 2 of two engines with two each
  SwqArbiterCore core(config, {{0, 0}, 2});
  EXPECT_EQ(core.groups(), 2u);
  const auto submit = [&](std::uint32_t queue) {
    EXPECT_EQ(core.Submit(PortalAddress(queue), 64, false).admission, Admission::kAccepted);
  };
  for (int i = 0; i < 4; ++i) submit(0);
  std::set<std::uint32_t> slots;
  SwqArbiterCore::Choice choice{};
  while (core.Choose(0, &choice)) slots.insert(choice.slot);
  EXPECT_EQ(slots, (std::set<std::uint32_t>{0, 3})) << "two wait, though two contexts are free";
  slots.clear();
  std::set<std::uint32_t> queues;
  for (const std::uint32_t queue : {1u, 2u, 2u}) submit(queue);
  while (core.Choose(core.GroupOfQueue(1), &choice)) {
    slots.insert(choice.slot);
    queues.insert(choice.queue);
  }
  EXPECT_EQ(slots, (std::set<std::uint32_t>{1, 2}));
  EXPECT_EQ(queues, (std::set<std::uint32_t>{1, 2})) << "in turn";
  core.FreeSlot(3);
  EXPECT_FALSE(core.Choose(core.GroupOfQueue(1), &choice));
  core.FreeSlot(2);
  ASSERT_TRUE(core.Choose(core.GroupOfSlot(2), &choice));
  EXPECT_EQ(choice.slot, 2u);
}

}  // namespace
}  // namespace siov
