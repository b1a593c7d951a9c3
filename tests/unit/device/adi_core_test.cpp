// SPDX-License-Identifier: Apache-2.0
// ADIs: pages, resources, life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "models/base/units.h"
#include "tests/support/adi_bench.h"

namespace siov {
namespace {

using namespace testing;

std::vector<std::string> FieldsOf(const ConfigFaults& faults) {
  std::vector<std::string> fields;
  for (const ConfigFault& fault : faults) fields.push_back(fault.field);
  return fields;
}

TEST(ExtentPool, RangesAreTheLowestAndMergeAgain) {
  ExtentPool pool(8);
  EXPECT_EQ(pool.Take(3), 0u);
  EXPECT_EQ(pool.Take(2), 3u);
  EXPECT_EQ(pool.Take(4), std::nullopt) << "three are left";
  pool.GiveBack(0, 3);
  EXPECT_EQ(pool.Take(4), std::nullopt) << "six are left, but no four in a row";
  EXPECT_EQ(pool.free_count(), 6u);
  pool.GiveBack(3, 2);
  EXPECT_EQ(pool.Take(8), 0u);
}

TEST(ExtentPool, NothingIsHandedOutTwiceOrLost) {
  ExtentPool pool(64);
  std::set<std::uint32_t> taken;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> held;
  std::uint64_t state = 1;
  for (int step = 0; step < 20'000; ++step) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto wanted = static_cast<std::uint32_t>(state >> 33) % 5 + 1;
    if (const auto first = pool.Take(wanted)) {
      held.emplace_back(*first, wanted);
      for (std::uint32_t i = 0; i < wanted; ++i) ASSERT_TRUE(taken.insert(*first + i).second);
    } else {
      ASSERT_FALSE(held.empty());
      const std::size_t which = (state >> 40) % held.size();
      pool.GiveBack(held[which].first, held[which].second);
      for (std::uint32_t i = 0; i < held[which].second; ++i) taken.erase(held[which].first + i);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
    }
    ASSERT_EQ(pool.free_count() + taken.size(), 64u);
  }
}

TEST(AdiMap, EveryByteOfTheBarBelongsToOneOrNobody) {
  for (const std::uint64_t page : {0x1000u, 0x4000u, 0x1'0000u}) {
    const AdiConfig config = PortalConfig();
    ASSERT_TRUE(config.Validate().empty());
    const AdiMap map(config, page);
    ASSERT_TRUE(map.faults().empty());
    std::uint64_t registers = 0;
    for (std::uint64_t offset = 0; offset < 0x10'0000; offset += 8) {
      const AdiMap::Place place = map.Find(2, offset);
      ASSERT_EQ(place.owner == AdiMap::Owner::kFunction, offset < 0x4000);
      if (place.owner != AdiMap::Owner::kAdi || place.reserved) continue;
      registers += 8;
      ASSERT_EQ(map.OffsetOf(place.type, place.index, place.region) + place.offset, offset);
      ASSERT_EQ(place.path, config.types[place.type].regions[place.region].path);
    }
    EXPECT_EQ(registers, 6 * 0x1040u) << "four single ones and two triple ones, whole";
  }
}

TEST(AdiMap, ScatteredRegistersFindTheirOwner) {
  AdiConfig config = PortalConfig();
  config.types.resize(1);
  config.types[0].count = 3;
  config.types[0].stride_bytes = 0x3000;
  config.types[0].regions = {{"portal", 0x2000, 0x1000, RegisterPath::kDirect},
                             {"control", 0x8'0010, 0x8, RegisterPath::kIntercepted}};
  const AdiMap map(config, kPage4K);
  ASSERT_TRUE(map.faults().empty());
  for (std::uint32_t adi = 0; adi < 3; ++adi) {
    const AdiMap::Place portal = map.Find(2, 0x4000 + 0x3000 * adi + 0x2FF8);
    EXPECT_EQ(portal.owner, AdiMap::Owner::kAdi);
    EXPECT_EQ(portal.index, adi);
    EXPECT_EQ(portal.offset, 0xFF8u);
    const AdiMap::Place control = map.Find(2, 0x4000 + 0x3000 * adi + 0x8'0014);
    EXPECT_EQ(control.index, adi);
    EXPECT_EQ(control.region, 1u);
    EXPECT_EQ(control.offset, 4u);
    EXPECT_TRUE(map.Find(2, 0x4000 + 0x3000 * adi + 0x8'0000).reserved) << "the page is the ADI's, the byte nothing";
  }
}

TEST(AdiMap, TypesInOneBarDoNotOverlap) {
  AdiConfig config = PortalConfig();
  config.types[1].offset_bytes = 0xB000;
  EXPECT_THAT(FieldsOf(AdiMap(config, kPage4K).faults()), ::testing::ElementsAre("types[1].offset_bytes"));
  config = PortalConfig();
  config.types[0].offset_bytes = 0x3000;
  EXPECT_THAT(FieldsOf(AdiMap(config, kPage4K).faults()), ::testing::ElementsAre("types[0].offset_bytes"));
}

TEST(AdiConfig, FaultsAreNamedAllAtOnce) {
  AdiConfig config = PortalConfig();
  config.types[0].offset_bytes = 0x4200;
  config.types[0].resources[0].kind = "rings";
  config.types[1].bar = 3;
  config.types[1].name = "single";
  config.types[1].regions[1].offset_bytes = 0xFF8;
  EXPECT_THAT(FieldsOf(config.Validate()),
              ::testing::ElementsAre("types[0].offset_bytes", "types[0].resources[0].kind", "types[1].bar",
                                     "types[1].regions[1].offset_bytes", "types[1].name"));
}

TEST(AdiCore, StepsThatAreNoneOfTheStatesAreRefused) {
  const AdiConfig config = PortalConfig();
  const AdiMap map(config, kPage4K);
  using State = AdiState;
  using Path = std::vector<AdiStep>;
  const AdiStep all[] = {AdiStep::kConfigure, AdiStep::kActivate, AdiStep::kSuspend, AdiStep::kResume, AdiStep::kDrain,
                         AdiStep::kAbort,     AdiStep::kStopped,  AdiStep::kReset,   AdiStep::kRelease};
  const Path active{AdiStep::kConfigure, AdiStep::kActivate};
  const auto then = [](Path path, std::initializer_list<AdiStep> more) {
    path.insert(path.end(), more);
    return path;
  };
  // Ways to a state, and how many of the nine steps it allows.
  const std::tuple<Path, State, int> ways[] = {
      {{}, State::kAllocated, 2},
      {{AdiStep::kConfigure}, State::kConfigured, 2},
      {active, State::kActive, 3},
      {then(active, {AdiStep::kSuspend}), State::kSuspended, 3},
      {then(active, {AdiStep::kDrain}), State::kDraining, 2},
      {then(active, {AdiStep::kSuspend, AdiStep::kAbort}), State::kAborting, 1},
      {then(active, {AdiStep::kAbort, AdiStep::kStopped}), State::kResetting, 2},
      {then(active, {AdiStep::kAbort, AdiStep::kStopped, AdiStep::kReset}), State::kConfigured, 2},
      {{AdiStep::kRelease}, State::kFree, 0},
  };
  for (const auto& [path, state, allowed] : ways) {
    int found = 0;
    for (const AdiStep step : all) {
      AdiCore core(config, map);
      const std::uint32_t adi = core.Allocate(0).adi;
      core.SetPasid(adi, AdiAccess::kData, Pasid(5));
      for (const AdiStep one : path) ASSERT_TRUE(core.Step(adi, one).done());
      ASSERT_EQ(core.state(adi), state);
      const AdiResult result = core.Step(adi, step);
      found += result.done();
      if (result.done()) continue;
      EXPECT_EQ(result.refusal, AdiRefusal::kWrongState);
      EXPECT_EQ(core.state(adi), state) << "nothing changes";
    }
    EXPECT_EQ(found, allowed) << static_cast<int>(state);
  }
}

TEST(AdiCore, WhatIsReleasedIsHandedOutAgain) {
  const AdiConfig config = PortalConfig();
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t first = core.Allocate(1).adi;
  const std::uint32_t second = core.Allocate(1).adi;
  EXPECT_EQ(core.Resources(second, 0).first, 3u);
  const std::uint32_t generation = core.GenerationOf(first);
  ASSERT_TRUE(core.Step(first, AdiStep::kRelease).done());
  EXPECT_EQ(core.OwnerOf("queues", 0), AdiCore::kNone);
  EXPECT_EQ(core.AtPlace(1, 0), AdiCore::kNone);
  const AdiResult again = core.Allocate(1);
  EXPECT_EQ(again.adi, first);
  EXPECT_EQ(core.Resources(first, 0).first, 0u);
  EXPECT_EQ(core.GenerationOf(first), generation + 1) << "not the one it was";
  EXPECT_FALSE(core.PasidOf(first, AdiAccess::kData).valid());
}

TEST(AdiCore, ARefusedAllocationTakesNothing) {
  AdiConfig config = PortalConfig();
  config.types[0].messages = 16;
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  ASSERT_TRUE(core.Allocate(1).done());
  const AdiResult refused = core.Allocate(0);
  EXPECT_EQ(refused.refusal, AdiRefusal::kNoMessages);
  EXPECT_EQ(refused.reason, "16 interrupt messages in a row are wanted, and 15 are left");
  ASSERT_TRUE(core.Allocate(1).done()) << "the queue of the refused one is free";
  const AdiResult queues = core.Allocate(1);
  EXPECT_EQ(queues.refusal, AdiRefusal::kNoPages);
  EXPECT_EQ(queues.reason, "all 2 ADIs of type \"triple\" are taken");
}

TEST(AdiCore, AResetOfTheFunctionFreesAll) {
  const AdiConfig config = PortalConfig();
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t active = core.Allocate(0).adi;
  core.SetPasid(active, AdiAccess::kData, Pasid(9));
  core.Step(active, AdiStep::kConfigure);
  core.Step(active, AdiStep::kActivate);
  const std::uint32_t fresh = core.Allocate(1).adi;
  core.ResetFunction();
  EXPECT_EQ(core.state(active), AdiState::kFree);
  EXPECT_EQ(core.state(fresh), AdiState::kFree);
  for (std::uint32_t queue = 0; queue < 8; ++queue) EXPECT_EQ(core.OwnerOf("queues", queue), AdiCore::kNone);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(core.Allocate(1).done());
}

}  // namespace
}  // namespace siov
