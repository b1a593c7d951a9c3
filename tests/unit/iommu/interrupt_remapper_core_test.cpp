// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

InterruptRemapperConfig Config(Picoseconds delivery, Picoseconds window) {
  InterruptRemapperConfig config;
  config.table_entries = 256;
  config.delivery_latency_ps = delivery;
  config.notification_window_ps = window;
  config.descriptor_address = 0x4000;
  return config;
}

TEST(InterruptRemapperCore, Int04ChecksInOrder) {
  const InterruptRemapperCore core(Config(0, 0), 1);
  EXPECT_EQ(core.Check(DecodeInterrupt(EncodeInterrupt(255))), InterruptFault::kNone);
  EXPECT_EQ(core.Check(DecodeInterrupt(EncodeInterrupt(256))), InterruptFault::kIndex);
  EXPECT_EQ(core.Check(DecodeInterrupt({EncodeInterrupt(300).address | 1, 0})), InterruptFault::kReservedBits);
  EXPECT_EQ(core.Check(DecodeInterrupt({0xFEE0'0003u, 0})), InterruptFault::kCompatibilityFormat);
}

TEST(InterruptRemapperCore, Int04AnEntryHasToBePresentAndTheRequesters) {
  InterruptRemapperConfig config = Config(0, 0);
  config.entries = {{true, 0x0100, 2}, {false, 0x0100, 0}};
  const InterruptRemapperCore core(config, 4);
  EXPECT_EQ(core.CheckEntry(0, 0x0100), InterruptFault::kNone);
  EXPECT_EQ(core.VcpuOf(0), 2u);
  EXPECT_EQ(core.CheckEntry(0, 0x0101), InterruptFault::kSource) << "all 16 bits count";
  EXPECT_EQ(core.CheckEntry(1, 0x0100), InterruptFault::kNotPresent);
  EXPECT_EQ(core.CheckEntry(2, 0x0100), InterruptFault::kNotPresent) << "within the table, never written";
}

TEST(InterruptRemapperCore, Int08OneNotificationWhileOnIsSet) {
  InterruptRemapperCore core(Config(100, 50), 2);
  const auto first = core.Post(0, 1'000);
  EXPECT_TRUE(first.notifies);
  EXPECT_EQ(first.seen, 1'100u);
  const auto second = core.Post(0, 1'100);
  EXPECT_FALSE(second.notifies);
  EXPECT_EQ(second.seen, 1'100u) << "in time for the notification";
  const auto third = core.Post(0, 1'149);
  EXPECT_FALSE(third.notifies);
  EXPECT_EQ(third.seen, 1'150u) << "within the window: seen as ON is cleared";
  EXPECT_TRUE(core.Post(1, 1'120).notifies) << "another vCPU has a descriptor of its own";
  EXPECT_TRUE(core.Post(0, 1'150).notifies) << "ON is clear again";
}

TEST(InterruptRemapperCore, WithoutLatencyNothingCoalesces) {
  InterruptRemapperCore core(Config(0, 0), 1);
  EXPECT_TRUE(core.Post(0, 0).notifies);
  EXPECT_TRUE(core.Post(0, 0).notifies);
}

TEST(InterruptRemapperCore, Addresses) {
  const InterruptRemapperCore core(Config(0, 0), 4);
  EXPECT_EQ(core.DescriptorAddress(2), 0x4080u);
  EXPECT_EQ(core.EntryAddress(3), 48u);
}

TEST(InterruptRemapperConfig, Validates) {
  EXPECT_TRUE(InterruptRemapperConfig{}.Validate().empty());
  InterruptRemapperConfig config;
  config.table_entries = 100'000;
  config.entries.resize(100'001);
  config.descriptor_address = 32;
  config.delivery = InterruptDelivery::kRemapped;
  config.notification_window_ps = 1;
  EXPECT_EQ(config.Validate().size(), 4u);
}

}  // namespace
}  // namespace siov
