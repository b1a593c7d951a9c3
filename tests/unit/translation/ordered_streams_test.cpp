// SPDX-License-Identifier: Apache-2.0
#include "models/translation/ordered_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Requests by number, and which of them have left.
class Streams {
 public:
  OrderAttributes Posted() const { return {}; }
  OrderAttributes Read() const {
    OrderAttributes order;
    order.credit_class = CreditClass::kNonPosted;
    order.is_read = true;
    return order;
  }
  void Enter(int item, std::uint64_t key, const OrderAttributes& order) {
    orders[item] = order;
    tickets[item] = streams.Enter(key, order);
  }
  void Ready(int item) {
    streams.Ready(tickets[item], orders[item], item, [this](int one) { left.push_back(one); });
  }
  void Drop(int item) {
    streams.Drop(tickets[item], orders[item], [this](int one) { left.push_back(one); });
  }

  OrderedStreams<int> streams;
  std::map<int, OrderAttributes> orders;
  std::map<int, OrderTicket> tickets;
  std::vector<int> left;
};

TEST(OrderedStreams, YoungerWritesWaitForOlderOnesOfTheirStreamOnly) {
  Streams all;
  EXPECT_TRUE(all.streams.Idle(1));
  for (const int item : {1, 2, 3}) all.Enter(item, 1, all.Posted());
  all.Enter(9, 2, all.Posted());
  EXPECT_FALSE(all.streams.Idle(1));
  EXPECT_TRUE(all.streams.Idle(3));
  all.Ready(3);
  all.Ready(9);
  EXPECT_THAT(all.left, ElementsAre(9));
  EXPECT_TRUE(all.streams.Idle(2));
  all.Drop(1);
  EXPECT_THAT(all.left, ElementsAre(9));
  all.Ready(2);
  EXPECT_THAT(all.left, ElementsAre(9, 2, 3));
  EXPECT_TRUE(all.streams.Idle(1));
}

// And may use the place of a stream that ended.
TEST(OrderedStreams, AReleaseMayBringTheNextWriteIntoTheStream) {
  OrderedStreams<int> streams;
  std::vector<int> left;
  const OrderAttributes posted;
  const OrderTicket first = streams.Enter(1, posted);
  streams.Ready(first, posted, 4, [&](int item) {
    left.push_back(item);
    EXPECT_TRUE(streams.Idle(1));
    streams.Ready(streams.Enter(1, posted), posted, 5, [&](int next) { left.push_back(next); });
  });
  EXPECT_THAT(left, ElementsAre(4, 5));
  const OrderTicket other = streams.Enter(7, posted);
  EXPECT_TRUE(streams.Idle(1));
  EXPECT_FALSE(streams.Idle(7));
  streams.Ready(other, posted, 6, [&](int item) { left.push_back(item); });
  EXPECT_THAT(left, ElementsAre(4, 5, 6));
}

TEST(OrderedStreams, ReadsWaitForOlderWritesWritesNotForReadsAndReadsNotForReads) {
  Streams all;
  all.Enter(1, 1, all.Posted());
  all.Enter(2, 1, all.Read());
  all.Enter(3, 1, all.Posted());
  all.Enter(4, 1, all.Read());
  all.Ready(4);
  all.Ready(2);
  EXPECT_THAT(all.left, IsEmpty());
  all.Ready(1);
  EXPECT_THAT(all.left, ElementsAre(1, 2));
  all.Enter(5, 1, all.Read());
  all.Ready(3);
  EXPECT_THAT(all.left, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(all.streams.Idle(1));
  all.Ready(5);
  EXPECT_THAT(all.left, ElementsAre(1, 2, 3, 4, 5));
}

// A relaxed write passes older ones; a strict one does not pass an older relaxed one; a relaxed read is a read.
TEST(OrderedStreams, RelaxedOrderingIsForTheRelaxedWriteAlone) {
  Streams all;
  OrderAttributes relaxed = all.Posted(), relaxed_read = all.Read();
  relaxed.relaxed = relaxed_read.relaxed = true;
  all.Enter(1, 1, all.Posted());
  all.Enter(2, 1, relaxed);
  all.Enter(3, 1, relaxed);
  all.Enter(4, 1, all.Posted());
  all.Enter(5, 1, relaxed_read);
  all.Ready(3);
  all.Ready(5);
  EXPECT_THAT(all.left, ElementsAre(3));
  all.Ready(4);
  all.Ready(1);
  EXPECT_THAT(all.left, ElementsAre(3, 1));
  all.Ready(2);
  EXPECT_THAT(all.left, ElementsAre(3, 1, 2, 4, 5));
}

TEST(OrderedStreams, IdBasedOrderingPassesOtherRequestersAndOtherPasidsWhereBothHaveOne) {
  Streams all;
  const auto id_based = [](OrderAttributes order, RequesterId requester, Pasid pasid) {
    order.id_based = true;
    order.requester = requester;
    order.pasid = pasid;
    return order;
  };
  OrderAttributes oldest = all.Posted();
  oldest.requester = 7;
  oldest.pasid = Pasid(1);
  all.Enter(1, 1, oldest);
  all.Enter(2, 1, id_based(all.Posted(), 7, Pasid(1)));
  all.Enter(3, 1, id_based(all.Posted(), 7, Pasid(2)));
  all.Enter(4, 1, id_based(all.Read(), 8, Pasid(1)));
  all.Enter(5, 1, id_based(all.Read(), 7, Pasid()));
  all.Enter(6, 1, id_based(all.Read(), 7, Pasid(2)));
  for (const int item : {2, 5, 6, 4}) all.Ready(item);
  EXPECT_THAT(all.left, ElementsAre(4));
  all.Ready(3);  // item 6 is of its stream
  EXPECT_THAT(all.left, ElementsAre(4, 3, 6));
  all.Ready(1);
  EXPECT_THAT(all.left, ElementsAre(4, 3, 6, 1, 2, 5));
}

TEST(OrderedStreams, WhatWasReadyIsTakenBackAndKeepsItsPlace) {
  Streams all;
  for (const int item : {1, 2, 3}) all.Enter(item, 1, all.Posted());
  all.Ready(2);
  all.Ready(3);
  EXPECT_TRUE(all.streams.AnyReady([](int item) { return item == 2; }));
  std::vector<int> taken;
  all.streams.TakeBack([](int item) { return item == 2; },
                       [&](const OrderTicket&, int item) { taken.push_back(item); });
  EXPECT_THAT(taken, ElementsAre(2));
  EXPECT_FALSE(all.streams.AnyReady([](int item) { return item == 2; }));
  all.Ready(1);
  EXPECT_THAT(all.left, ElementsAre(1));
  all.Ready(2);
  EXPECT_THAT(all.left, ElementsAre(1, 2, 3));
}

// Any order of becoming ready, any mix: nothing that may leave stays, nothing leaves that may not.
TEST(OrderedStreams, LeavesExactlyWhatTheTablePermits) {
  RandomStream random(5);
  Streams all;
  std::vector<int> waiting, here, ready;  // here: in order of arrival, until it has left
  const auto may_leave = [&](int item) {
    for (const int older : here) {
      if (older == item) return true;
      const OrderAttributes& posted = all.orders[older];
      if (posted.credit_class != CreditClass::kPosted) continue;
      const OrderAttributes& own = all.orders[item];
      const bool relaxed = own.relaxed && !own.is_read;
      const bool other_id =
          own.requester != posted.requester || (own.pasid.valid() && posted.pasid.valid() && own.pasid != posted.pasid);
      if (!relaxed && !(own.id_based && other_id)) return false;
    }
    return true;
  };
  std::size_t seen = 0;
  for (int item = 0; item < 20'000; ++item) {
    OrderAttributes order = random.Bernoulli(0.5) ? all.Posted() : all.Read();
    order.relaxed = random.Bernoulli(0.2);
    order.id_based = random.Bernoulli(0.3);
    order.requester = static_cast<RequesterId>(random.Below(2));
    order.pasid = random.Bernoulli(0.3) ? Pasid() : Pasid(static_cast<std::uint32_t>(random.Below(2)));
    here.push_back(item);
    waiting.push_back(item);
    all.Enter(item, 1, order);
    while (waiting.size() > random.Below(12)) {
      const std::size_t which = random.Below(waiting.size());
      const int next = waiting[which];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(which));
      ready.push_back(next);
      all.Ready(next);
      for (; seen < all.left.size(); ++seen) {
        const int gone = all.left[seen];
        ASSERT_TRUE(may_leave(gone)) << gone;
        here.erase(std::find(here.begin(), here.end(), gone));
        ready.erase(std::find(ready.begin(), ready.end(), gone));
      }
      for (const int still : ready) ASSERT_FALSE(may_leave(still)) << still;
    }
  }
}

}  // namespace
}  // namespace siov
