// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/link_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

LinkConfig Config(std::uint32_t generation, std::uint32_t lanes) {
  LinkConfig config;
  config.generation = generation;
  config.lanes = lanes;
  return config;
}

double Gbps(const LinkFormat& format) { return format.bytes_per_second() * 8 / 1e9; }

// Payload rate when `cost` is sent back to back.
double GoodputGbps(const LinkFormat& format, const LinkCost& cost) {
  return Gbps(format) * cost.data_bytes / cost.wire_bytes;
}

TEST(LinkFormat, TlpRatesMatchThePublishedModel) {
  EXPECT_NEAR(Gbps(LinkFormat(Config(3, 8))), 57.88, 57.88 * 0.0005);
  EXPECT_NEAR(Gbps(LinkFormat(Config(4, 16))), 227.4, 227.4 * 0.0005);
  EXPECT_NEAR(Gbps(LinkFormat(Config(5, 16))), 454.8, 454.8 * 0.0005);
}

TEST(LinkFormat, GoodputMatchesThePublishedModel) {
  const LinkFormat format(Config(3, 8));
  const double write[] = {42.10, 48.75, 52.92};
  const double read[] = {44.10, 50.06, 53.69};
  const std::uint32_t size[] = {64, 128, 256};
  for (int i = 0; i < 3; ++i) {
    const LinkCost sent = format.Request(TlpKind::kMemoryWrite, false, 0, size[i]);
    const LinkCost answered = format.Completion(TlpKind::kMemoryRead, CompletionStatus::kSuccess, 0, size[i]);
    EXPECT_NEAR(GoodputGbps(format, sent), write[i], write[i] * 0.0005) << size[i];
    EXPECT_NEAR(GoodputGbps(format, answered), read[i], read[i] * 0.0005) << size[i];
  }
  const LinkCost split = format.Completion(TlpKind::kMemoryRead, CompletionStatus::kSuccess, 0, 512);
  EXPECT_EQ(split.tlps, 2u);
  EXPECT_NEAR(GoodputGbps(format, split), 53.69, 53.69 * 0.0005);
}

TEST(LinkFormat, AckIntervalIsTheSpecificationsLatencyLimit) {
  EXPECT_EQ(AckIntervalBytes(3, 8, 256), 203u);
  EXPECT_EQ(AckIntervalBytes(3, 16, 256), 168u);
  EXPECT_EQ(AckIntervalBytes(1, 1, 128), 237u);
  EXPECT_EQ(AckIntervalBytes(1, 8, 128), 67u);
  EXPECT_EQ(AckIntervalBytes(1, 16, 256), 72u);
  EXPECT_EQ(AckIntervalBytes(1, 8, 512), 86u);
}

// The factors and the internal delays of the specification's table, one by one.
TEST(LinkFormat, EveryRowOfTheTableOfAckLatencyLimits) {
  for (const auto& [generation, delay] :
       {std::pair(1u, 19), std::pair(2u, 70), std::pair(3u, 115), std::pair(4u, 115)}) {
    for (const std::uint32_t payload : {128u, 256u, 512u, 1'024u}) {
      for (const std::uint32_t lanes : {1u, 2u, 4u, 8u, 16u}) {
        const bool large = payload >= 512;
        const double factor = lanes == 16 ? (large ? 2.0 : 3.0) : large ? 1.0 : lanes == 8 ? 2.5 : 1.4;
        const auto expected = static_cast<std::uint32_t>((payload + 28) * factor / lanes + delay);
        EXPECT_EQ(AckIntervalBytes(generation, lanes, payload), expected)
            << generation << ' ' << payload << ' ' << lanes;
      }
    }
    LinkConfig by_itself = Config(generation, 8);
    LinkConfig told = by_itself;
    told.ack_interval_bytes = AckIntervalBytes(generation, 8, by_itself.max_payload_bytes);
    EXPECT_EQ(Gbps(LinkFormat(by_itself)), Gbps(LinkFormat(told)));
  }
}

TEST(LinkFormat, OldGenerationsUseEightToTenBitCode) {
  LinkConfig config = Config(2, 4);
  config.ack_interval_bytes = 1'000;
  EXPECT_DOUBLE_EQ(Gbps(LinkFormat(config)), 5.0 * 4 * 0.8 * (1 - 16.0 / 1'000 - 4.0 / 1'538));
}

TEST(LinkFormat, FlitsCarry236Of256BytesAndNeedNoFraming) {
  const LinkFormat format(Config(6, 16));
  EXPECT_DOUBLE_EQ(Gbps(format), 64.0 * 16 * 236 / 256);
  EXPECT_EQ(format.Request(TlpKind::kMemoryWrite, false, 0, 256).wire_bytes, 16u + 256);
  EXPECT_EQ(format.Completion(TlpKind::kMemoryRead, CompletionStatus::kSuccess, 0, 64).wire_bytes, 12u + 64);
}

TEST(LinkFormat, BytesAndCreditsOfEveryKind) {
  const LinkFormat format(Config(5, 16));
  struct Row {
    TlpKind kind;
    std::uint32_t length;
    CreditClass credit_class;
    std::uint32_t data_credits;
    std::uint32_t wire_bytes;
  };
  const Row rows[] = {
      {TlpKind::kMemoryWrite, 64, CreditClass::kPosted, 4, 88},
      {TlpKind::kMemoryWrite, 4, CreditClass::kPosted, 1, 28},
      {TlpKind::kMemoryRead, 512, CreditClass::kNonPosted, 0, 24},
      {TlpKind::kTranslationRequest, 8, CreditClass::kNonPosted, 0, 24},
      {TlpKind::kDeferrableWrite, 64, CreditClass::kNonPosted, 4, 88},
      {TlpKind::kPageRequest, 0, CreditClass::kPosted, 0, 24},
      {TlpKind::kPageGroupResponse, 0, CreditClass::kPosted, 0, 24},
      {TlpKind::kInvalidateRequest, 8, CreditClass::kPosted, 1, 32},
      {TlpKind::kInvalidateCompletion, 0, CreditClass::kPosted, 0, 24},
      {TlpKind::kConfigRead, 4, CreditClass::kNonPosted, 0, 20},
      {TlpKind::kConfigWrite, 2, CreditClass::kNonPosted, 1, 24},
      {TlpKind::kRegisterRead, 8, CreditClass::kNonPosted, 0, 20},
      {TlpKind::kRegisterWrite, 8, CreditClass::kPosted, 1, 28},
  };
  for (const Row& row : rows) {
    const LinkCost cost = format.Request(row.kind, false, 0x1000, row.length);
    EXPECT_EQ(cost.credit_class, row.credit_class) << static_cast<int>(row.kind);
    EXPECT_EQ(cost.tlps, 1u);
    EXPECT_EQ(cost.data_credits, row.data_credits) << static_cast<int>(row.kind);
    EXPECT_EQ(cost.wire_bytes, row.wire_bytes) << static_cast<int>(row.kind);
    EXPECT_EQ(format.Request(row.kind, true, 0x1000, row.length).wire_bytes, row.wire_bytes + 4);
  }
}

TEST(LinkFormat, RegistersAbove4GibNeedALongerHeader) {
  const LinkFormat format(Config(5, 16));
  EXPECT_EQ(format.Request(TlpKind::kRegisterRead, false, 0xFFFF'FFF8, 8).wire_bytes, 20u);
  EXPECT_EQ(format.Request(TlpKind::kRegisterRead, false, 0x1'0000'0000, 8).wire_bytes, 24u);
  EXPECT_EQ(format.Request(TlpKind::kRegisterWrite, false, 0x1'0000'0000, 8).wire_bytes, 32u);
  LinkConfig config = Config(5, 16);
  config.on_die.bytes_per_second = 1e11;
  config.on_die.header_bytes = 16;
  EXPECT_EQ(LinkFormat(config).Request(TlpKind::kConfigRead, false, 0, 4).wire_bytes, 16u) << "one header on the die";
}

TEST(LinkFormat, CompletionsOfEveryKind) {
  const LinkFormat format(Config(5, 16));
  const auto wire = [&](TlpKind kind, CompletionStatus status) {
    return format.Completion(kind, status, 0x1000, 64).wire_bytes;
  };
  EXPECT_EQ(wire(TlpKind::kMemoryRead, CompletionStatus::kSuccess), 84u);
  EXPECT_EQ(wire(TlpKind::kMemoryRead, CompletionStatus::kUnsupportedRequest), 20u);
  const auto translations = [&](std::uint32_t bytes) {
    return format.Completion(TlpKind::kTranslationRequest, CompletionStatus::kSuccess, 0x1000, bytes).wire_bytes;
  };
  EXPECT_EQ(translations(8), 28u);
  EXPECT_EQ(translations(32), 52u);
  EXPECT_EQ(wire(TlpKind::kTranslationRequest, CompletionStatus::kCompleterAbort), 20u);
  EXPECT_EQ(wire(TlpKind::kDeferrableWrite, CompletionStatus::kSuccess), 20u);
  EXPECT_EQ(wire(TlpKind::kDeferrableWrite, CompletionStatus::kRetry), 20u);
  for (const TlpKind kind : {TlpKind::kConfigRead, TlpKind::kRegisterRead}) {
    EXPECT_EQ(format.Completion(kind, CompletionStatus::kSuccess, 0x1002, 2).wire_bytes, 24u);
    EXPECT_EQ(format.Completion(kind, CompletionStatus::kSuccess, 0x1000, 8).data_credits, 1u);
    EXPECT_EQ(wire(kind, CompletionStatus::kUnsupportedRequest), 20u);
  }
  EXPECT_EQ(wire(TlpKind::kConfigWrite, CompletionStatus::kSuccess), 20u);
}

TEST(LinkFormat, EcrcAddsADoubleWordToEveryTlp) {
  LinkConfig config = Config(5, 16);
  config.ecrc = true;
  const LinkFormat format(config);
  EXPECT_EQ(format.Request(TlpKind::kMemoryRead, false, 0, 64).wire_bytes, 28u);
  EXPECT_EQ(format.Completion(TlpKind::kMemoryRead, CompletionStatus::kSuccess, 0, 512).wire_bytes, 2 * 24u + 512);
}

TEST(LinkFormat, APasidIsAPrefixOfADoubleWordUnlessTheFunctionHasOneTenant) {
  LinkConfig config = Config(3, 8);
  EXPECT_EQ(LinkFormat(config).Request(TlpKind::kMemoryWrite, true, 0, 64).wire_bytes, 92u);
  config.pasid_prefix = false;
  EXPECT_EQ(LinkFormat(config).Request(TlpKind::kMemoryWrite, true, 0, 64).wire_bytes, 88u);
}

TEST(LinkFormat, PayloadIsWholeDoubleWords) {
  const LinkFormat format(Config(5, 16));
  EXPECT_EQ(format.Request(TlpKind::kMemoryWrite, false, 0x1002, 4).data_bytes, 8u);
  EXPECT_EQ(format.Request(TlpKind::kMemoryWrite, false, 0x1000, 1).wire_bytes, 28u);
}

TEST(LinkCompletions, SplitAtBoundariesAndMaximumPayload) {
  EXPECT_EQ(CompletionCount(0x1000, 512, 256, 64), 2u);
  EXPECT_EQ(CompletionCount(0x1010, 512, 256, 64), 3u);   // 240 + 256 + 16
  EXPECT_EQ(CompletionCount(0x1010, 256, 256, 64), 1u);   // fits one packet
  EXPECT_EQ(CompletionCount(0x103F, 257, 256, 64), 2u);   // 193 + 64
  EXPECT_EQ(CompletionCount(0x1040, 512, 256, 128), 3u);  // 192 + 256 + 64
  EXPECT_EQ(CompletionCount(0x1000, 4'096, 128, 128), 32u);
}

// Survivor of a mutation: what a read that starts off a credit unit, or off a double word, asks of the credits and of
// the wire, against pieces cut one by one.
TEST(LinkCompletions, CreditsOfCompletionsThatStartOffACreditUnitAreThoseOfTheirPieces) {
  const LinkFormat format(Config(5, 16));
  for (std::uint64_t address = 0; address < 256; address += address < 8 ? 1 : 4) {
    for (std::uint32_t length = 1; length <= 1'024; length += length % 4 == 0 || length > 20 ? 4 - length % 4 : 1) {
      std::uint32_t credits = 0;
      std::uint32_t pieces = 0;
      const std::uint64_t first = AlignDown(address, 4);
      const std::uint64_t end = AlignDown(address + length + 3, 4);
      for (std::uint64_t at = first; at < end; ++pieces) {
        const std::uint64_t next = end - at > 256 ? AlignDown(at + 256, 64) : end;
        credits += static_cast<std::uint32_t>(CeilDiv(next - at, 16));
        at = next;
      }
      const LinkCost cost = format.Completion(TlpKind::kMemoryRead, CompletionStatus::kSuccess, address, length);
      ASSERT_EQ(cost.credit_class, CreditClass::kCompletion);
      ASSERT_EQ(cost.tlps, pieces) << address << ' ' << length;
      ASSERT_EQ(cost.data_bytes, end - first) << address << ' ' << length;
      ASSERT_EQ(cost.data_credits, credits) << address << ' ' << length;
      ASSERT_EQ(cost.wire_bytes, end - first + pieces * 20);
    }
  }
}

// The count against pieces cut one by one.
TEST(LinkCompletions, EveryPieceButTheLastEndsOnTheBoundary) {
  for (std::uint32_t boundary : {64u, 128u}) {
    for (std::uint64_t address = 0; address < 256; address += 4) {
      for (std::uint32_t length = 4; length <= 1'024; length += 4) {
        std::uint64_t at = address;
        std::uint32_t pieces = 1;
        while (address + length - at > 256) {
          at = AlignDown(at + 256, boundary);
          ++pieces;
        }
        ASSERT_EQ(CompletionCount(address, length, 256, boundary), pieces) << address << ' ' << length;
      }
    }
  }
}

TEST(CreditPool, CreditsAreUsableWhenTheirReturnHasArrivedAndNotBefore) {
  CreditPool pool(1, 0);
  LinkCost cost;
  EXPECT_TRUE(pool.Take(0, cost));
  EXPECT_FALSE(pool.Take(10, cost));
  EXPECT_EQ(pool.NextReturn(), kNever);
  pool.Return(100, cost);
  EXPECT_EQ(pool.NextReturn(), 100u);
  EXPECT_FALSE(pool.Take(99, cost));
  EXPECT_TRUE(pool.Take(100, cost));
}

// Whoever waits for headers asks when credits come next: data that came back meanwhile is no answer.
TEST(CreditPool, CreditsThatAreBackAreNotThoseToCome) {
  CreditPool pool(1, 8);
  LinkCost write;
  write.data_credits = 4;
  ASSERT_TRUE(pool.Take(0, write));
  pool.Return(100, write);
  LinkCost message;  // without data
  ASSERT_TRUE(pool.Take(200, message));
  EXPECT_FALSE(pool.Take(300, message));
  EXPECT_EQ(pool.NextReturn(), kNever);
}

TEST(CreditPool, DataCreditsLimitByThemselves) {
  CreditPool pool(0, 8);
  LinkCost cost;
  cost.data_credits = 4;
  EXPECT_TRUE(pool.limited());
  EXPECT_TRUE(pool.Take(0, cost));
  EXPECT_TRUE(pool.Take(0, cost));
  EXPECT_FALSE(pool.Take(0, cost));
  EXPECT_FALSE(CreditPool(0, 0).limited());
}

// 1 byte takes 1 ps.
class LinkOrder : public ::testing::Test {
 protected:
  static LinkItem Item(int id, CreditClass credit_class, RequesterId requester = 1) {
    LinkItem item;
    item.object = reinterpret_cast<void*>(static_cast<std::uintptr_t>(id));
    item.cost.credit_class = credit_class;
    item.cost.wire_bytes = 100;
    item.requester = requester;
    return item;
  }
  bool Offer(Picoseconds now, const LinkItem& item) { return flow_.Offer(now, item, slot_); }
  // Ids in the order in which they leave at `now`.
  std::vector<int> Drain(Picoseconds now) {
    std::vector<int> ids;
    LinkItem item;
    while (flow_.TakeNext(now, item, slot_)) {
      ids.push_back(static_cast<int>(reinterpret_cast<std::uintptr_t>(item.object)));
    }
    return ids;
  }
  static LinkCredits OnePostedOneNonPosted() {
    LinkCredits credits;
    credits.posted_header = 1;
    credits.nonposted_header = 1;
    return credits;
  }
  void Free(Picoseconds at, CreditClass credit_class) { flow_.Return(at, Item(0, credit_class).cost); }

  static constexpr auto kP = CreditClass::kPosted;
  static constexpr auto kN = CreditClass::kNonPosted;
  static constexpr auto kC = CreditClass::kCompletion;
  LinkDirection flow_{OnePostedOneNonPosted(), ByteRate::FromBytesPerSecond(1e12), 50};
  LinkSlot slot_;
};

TEST_F(LinkOrder, TheSerialiserTakesOneAfterTheOther) {
  ASSERT_TRUE(Offer(10, Item(1, kC)));
  EXPECT_EQ(slot_.start, 10u);
  EXPECT_EQ(slot_.end, 110u);
  ASSERT_TRUE(Offer(20, Item(2, kC)));
  EXPECT_EQ(slot_.start, 110u);
  EXPECT_EQ(slot_.end, 210u);
}

TEST_F(LinkOrder, PostedAndCompletionsPassStalledNonPosted) {
  ASSERT_TRUE(Offer(0, Item(1, kN)));
  ASSERT_FALSE(Offer(0, Item(2, kN)));
  EXPECT_TRUE(Offer(0, Item(3, kP)));
  EXPECT_TRUE(Offer(0, Item(4, kC)));
  EXPECT_FALSE(Offer(0, Item(5, kN)));
  Free(100, kN);
  EXPECT_EQ(flow_.NextReturn(), 150u);
  EXPECT_TRUE(Drain(149).empty());
  EXPECT_EQ(Drain(150), (std::vector<int>{2}));
}

TEST_F(LinkOrder, NothingPassesAnOlderPosted) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_FALSE(Offer(0, Item(2, kP)));
  EXPECT_FALSE(Offer(0, Item(3, kC)));
  EXPECT_FALSE(Offer(0, Item(4, kN)));
  Free(0, kP);
  EXPECT_EQ(Drain(50), (std::vector<int>{2, 3, 4}));
}

// The read has a credit of its own all the time; what it waits for is the older write, also when it is its turn.
TEST_F(LinkOrder, AReadWithCreditsDoesNotPassAnOlderPostedThatWaits) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_FALSE(Offer(0, Item(2, kP)));
  ASSERT_FALSE(Offer(0, Item(3, kN)));
  EXPECT_TRUE(Drain(1'000).empty());
  Free(1'000, kP);
  EXPECT_EQ(Drain(1'050), (std::vector<int>{2, 3}));
}

TEST_F(LinkOrder, WhatOrderHoldsBackIsNotTriedForTheReturnOfItsOwnCredits) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_TRUE(Offer(0, Item(2, kN)));
  ASSERT_FALSE(Offer(0, Item(3, kP)));
  ASSERT_FALSE(Offer(0, Item(4, kN)));
  Free(10, kN);
  EXPECT_EQ(flow_.NextReturn(), kNever) << "the read waits behind the write, whose credits are not on their way";
  Free(20, kP);
  EXPECT_EQ(flow_.NextReturn(), 70u);
}

TEST_F(LinkOrder, OlderCompletionsDoNotWaitForYoungerPosted) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_TRUE(Offer(0, Item(2, kN)));
  ASSERT_FALSE(Offer(0, Item(3, kN)));
  ASSERT_FALSE(Offer(0, Item(4, kP)));
  Free(0, kN);
  EXPECT_EQ(Drain(50), (std::vector<int>{3}));  // older than 4, which still has no credit
}

TEST_F(LinkOrder, RelaxedOrderingLetsCompletionsPassPostedButNotReads) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_FALSE(Offer(0, Item(2, kP)));
  LinkItem completion = Item(3, kC);
  LinkItem read = Item(4, kN);
  completion.relaxed_ordering = read.relaxed_ordering = true;
  EXPECT_TRUE(Offer(0, completion));
  EXPECT_FALSE(Offer(0, read));
}

TEST_F(LinkOrder, IdBasedOrderingLetsOtherRequestersPass) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_FALSE(Offer(0, Item(2, kP, 7)));
  LinkItem same = Item(3, kN, 7);
  LinkItem other = Item(4, kC, 8);
  same.id_based_ordering = other.id_based_ordering = true;
  EXPECT_FALSE(Offer(0, same));
  EXPECT_TRUE(Offer(0, other));
}

// It waited for all older writes once it had waited for one of its own function.
TEST_F(LinkOrder, IdBasedOrderingHoldsARequestBackOnlyUntilItsOwnFunctionsWritesHaveLeft) {
  ASSERT_TRUE(Offer(0, Item(1, kP)));
  ASSERT_FALSE(Offer(0, Item(2, kP, 7)));
  ASSERT_FALSE(Offer(0, Item(3, kP, 8)));
  LinkItem read = Item(4, kN, 7);
  read.id_based_ordering = true;
  ASSERT_FALSE(Offer(0, read));
  EXPECT_EQ(flow_.NextReturn(), kNever);
  Free(0, kP);
  EXPECT_EQ(Drain(50), (std::vector<int>{2, 4})) << "3 still waits, and is another function's";
}

TEST(LinkConfig, ReportsEveryFault) {
  LinkConfig config = Config(7, 12);
  config.max_payload_bytes = 200;
  config.read_completion_boundary_bytes = 32;
  config.downstream.nonposted_data = 2;
  const ConfigFaults faults = config.Validate();
  ASSERT_EQ(faults.size(), 5u);
  EXPECT_EQ(faults[0].field, "generation");
  EXPECT_EQ(faults[1].field, "lanes");
  EXPECT_EQ(faults[4].field, "downstream.nonposted_data");
  EXPECT_TRUE(Config(5, 16).Validate().empty());
}

}  // namespace
}  // namespace siov
