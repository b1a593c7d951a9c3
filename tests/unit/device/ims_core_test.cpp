// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

TEST(InterruptMessage, Int03RemappableFormat) {
  const InterruptMessage message = EncodeInterrupt(0x8001);
  EXPECT_EQ(message.address, 0xFEE0'0000u | 1u << 5 | 1u << 4 | 1u << 2);
  EXPECT_EQ(message.data, 0u);
  for (std::uint32_t index = 0; index < kMaxInterruptIndices; ++index) {
    const DecodedInterrupt decoded = DecodeInterrupt(EncodeInterrupt(index));
    ASSERT_TRUE(decoded.remappable && decoded.reserved_zero);
    ASSERT_EQ(decoded.index, index);
  }
}

TEST(InterruptMessage, Int03SubhandleAddsToTheHandle) {
  const InterruptMessage message{EncodeInterrupt(0x8001).address | kInterruptSubhandleValid, 2};
  EXPECT_EQ(DecodeInterrupt(message).index, 0x8003u);
  EXPECT_FALSE(DecodeInterrupt({message.address, 0x1'0002}).reserved_zero) << "data[31:16] must be 0";
}

TEST(InterruptMessage, CompatibilityFormatIsRecognised) {
  EXPECT_FALSE(DecodeInterrupt({0xFEE0'0000u, 0x41}).remappable);
}

TEST(ImsCore, OnTheDeviceEveryEntryIsAtHand) {
  ImsConfig config;
  config.entries = 4;
  ImsCore core(config);
  EXPECT_TRUE(core.Lookup(3));
}

TEST(ImsCore, InHostMemoryEntriesAreCached) {
  ImsConfig config;
  config.placement = ImsPlacement::kHostMemory;
  config.cache = {2, 0, ReplacementPolicy::kLru, 1};
  config.table_address = 0x10'0000;
  ImsCore core(config);
  EXPECT_EQ(core.EntryAddress(3), 0x10'0030u);
  for (std::uint32_t handle : {1u, 2u, 3u}) {
    EXPECT_FALSE(core.Lookup(handle));
    core.Fill(handle);
  }
  EXPECT_FALSE(core.Lookup(1)) << "two entries were used since";
  EXPECT_TRUE(core.Lookup(3));
}

TEST(ImsCore, EntriesHoldWhatIsProgrammedAndOthersNameNoMessage) {
  ImsConfig config;
  config.programmed = {{EncodeInterrupt(100), Pasid(1)}, {EncodeInterrupt(9), Pasid(2)}};
  const ImsCore core(config);
  EXPECT_EQ(DecodeInterrupt(core.Message(0)).index, 100u);
  EXPECT_EQ(DecodeInterrupt(core.Message(1)).index, 9u);
  EXPECT_TRUE(core.Valid(1));
  EXPECT_FALSE(core.Valid(2));
}

TEST(ImsConfig, Validates) {
  ImsConfig config;
  EXPECT_TRUE(config.Validate().empty());
  config.entries = 1;
  config.programmed.resize(2);
  config.cache.entries = 8;
  EXPECT_EQ(config.Validate().size(), 2u) << "more than there are; a cache for a store on the device";
}

}  // namespace
}  // namespace siov
