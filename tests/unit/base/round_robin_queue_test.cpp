// SPDX-License-Identifier: Apache-2.0
#include "models/base/round_robin_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

std::vector<int> PopAll(RoundRobinQueue<int>& queue) {
  std::vector<int> items;
  while (!queue.empty()) items.push_back(queue.Pop());
  return items;
}

TEST(RoundRobinQueue, ClassesTakeTurnsAndKeepTheirOwnOrder) {
  RoundRobinQueue<int> queue;
  for (int i = 0; i < 4; ++i) queue.Push(7, i);
  queue.Push(8, 10);
  queue.Push(8, 11);
  queue.Push(9, 20);
  EXPECT_EQ(queue.size(), 7u);
  EXPECT_EQ(PopAll(queue), (std::vector<int>{0, 10, 20, 1, 11, 2, 3}));
}

TEST(RoundRobinQueue, OneClassIsAPlainQueue) {
  RoundRobinQueue<int> queue;
  for (int i = 0; i < 100; ++i) queue.Push(0, i);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(queue.Pop(), i);
  EXPECT_TRUE(queue.empty());
}

TEST(RoundRobinQueue, AClassThatComesBackWaitsBehindThoseThatAreThere) {
  RoundRobinQueue<int> queue;
  queue.Push(1, 10);
  queue.Push(2, 20);
  queue.Push(2, 21);
  EXPECT_EQ(queue.Pop(), 10);
  queue.Push(1, 11);
  EXPECT_EQ(PopAll(queue), (std::vector<int>{20, 11, 21}));
}

// Against a slow version: a list of turns, each with a list of items.
TEST(RoundRobinQueue, AgreesWithALiteralOne) {
  RoundRobinQueue<int> queue;
  std::deque<std::pair<std::uint64_t, std::deque<int>>> slow;
  RandomStream random(3);
  for (int i = 0; i < 20'000; ++i) {
    if (random.Below(100) < (i / 2'000 % 2 == 0 ? 60u : 40u)) {
      const std::uint64_t of_class = random.Below(200) << 32;
      queue.Push(of_class, i);
      auto found = slow.begin();
      while (found != slow.end() && found->first != of_class) ++found;
      if (found == slow.end()) found = slow.insert(slow.end(), {of_class, {}});
      found->second.push_back(i);
      continue;
    }
    ASSERT_EQ(queue.empty(), slow.empty());
    if (slow.empty()) continue;
    auto turn = slow.front();
    slow.pop_front();
    ASSERT_EQ(queue.Pop(), turn.second.front());
    turn.second.pop_front();
    if (!turn.second.empty()) slow.push_back(turn);
  }
}

// While both have something waiting, neither gets more than one place ahead of the other, however much the first one
// pushes.
TEST(RoundRobinQueue, AFloodGetsNoMoreThanItsTurn) {
  RoundRobinQueue<int> queue;
  std::map<int, int> served;
  queue.Push(2, 2);
  for (int i = 0; i < 1'000; ++i) {
    for (int flood = 0; flood < 5; ++flood) queue.Push(1, 1);
    const int whose = queue.Pop();
    ++served[whose];
    if (whose == 2) queue.Push(2, 2);
  }
  EXPECT_NEAR(served[1], served[2], 1);
}

}  // namespace
}  // namespace siov
