// SPDX-License-Identifier: Apache-2.0
// In which order writes become visible that memories have done in any order, and what waits for them.
#include "models/protocol/write_order.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace siov {
namespace {

class WriteOrderTest : public ::testing::Test {
 protected:
  static OrderAttributes Attributes(bool relaxed, RequesterId requester = 1) {
    OrderAttributes order;
    order.relaxed = relaxed;
    order.requester = requester;
    return order;
  }
  static OrderAttributes ReadAttributes(bool id_based = false, RequesterId requester = 1) {
    OrderAttributes order = Attributes(false, requester);
    order.credit_class = CreditClass::kNonPosted;
    order.is_read = true;
    order.id_based = id_based;
    return order;
  }
  WriteOrder::Place Enter(const char* name, bool relaxed = false, WriteOrder::Stream stream = 1,
                          std::uint32_t memory = 0) {
    return order_.Enter(stream, Attributes(relaxed), const_cast<char*>(name), memory);
  }
  bool Holds(const char* name, std::uint32_t memory, const OrderAttributes& order = ReadAttributes()) {
    return order_.EnterRead(1, order, const_cast<char*>(name), memory);
  }
  std::string Done(const WriteOrder::Place& place) {
    std::vector<WriteOrder::Passed> passed;
    order_.Done(place, &passed);
    std::string text;
    for (const auto& one : passed) text += static_cast<const char*>(one.what) + Mark(one.kind);
    return text;
  }
  static std::string Mark(WriteOrder::Kind kind) {
    return kind == WriteOrder::Kind::kFence ? "| " : kind == WriteOrder::Kind::kRead ? "? " : " ";
  }
  WriteOrder order_;
};

TEST_F(WriteOrderTest, OneWaitsForAllBeforeItOfItsRequester) {
  const auto a = Enter("a");
  const auto b = Enter("b");
  const auto other = Enter("other", false, 2);
  const auto c = Enter("c");
  EXPECT_EQ(Done(c), "");
  EXPECT_EQ(Done(other), "other ");
  EXPECT_EQ(Done(a), "a ");
  EXPECT_EQ(Done(b), "b c ");
}

TEST_F(WriteOrderTest, RelaxedOnesDoNotWaitAndAreWaitedFor) {
  const auto a = Enter("a");
  const auto relaxed = Enter("r", true);
  const auto b = Enter("b");
  EXPECT_EQ(Done(b), "");
  EXPECT_EQ(Done(a), "a ");
  EXPECT_EQ(Done(relaxed), "r b ");
  const auto c = Enter("c");
  const auto early = Enter("e", true);
  EXPECT_EQ(Done(early), "e ");
  EXPECT_EQ(Done(c), "c ");
}

TEST_F(WriteOrderTest, AFenceIsPassedInItsPlace) {
  EXPECT_FALSE(order_.EnterFence(1, nullptr));
  const auto a = Enter("a");
  EXPECT_TRUE(order_.EnterFence(1, const_cast<char*>("f")));
  EXPECT_FALSE(order_.EnterFence(2, nullptr));
  const auto b = Enter("b");
  EXPECT_EQ(Done(b), "");
  EXPECT_EQ(Done(a), "a f| b ");
}

TEST_F(WriteOrderTest, AReadWaitsForOlderWritesToOtherMemories) {
  EXPECT_FALSE(Holds("alone", 1));
  const auto a = Enter("a", false, 1, 0);
  EXPECT_FALSE(Holds("same", 0)) << "it comes to its memory after them";
  EXPECT_TRUE(Holds("other", 1));
  const auto b = Enter("b", false, 1, 1);
  EXPECT_TRUE(Holds("behind both", 0));
  EXPECT_EQ(Done(b), "");
  EXPECT_EQ(Done(a), "a other? b behind both? ");
  EXPECT_FALSE(Holds("alone", 1)) << "nothing is left";
}

// A write that memory has done is not visible as long as an older one is not.
TEST_F(WriteOrderTest, AReadWaitsForWritesThatWait) {
  const auto far = Enter("far", false, 1, 1);
  const auto near = Enter("near", false, 1, 0);
  EXPECT_EQ(Done(near), "");
  EXPECT_TRUE(Holds("r", 1));
  EXPECT_EQ(Done(far), "far near r? ");
}

TEST_F(WriteOrderTest, AReadWaitsForRelaxedWritesUntilTheyAreDone) {
  const auto strict = Enter("s", false, 1, 0);
  const auto relaxed = Enter("r", true, 1, 0);
  EXPECT_TRUE(Holds("x", 1));
  EXPECT_EQ(Done(relaxed), "r ");
  EXPECT_EQ(Done(strict), "s x? ");
  const auto again = Enter("r", true, 1, 0);
  const auto later = Enter("l", false, 1, 1);
  EXPECT_TRUE(Holds("y", 1));
  EXPECT_EQ(Done(again), "r y? ");
  EXPECT_EQ(Done(later), "l ");
}

TEST_F(WriteOrderTest, IdBasedOrderingLetsAReadPassWritesOfOthers) {
  const auto a = Enter("a", false, 1, 0);
  EXPECT_FALSE(Holds("other function", 1, ReadAttributes(true, 2)));
  EXPECT_TRUE(Holds("own", 1, ReadAttributes(true, 1)));
  EXPECT_EQ(Done(a), "a own? ");
}

// Reads hold up nobody: what is behind one passes it.
TEST_F(WriteOrderTest, WritesPassAReadThatWaits) {
  const auto a = Enter("a", false, 1, 0);
  EXPECT_TRUE(Holds("r", 1));
  const auto relaxed = Enter("x", true, 1, 1);
  EXPECT_EQ(Done(relaxed), "x ");
  EXPECT_EQ(Done(a), "a r? ");
}

}  // namespace
}  // namespace siov
