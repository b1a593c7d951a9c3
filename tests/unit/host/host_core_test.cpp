// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "models/base/fifo_pool.h"
#include "models/kernel/wake_ups.h"

namespace siov {
namespace {

TEST(FifoPool, ServesInOrderAndNeverMoreThanItHas) {
  FifoPool<int> pool(2);
  EXPECT_TRUE(pool.Acquire(1));
  EXPECT_TRUE(pool.Acquire(2));
  EXPECT_FALSE(pool.Acquire(3));
  EXPECT_FALSE(pool.Acquire(4));
  int next = 0;
  EXPECT_TRUE(pool.Release(&next));
  EXPECT_EQ(next, 3);
  EXPECT_EQ(pool.busy(), 2u);
  EXPECT_TRUE(pool.Release(&next));
  EXPECT_EQ(next, 4);
  EXPECT_FALSE(pool.Release(&next));
  EXPECT_EQ(pool.busy(), 1u);
}

TEST(FifoPool, NoServersMeansNobodyWaits) {
  FifoPool<int> pool(0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pool.Acquire(i));
  EXPECT_EQ(pool.waiting(), 0u);
}

TEST(RetryPause, DoublesUpToTheMaximum) {
  HostConfig config;
  config.retry_backoff_ps = 100;
  config.retry_backoff_max_ps = 350;
  RandomStream random(1);
  EXPECT_EQ(RetryPause(config, 1, random), 100u);
  EXPECT_EQ(RetryPause(config, 2, random), 200u);
  EXPECT_EQ(RetryPause(config, 3, random), 350u);
  EXPECT_EQ(RetryPause(config, 65'535, random), 350u);
}

// Against a pause that is doubled step by step.
TEST(RetryPause, EveryPauseIsTwiceTheOneBeforeItUpToTheMaximum) {
  RandomStream random(1);
  for (const Picoseconds first : {0u, 1u, 3u, 100u}) {
    for (const Picoseconds most : {Picoseconds{100}, Picoseconds{777}, Picoseconds{1} << 62}) {
      HostConfig config;
      config.retry_backoff_ps = first;
      config.retry_backoff_max_ps = most;
      Picoseconds pause = first;
      for (std::uint32_t retries = 1; retries < 80; ++retries) {
        ASSERT_EQ(RetryPause(config, retries, random), std::min(pause, most)) << first << ' ' << most << ' ' << retries;
        if (pause < most) pause *= 2;
      }
    }
  }
}

// What is the same every time leaves the stream of random numbers alone, so that turning it on changes nothing else.
TEST(RetryPause, ChanceIsAskedOnlyWhereThereIsJitter) {
  HostConfig config;
  config.retry_backoff_ps = config.retry_backoff_max_ps = 1'000;
  RandomStream random(1);
  RandomStream untouched(1);
  EXPECT_EQ(RetryPause(config, 1, random), 1'000u);
  EXPECT_EQ(random.Next(), untouched.Next());
  config.retry_jitter = 0.5;
  const double drawn = untouched.Uniform();
  EXPECT_EQ(RetryPause(config, 1, random), static_cast<Picoseconds>(500.5 + 1'000 * drawn)) << "from 500 to 1,500";
}

TEST(RetryPause, ConstantWhenMaximumEqualsFirst) {
  HostConfig config;
  config.retry_backoff_ps = config.retry_backoff_max_ps = 100;
  RandomStream random(1);
  EXPECT_EQ(RetryPause(config, 9, random), 100u);
}

TEST(RetryPause, JitterStaysWithinItsFractionAndFillsIt) {
  HostConfig config;
  config.retry_backoff_ps = config.retry_backoff_max_ps = 10'000;
  config.retry_jitter = 0.25;
  RandomStream random(1);
  Picoseconds least = kNever;
  Picoseconds most = 0;
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Picoseconds pause = RetryPause(config, 1, random);
    least = std::min(least, pause);
    most = std::max(most, pause);
    sum += static_cast<double>(pause);
  }
  EXPECT_GE(least, 7'500u);
  EXPECT_LE(most, 12'500u);
  EXPECT_LT(least, 7'600u);
  EXPECT_GT(most, 12'400u);
  EXPECT_NEAR(sum / 10'000, 10'000, 60);
}

TEST(VcpuBank, EachIsServedOnItsOwn) {
  HostConfig config;
  config.vcpus = 2;
  config.interrupt_handler_ps = 100;
  VcpuBank bank(config);
  RandomStream random(1);
  EXPECT_EQ(bank.Serve(0, 1000, random).end, 1100u);
  EXPECT_EQ(bank.Serve(1, 1000, random).start, 1000u);
  EXPECT_EQ(bank.Serve(0, 1000, random).start, 1100u);
  EXPECT_EQ(bank.Serve(0, 1500, random).start, 1500u);
}

TEST(VcpuBank, HaltedFractionOfIdleVcpusIsWoken) {
  HostConfig config;
  config.halted_fraction = 0.3;
  config.wakeup_latency_ps = 1000;
  config.interrupt_handler_ps = 10;
  VcpuBank bank(config);
  RandomStream random(7);
  int woken = 0;
  for (Picoseconds i = 0; i < 10'000; ++i) {
    const VcpuBank::Service service = bank.Serve(0, i * 10'000, random);
    woken += service.woken;
    EXPECT_EQ(service.end - service.start, service.woken ? 1010u : 10u);
  }
  EXPECT_NEAR(woken, 3000, 4 * 46);
}

TEST(VcpuBank, OnlyAnIdleVcpuIsWokenAndChanceIsAskedOnlyForIt) {
  HostConfig config;
  config.wakeup_latency_ps = 1'000;
  config.interrupt_handler_ps = 100;
  RandomStream random(7);
  RandomStream untouched(7);
  VcpuBank never_halts(config);
  EXPECT_FALSE(never_halts.Serve(0, 0, random).woken);
  EXPECT_EQ(random.Next(), untouched.Next());
  config.halted_fraction = 1;
  config.wakeup_latency_ps = 0;
  VcpuBank bank(config);
  EXPECT_TRUE(bank.Serve(0, 0, random).woken) << "even if that takes no time";
  EXPECT_FALSE(bank.Serve(0, 99, random).woken) << "it still handles the first";
  EXPECT_TRUE(bank.Serve(0, 200, random).woken) << "both are done just now";
}

TEST(HostConfig, NamesEveryFault) {
  HostConfig config;
  EXPECT_TRUE(config.Validate().empty());
  config.retry_backoff_ps = 10;
  config.retry_jitter = 1.5;
  config.vcpus = 0;
  config.faults.handlers = 0;
  config.halted_fraction = -0.1;
  config.retry_limit = 70'000;
  config.faults.minor_service = Distribution::Constant(-1);
  EXPECT_EQ(config.Validate().size(), 7u);
}

TEST(WakeUps, OneAgendaItemForManyIds) {
  WakeUps wake_ups(1000);
  std::size_t armed = 0;
  for (std::uint32_t id = 0; id < 1000; ++id) {
    wake_ups.Schedule(id, 5000 + id);
    armed += wake_ups.Arm(0) != kNever;
  }
  EXPECT_EQ(armed, 1u);
}

TEST(WakeUps, EveryIdComesInOrderAtItsTime) {
  WakeUps wake_ups(1000);
  // Falling times: each one is earlier than the item armed before.
  std::multimap<Picoseconds, int> agenda;
  for (std::uint32_t id = 0; id < 50; ++id) {
    wake_ups.Schedule(id, 10'000 - id * 100);
    const Picoseconds delay = wake_ups.Arm(0);
    if (delay != kNever) agenda.emplace(delay, 0);
  }
  std::vector<std::uint32_t> order;
  std::size_t items = 0;
  while (!agenda.empty()) {
    const Picoseconds now = agenda.begin()->first;
    agenda.erase(agenda.begin());
    ++items;
    wake_ups.Fired();
    std::uint32_t id = 0;
    while (wake_ups.Pop(now, &id)) {
      EXPECT_EQ(now, 10'000 - id * 100);
      order.push_back(id);
    }
    const Picoseconds delay = wake_ups.Arm(now);
    if (delay != kNever) agenda.emplace(now + delay, 0);
  }
  ASSERT_EQ(order.size(), 50u);
  EXPECT_TRUE(std::is_sorted(order.rbegin(), order.rend()));
  EXPECT_EQ(items, 50u) << "no stale items";
}

}  // namespace
}  // namespace siov
