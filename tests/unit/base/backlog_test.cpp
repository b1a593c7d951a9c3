// SPDX-License-Identifier: Apache-2.0
#include "models/base/backlog.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

TEST(RingQueue, KeepsOrderWhileItGrowsAndWraps) {
  RingQueue<int> queue;
  int in = 0;
  int out = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 5; ++i) queue.PushBack(in++);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(queue.PopFront(), out++);
  }
  EXPECT_EQ(queue.size(), 100u);
  EXPECT_EQ(queue.front(), out);
  EXPECT_EQ(queue.back(), in - 1);
  EXPECT_EQ(queue[10], out + 10);
}

TEST(RingQueue, RemovalKeepsTheOrderOfTheOthers) {
  RingQueue<int> queue;
  for (int i : {1, 2, 3, 2, 4}) queue.PushBack(i);
  queue.PopFront();
  queue.Remove(2);
  EXPECT_EQ(queue.PopFront(), 3);
  EXPECT_EQ(queue.PopFront(), 4);
  EXPECT_TRUE(queue.empty());
  queue.Remove(4);
  EXPECT_TRUE(queue.empty());
}

TEST(Backlog, IntegratesFutureDeparturesOnlyAsFarAsTimeHasCome) {
  StatGroup group("link");
  Backlog backlog(group, "queue", "TLPs", "Waiting.");
  backlog.Enter(0, 0);    // did not wait
  backlog.Enter(0, 100);  // waits 100
  backlog.Enter(50, 200);
  EXPECT_EQ(backlog.Level(50), 2u);
  EXPECT_EQ(backlog.Level(100), 1u);
  EXPECT_DOUBLE_EQ(backlog.Integral(50), 50);
  EXPECT_DOUBLE_EQ(backlog.Integral(100), 100 + 50);
  EXPECT_DOUBLE_EQ(backlog.Integral(1'000), 100 + 150);
  EXPECT_DOUBLE_EQ(backlog.Mean(1'000), 0.25);
  EXPECT_EQ(backlog.Values(1'000)[1].value, 2.0);
}

TEST(Backlog, ResetKeepsThoseWhoStillWait) {
  StatGroup group("link");
  Backlog backlog(group, "queue", "TLPs", "Waiting.");
  backlog.Enter(0, 100);
  backlog.Enter(0, 200);
  group.Reset(150);
  EXPECT_DOUBLE_EQ(backlog.Integral(200), 50);
  EXPECT_EQ(backlog.Level(150), 1u);
  EXPECT_TRUE(backlog.moved());
}

}  // namespace
}  // namespace siov
