// SPDX-License-Identifier: Apache-2.0
// The bridge's decisions: how requests are split, in which order writes become visible, whose end a write tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/bridge/device_bridge_core.h"
#include "models/bridge/memory_bridge_core.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Pieces = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

Pieces Accesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length) {
  Pieces pieces;
  ForEachAccess(config, address, length, [&](std::uint64_t at, std::uint32_t bytes) { pieces.push_back({at, bytes}); });
  EXPECT_EQ(CountAccesses(config, address, length), pieces.size());
  return pieces;
}

TEST(MemoryBridgeCore, NoAccessCrossesAMultipleOfItsSize) {
  const MemoryBridgeConfig parts{64, false};
  EXPECT_THAT(Accesses(parts, 0x1000, 64), ElementsAre(std::pair(0x1000, 64)));
  EXPECT_THAT(Accesses(parts, 0x1000, 65), ElementsAre(std::pair(0x1000, 64), std::pair(0x1040, 1)));
  EXPECT_THAT(Accesses(parts, 0x103F, 2), ElementsAre(std::pair(0x103F, 1), std::pair(0x1040, 1)));
  EXPECT_THAT(Accesses(parts, 0x1008, 0), ElementsAre(std::pair(0x1008, 1)));
  const MemoryBridgeConfig whole{64, true};
  EXPECT_THAT(Accesses(whole, 0x103F, 2), ElementsAre(std::pair(0x1000, 64), std::pair(0x1040, 64)));
  EXPECT_THAT(Accesses(whole, 0x1008, 0), ElementsAre(std::pair(0x1000, 64)));
}

TEST(MemoryBridgeConfig, SaysWhatItTakes) {
  EXPECT_THAT((MemoryBridgeConfig{8, false}.Validate()), IsEmpty());
  EXPECT_THAT((MemoryBridgeConfig{4'096, true}.Validate()), IsEmpty());
  for (const std::uint32_t wrong : {0u, 4u, 96u, 8'192u}) {
    EXPECT_EQ((MemoryBridgeConfig{wrong, false}.Validate().size()), 1u) << wrong;
  }
}

Pieces Tlps(std::uint64_t address, std::uint32_t length, std::uint32_t most) {
  Pieces pieces;
  ForEachTlp(address, length, most, [&](std::uint64_t at, std::uint32_t bytes) { pieces.push_back({at, bytes}); });
  return pieces;
}

TEST(DeviceBridgeCore, NoTlpIsTooLongOrCrossesAPage) {
  EXPECT_THAT(Tlps(0x1000, 256, 256), ElementsAre(std::pair(0x1000, 256)));
  EXPECT_THAT(Tlps(0x1000, 300, 256), ElementsAre(std::pair(0x1000, 256), std::pair(0x1100, 44)));
  EXPECT_THAT(Tlps(0x1FF0, 32, 256), ElementsAre(std::pair(0x1FF0, 16), std::pair(0x2000, 16)));
}

TEST(DeviceBridgeCore, AWriteTellsOfTheOldestJobThatStillWaits) {
  char somebody = 0;  // who waits; asked nothing here
  Job jobs[3];
  OpenJobs open;
  for (std::uint64_t i = 0; i < 3; ++i) {
    jobs[i].id = i + 1;
    jobs[i].end_watch = reinterpret_cast<LostEndWatch*>(&somebody);
    open.Add(7, 0x100, &jobs[i]);
  }
  jobs[0].end_watch = nullptr;  // the driver gave it up
  jobs[1].id = 99;              // ... and this one is another job by now
  EXPECT_EQ(open.Take(8, 0x100), nullptr);
  EXPECT_EQ(open.Take(7, 0x120), nullptr);
  EXPECT_EQ(open.Take(7, 0x100), &jobs[2]);
  EXPECT_EQ(open.Take(7, 0x100), nullptr);
}

}  // namespace
}  // namespace siov
