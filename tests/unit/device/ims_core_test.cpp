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

TEST(ImsCore, AMaskedEntrySendsNothingAndOneMessageWhenTheMaskIsTakenOff) {
  using Event = ImsCore::Event;
  ImsConfig config;
  config.programmed.resize(3);
  ImsCore core(config);
  EXPECT_EQ(core.Raise(1), Event::kSend);
  EXPECT_FALSE(core.Unmask(1)) << "none was ever masked";
  core.Mask(1);
  EXPECT_TRUE(core.masked(1));
  EXPECT_FALSE(core.pending(1)) << "what was sent before is";
  EXPECT_FALSE(core.Unmask(1));
  EXPECT_EQ(core.Raise(1), Event::kSend);
  core.Mask(1);
  EXPECT_EQ(core.Raise(1), Event::kPend);
  EXPECT_EQ(core.Raise(1), Event::kCoalesce);
  core.Mask(1);  // again: what is pending stays
  EXPECT_EQ(core.Raise(1), Event::kCoalesce);
  EXPECT_EQ(core.Raise(0), Event::kSend) << "others are open";
  EXPECT_TRUE(core.Unmask(1)) << "one message for three events";
  EXPECT_FALSE(core.pending(1));
  EXPECT_FALSE(core.Unmask(1));
  EXPECT_EQ(core.Raise(1), Event::kSend);
}

TEST(ImsConfig, MasksOfOneEntryDoNotOverlapAndEndWithTheStore) {
  ImsConfig config;
  config.entries = 8;
  config.masks.resize(3);
  const auto set = [&config](std::size_t i, Picoseconds at, Picoseconds time, std::uint32_t first,
                             std::uint32_t count) {
    config.masks[i].at_ps = at;
    config.masks[i].for_ps = time;
    config.masks[i].first_message = first;
    config.masks[i].messages = count;
  };
  set(0, 1'000, 1'000'000, 0, 4);
  set(1, 1'000, 1'000'000, 4, 4);
  set(2, 1'001'001, 1'000'000, 2, 6);
  EXPECT_TRUE(config.Validate().empty());
  set(2, 1'001'000, 1'000'000, 2, 7);
  const ConfigFaults faults = config.Validate();
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].field + ": " + faults[0].allowed,
            "masks[2].messages: such that the last message is below entries");
  EXPECT_EQ(faults[1].field + ": " + faults[1].allowed,
            "masks[2].first_message: of entries that are not masked by masks[0] meanwhile");
  EXPECT_EQ(faults[2].allowed, "of entries that are not masked by masks[1] meanwhile");
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
