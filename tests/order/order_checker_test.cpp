// SPDX-License-Identifier: Apache-2.0
// The checker itself: each place of the ordering table, both ways.
#include "tests/support/order_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace siov::testing {
namespace {

using ::testing::SizeIs;
using Row = WirePacket::Row;

WirePacket Packet(Row row) {
  WirePacket packet;
  packet.row = row;
  return packet;
}

// Two that enter in this order and leave in the other.
std::size_t ViolationsOf(WirePacket earlier, WirePacket later) {
  OrderChecker checker("way");
  earlier.name = 1;
  later.name = 2;
  checker.Enters(earlier, 10);
  checker.Enters(later, 11);
  checker.Leaves(2, 20);
  checker.Leaves(1, 21);
  EXPECT_EQ(checker.inside(), 0u);
  return checker.violations().size();
}

TEST(OrderChecker, NothingPassesPosted) {
  for (const Row row : {Row::kPosted, Row::kRead, Row::kNonPostedWithData, Row::kCompletion}) {
    EXPECT_EQ(ViolationsOf(Packet(Row::kPosted), Packet(row)), 1u);
    for (const Row earlier : {Row::kRead, Row::kNonPostedWithData, Row::kCompletion}) {
      EXPECT_EQ(ViolationsOf(Packet(earlier), Packet(row)), 0u);
    }
  }
}

TEST(OrderChecker, RelaxedOrderingIsTheLaterPacketsAndNotForReads) {
  for (const Row row : {Row::kPosted, Row::kRead, Row::kNonPostedWithData, Row::kCompletion}) {
    WirePacket later = Packet(row);
    later.relaxed = true;
    EXPECT_EQ(ViolationsOf(Packet(Row::kPosted), later), row == Row::kRead ? 1u : 0u);
    WirePacket earlier = Packet(Row::kPosted);
    earlier.relaxed = true;
    EXPECT_EQ(ViolationsOf(earlier, Packet(row)), 1u);
  }
}

TEST(OrderChecker, IdBasedOrderingComparesIdsAndPasidsWhereBothHaveOne) {
  for (const Row row : {Row::kPosted, Row::kRead, Row::kNonPostedWithData, Row::kCompletion}) {
    WirePacket earlier = Packet(Row::kPosted);
    WirePacket later = Packet(row);
    later.id_based = true;
    EXPECT_EQ(ViolationsOf(earlier, later), 1u);
    later.has_pasid = true;
    later.pasid = 1;
    EXPECT_EQ(ViolationsOf(earlier, later), 1u);
    earlier.has_pasid = true;
    EXPECT_EQ(ViolationsOf(earlier, later), 0u);
    earlier.pasid = 1;
    EXPECT_EQ(ViolationsOf(earlier, later), 1u);
    earlier.id = 7;
    EXPECT_EQ(ViolationsOf(earlier, later), 0u);
    later.id_based = false;
    EXPECT_EQ(ViolationsOf(earlier, later), 1u);
  }
}

// A write at memory 0, not yet visible, and then a read of either; and a write, which leaves when it is visible.
TEST(OrderChecker, OfSeveralMemoriesAReadIsBehindAWriteThatCameToItsOwn) {
  for (const unsigned home : {0u, 1u}) {
    for (const Row row : {Row::kRead, Row::kPosted}) {
      for (const bool came : {true, false}) {
        OrderChecker checker("way");
        WirePacket write = Packet(Row::kPosted);
        WirePacket later = Packet(row);
        write.name = 1;
        later.name = 2;
        checker.Enters(write, 10);
        checker.Enters(later, 11);
        if (came) checker.ComesHome(1, 0);
        checker.Leaves(2, 20, home);
        const bool behind = row == Row::kRead && came && home == 0;
        EXPECT_EQ(checker.violations().size(), behind ? 0u : 1u);
      }
    }
  }
  OrderChecker checker("way");
  checker.ComesHome(1, 0);
  EXPECT_EQ(checker.unknown(), 1u);
}

TEST(OrderChecker, OnTheWayToSeveralMemoriesAnInterruptWaitsAndHoldsUpInterruptsAlone) {
  for (const bool earlier_is : {true, false}) {
    for (const bool later_is : {true, false}) {
      OrderChecker checker("way", true);
      WirePacket earlier = Packet(Row::kPosted);
      WirePacket later = Packet(Row::kPosted);
      earlier.name = 1;
      earlier.interrupt = earlier_is;
      later.name = 2;
      later.interrupt = later_is;
      checker.Enters(earlier, 10);
      checker.Enters(later, 11);
      if (!earlier_is) checker.ComesHome(1, 0);
      checker.Leaves(2, 20);
      EXPECT_EQ(checker.violations().size(), earlier_is && !later_is ? 0u : 1u);
    }
  }
}

TEST(OrderChecker, TrafficClassesKnowNoOrderAndWhoStaysIsCounted) {
  WirePacket other = Packet(Row::kRead);
  other.traffic_class = 1;
  EXPECT_EQ(ViolationsOf(Packet(Row::kPosted), other), 0u);
  OrderChecker checker("way");
  checker.Enters(Packet(Row::kPosted), 5);
  checker.Leaves(9, 6);
  EXPECT_EQ(checker.inside(), 1u);
  EXPECT_EQ(checker.unknown(), 1u);
  checker.Leaves(0, 25);
  EXPECT_EQ(checker.longest(Row::kPosted), 20u);
  EXPECT_THAT(checker.violations(), SizeIs(0));
}

}  // namespace
}  // namespace siov::testing
