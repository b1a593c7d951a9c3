// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

SwqArbiterConfig OneQueue(QueueMode mode, std::uint32_t size, std::uint32_t threshold) {
  SwqArbiterConfig config;
  config.queues = {{"wq0", mode, size, threshold, 1, 0}};
  return config;
}

constexpr bool kDeferrable = true;
constexpr bool kPosted = false;

Admission SubmitTo(SwqArbiterCore& core, std::uint64_t address, bool deferrable) {
  return core.Submit(address, kDescriptorBytes, deferrable).admission;
}

std::vector<std::uint32_t> Turns(CreditArbiter& arbiter, int count) {
  std::vector<std::uint32_t> turns;
  for (int i = 0; i < count; ++i) turns.push_back(arbiter.Choose());
  return turns;
}

TEST(PortalMap, Dsa03FourPagesAQueue) {
  const Portal portal = DecodePortal((3 * 4 + 1) * kPage4K + 192);
  EXPECT_EQ(portal.queue, 3u);
  EXPECT_EQ(portal.limit, PortalLimit::kLimited);
  EXPECT_EQ(portal.interrupts, PortalInterrupts::kMsiX);
  const Portal back = DecodePortal(PortalAddress(7, PortalLimit::kLimited));
  EXPECT_EQ(back.queue, 7u);
  EXPECT_EQ(back.limit, PortalLimit::kLimited);
  EXPECT_EQ(back.interrupts, PortalInterrupts::kIms);
}

TEST(SwqArbiterCore, Dsa04SharedQueueAdmitsByPortal) {
  SwqArbiterCore core(OneQueue(QueueMode::kShared, 16, 12), {});
  std::map<Admission, int> limited;
  for (int i = 0; i < 16; ++i) ++limited[SubmitTo(core, PortalAddress(0, PortalLimit::kLimited), kDeferrable)];
  EXPECT_EQ(limited[Admission::kAccepted], 12);
  EXPECT_EQ(limited[Admission::kRetry], 4);
  std::map<Admission, int> unlimited;
  for (int i = 0; i < 5; ++i) ++unlimited[SubmitTo(core, PortalAddress(0), kDeferrable)];
  EXPECT_EQ(unlimited[Admission::kAccepted], 4);
  EXPECT_EQ(unlimited[Admission::kRetry], 1);
}

TEST(SwqArbiterCore, Dsa04ThresholdZeroShutsTheLimitedPortal) {
  SwqArbiterCore core(OneQueue(QueueMode::kShared, 16, 0), {});
  EXPECT_EQ(SubmitTo(core, PortalAddress(0, PortalLimit::kLimited), kDeferrable), Admission::kRetry);
  EXPECT_EQ(SubmitTo(core, PortalAddress(0), kDeferrable), Admission::kAccepted);
}

TEST(SwqArbiterCore, Dsa04DedicatedQueueIgnoresTheLimit) {
  SwqArbiterCore core(OneQueue(QueueMode::kDedicated, 2, 0), {});
  EXPECT_EQ(SubmitTo(core, PortalAddress(0, PortalLimit::kLimited), kPosted), Admission::kAccepted);
  EXPECT_EQ(SubmitTo(core, PortalAddress(0), kPosted), Admission::kAccepted);
  EXPECT_EQ(SubmitTo(core, PortalAddress(0), kPosted), Admission::kDropped);
}

TEST(SwqArbiterCore, Dsa05WrongSubmissions) {
  SwqArbiterConfig config = OneQueue(QueueMode::kShared, 4, 4);
  config.queues.push_back({"wq1", QueueMode::kDedicated, 4, 4, 1, 0});
  SwqArbiterCore core(config, {});
  EXPECT_EQ(SubmitTo(core, PortalAddress(0), kPosted), Admission::kIgnored);
  EXPECT_EQ(SubmitTo(core, PortalAddress(1), kDeferrable), Admission::kRetry);
  EXPECT_EQ(SubmitTo(core, PortalAddress(2), kDeferrable), Admission::kRetry);
  EXPECT_EQ(SubmitTo(core, PortalAddress(2), kPosted), Admission::kIgnored);
  const std::uint64_t msi_x = PortalAddress(0, PortalLimit::kUnlimited, PortalInterrupts::kMsiX);
  EXPECT_EQ(SubmitTo(core, msi_x, kDeferrable), Admission::kRetry);
  EXPECT_EQ(core.Submit(PortalAddress(1), 32, kPosted).admission, Admission::kIgnored);
  EXPECT_EQ(core.Submit(PortalAddress(1) + 32, 64, kPosted).admission, Admission::kIgnored);
  EXPECT_EQ(core.Submit(PortalAddress(0), 32, kDeferrable).admission, Admission::kUnsupported);
  EXPECT_EQ(core.occupancy(0) + core.occupancy(1), 0u);
}

TEST(CreditArbiter, Dsa08BackloggedQueuesShareByPriority) {
  CreditArbiter arbiter({6, 2});
  arbiter.SetPending(0, true);
  arbiter.SetPending(1, true);
  EXPECT_THAT(Turns(arbiter, 8), ElementsAre(0, 1, 0, 1, 0, 0, 0, 0));
  const auto turns = Turns(arbiter, 8000);
  EXPECT_EQ(std::count(turns.begin(), turns.end(), 0u), 6000);
}

TEST(CreditArbiter, Dsa08ReloadsWhenOnlyPendingQueuesAreOutOfCredits) {
  CreditArbiter arbiter({2, 15});
  arbiter.SetPending(0, true);
  EXPECT_THAT(Turns(arbiter, 3), ElementsAre(0, 0, 0));
  EXPECT_EQ(arbiter.credits(0), 1u) << "queue 1 has credits but no work: they do not delay the reload";
}

TEST(CreditArbiter, Dsa08ANewlyBusyQueueIsServedAtItsNextTurn) {
  CreditArbiter arbiter({15, 1, 15});
  arbiter.SetPending(0, true);
  arbiter.SetPending(2, true);
  EXPECT_THAT(Turns(arbiter, 3), ElementsAre(0, 2, 0));
  arbiter.SetPending(1, true);
  EXPECT_THAT(Turns(arbiter, 3), ElementsAre(1, 2, 0));
}

TEST(CreditArbiter, FindsItsWayAmongMoreQueuesThanAWordHolds) {
  CreditArbiter arbiter(std::vector<std::uint32_t>(200, 1));
  for (std::uint32_t queue : {3u, 70u, 199u}) arbiter.SetPending(queue, true);
  EXPECT_THAT(Turns(arbiter, 7), ElementsAre(3, 70, 199, 3, 70, 199, 3));
  for (std::uint32_t queue : {3u, 70u, 199u}) arbiter.SetPending(queue, false);
  EXPECT_EQ(arbiter.Choose(), CreditArbiter::kNone);
}

TEST(SwqArbiterCore, WorkGoesToTheLeastLoadedEngineOfItsGroup) {
  SwqArbiterConfig config = OneQueue(QueueMode::kShared, 16, 16);
  config.queues.push_back({"wq1", QueueMode::kShared, 16, 16, 1, 1});
  config.groups = 2;
  const EngineSlots slots{{0, 1, 0}, 2};
  SwqArbiterCore core(config, slots);
  for (int i = 0; i < 5; ++i) SubmitTo(core, PortalAddress(0), kDeferrable);
  std::vector<std::uint32_t> taken;
  SwqArbiterCore::Choice choice{};
  while (core.Choose(0, &choice)) taken.push_back(choice.slot);
  EXPECT_THAT(taken, ElementsAre(0, 4, 1, 5)) << "engines 0 and 2 in turn; the fifth descriptor finds no context";
  EXPECT_EQ(core.occupancy(0), 1u);
  core.FreeSlot(4);
  ASSERT_TRUE(core.Choose(0, &choice));
  EXPECT_EQ(choice.slot, 4u);
  EXPECT_FALSE(core.Choose(1, &choice)) << "group 1 has a free engine but no work";
}

TEST(SwqArbiterConfig, Dsa01SizesMustFitTheStorage) {
  SwqArbiterConfig config = OneQueue(QueueMode::kShared, 64, 64);
  config.queues.push_back({"wq1", QueueMode::kShared, 64, 64, 1, 0});
  EXPECT_TRUE(config.Validate().empty());
  config.queues[1].size = 65;
  const ConfigFaults faults = config.Validate();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field, "total_entries");
}

TEST(SwqArbiterConfig, ReportsAllFaultsAtOnce) {
  SwqArbiterConfig config = OneQueue(QueueMode::kShared, 8, 9);
  config.queues[0].priority = 16;
  config.queues[0].group = 1;
  std::vector<std::string> fields;
  for (const ConfigFault& fault : config.Validate()) fields.push_back(fault.field);
  EXPECT_THAT(fields, ElementsAre("queues[0].priority", "queues[0].threshold", "queues[0].group"));
}

TEST(SwqArbiterConfig, Dsa07AGroupHasQueuesAndEnginesOrNeither) {
  SwqArbiterConfig config = OneQueue(QueueMode::kShared, 8, 8);
  config.groups = 3;
  EXPECT_TRUE(ValidateGroups(config, {{0}, 1}).empty());
  EXPECT_EQ(ValidateGroups(config, {{1}, 1}).size(), 2u) << "queues without engine in 0, engine without queues in 1";
  EXPECT_EQ(ValidateGroups(config, {{0, 3}, 1}).size(), 1u) << "there is no group 3";
}

}  // namespace
}  // namespace siov
