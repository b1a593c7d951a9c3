// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

FaultRecordingConfig Config(std::uint32_t records, bool collapse = false) {
  FaultRecordingConfig config;
  config.records = records;
  config.collapse = collapse;
  return config;
}

RecordedFault From(RequesterId source) {
  RecordedFault record;
  record.source = source;
  record.reason = kPasidEntryNotPresent;
  return record;
}

TEST(FaultRegisters, AreARingWithOverflow) {
  FaultRegisters registers(Config(2));
  EXPECT_FALSE(registers.status().pending);
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.first(), 0u);
  EXPECT_EQ(registers.Record(From(2)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.first(), 0u) << "latched only when none was pending";
  EXPECT_EQ(registers.Record(From(3)), RecordOutcome::kLost);
  EXPECT_TRUE(registers.status().overflow);
  // Room alone does not help: lost until software clears the overflow.
  EXPECT_EQ(registers.Take(0)->source, 1);
  EXPECT_EQ(registers.Record(From(4)), RecordOutcome::kLost);
  registers.ClearOverflow();
  EXPECT_EQ(registers.Record(From(5)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers[0]->source, 5);
  EXPECT_EQ(registers.Take(1)->source, 2);
  EXPECT_EQ(registers.Take(0)->source, 5);
  EXPECT_FALSE(registers.Take(0).has_value());
  EXPECT_FALSE(registers.status().pending);
  EXPECT_EQ(registers.Record(From(6)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.first(), 1u) << "the index goes on";
}

TEST(FaultRegisters, CollapseDropsASecondFaultOfADevice) {
  FaultRegisters registers(Config(2, true));
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kCollapsed);
  EXPECT_EQ(registers.Record(From(2)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kCollapsed) << "no overflow: it would not have been recorded";
  EXPECT_FALSE(registers.status().overflow);
  registers.Take(0);
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kRecorded);
}

TEST(FaultRegisters, WithoutCollapseEveryFaultOfADeviceIsRecorded) {
  FaultRegisters registers(Config(2));
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kRecorded);
  EXPECT_EQ(registers.Record(From(1)), RecordOutcome::kRecorded);
}

TEST(FaultQueue, GoesRoundAndRound) {
  FaultQueue queue(Config(4));
  for (std::uint32_t fault = 0; fault < 20; ++fault) {
    ASSERT_EQ(queue.Push(), fault % 4);
    ASSERT_EQ(queue.Push(), (fault + 1) % 4);
    ASSERT_EQ(queue.used(), 2u);
    ASSERT_TRUE(queue.status().pending);
    ASSERT_EQ(queue.Pop(), fault % 4);
    ASSERT_EQ(queue.Pop(), (fault + 1) % 4);
    ASSERT_FALSE(queue.status().pending);
    ASSERT_EQ(queue.Push(), (fault + 2) % 4);
    ASSERT_EQ(queue.Pop(), (fault + 2) % 4);
    fault += 2;
  }
}

TEST(FaultQueue, HoldsOneLessAndDropsUntilOverflowIsCleared) {
  FaultRecordingConfig config = Config(4);
  config.profile = IommuProfile::kRiscv;
  FaultQueue queue(config);
  for (std::uint32_t slot = 0; slot < 3; ++slot) EXPECT_EQ(queue.Push(), slot);
  EXPECT_FALSE(queue.Push());
  EXPECT_TRUE(queue.status().overflow);
  EXPECT_EQ(queue.Pop(), 0u);
  EXPECT_FALSE(queue.Push());
  queue.ClearOverflow();
  EXPECT_EQ(queue.Push(), 3u);
  EXPECT_EQ(queue.used(), 3u);
}

TEST(FaultRecordingConfig, LimitsAreTheProfiles) {
  EXPECT_TRUE(Config(256).Validate().empty());
  EXPECT_EQ(Config(257).Validate().size(), 1u);
  EXPECT_EQ(Config(0).Validate().size(), 1u);
  FaultRecordingConfig riscv = Config(3, true);
  riscv.profile = IommuProfile::kRiscv;
  EXPECT_EQ(riscv.Validate().size(), 2u);
}

}  // namespace
}  // namespace siov
