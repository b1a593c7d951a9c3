// SPDX-License-Identifier: Apache-2.0
#include "models/base/token_bucket.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "models/base/random.h"

namespace siov {
namespace {

TEST(TokenBucket, StartsFullAndRefillsAtItsRate) {
  TokenBucket bucket(1e9, 4);  // a token per 1,000 ps
  EXPECT_EQ(bucket.Available(0), 4u);
  EXPECT_TRUE(bucket.TryTake(0, 4));
  EXPECT_FALSE(bucket.TryTake(999, 1));
  EXPECT_TRUE(bucket.TryTake(1'000, 1));
  EXPECT_EQ(bucket.Available(3'999), 2u);
  EXPECT_EQ(bucket.WhenAvailable(1'500, 3), 4'000u);
  EXPECT_EQ(bucket.Available(1'000'000), 4u);  // never above the burst
}

TEST(TokenBucket, WhenAvailableIsTight) {
  RandomStream random(1);
  for (const double rate : {1.0 / 3.0, 7.0, 3e9, 56.85e9, 1e12}) {
    TokenBucket bucket(rate, 1'000);
    Picoseconds now = 0;
    for (int i = 0; i < 2'000; ++i) {
      const std::uint64_t tokens = 1 + random.Below(1'000);
      const Picoseconds when = bucket.WhenAvailable(now, tokens);
      if (when > now) {
        ASSERT_FALSE(bucket.TryTake(now, tokens));
        ASSERT_FALSE(bucket.TryTake(when - 1, tokens)) << rate;
        ASSERT_LT(bucket.Available(when - 1), tokens);
      }
      ASSERT_GE(bucket.Available(when), tokens);
      ASSERT_TRUE(bucket.TryTake(when, tokens)) << rate;
      now = when + random.Below(3);
    }
  }
}

// One second of simulated time at rates whose token time is no whole number of picoseconds.
TEST(TokenBucket, DoesNotDriftOverASecond) {
  for (const double rate : {3e6, 7'777'777.0, 1e6 / 3.0}) {
    TokenBucket bucket(rate, 1);
    std::uint64_t taken = 0;
    Picoseconds now = 0;
    for (;;) {
      now = bucket.WhenAvailable(now, 1);
      if (now >= kPsPerSecond) break;
      ASSERT_TRUE(bucket.TryTake(now, 1));
      ++taken;
    }
    EXPECT_EQ(taken, static_cast<std::uint64_t>(std::ceil(rate))) << rate;
  }
}

TEST(TokenBucket, DoesNotDriftAtLinkRates) {
  const double rate = 56.85e9;  // 454.8 Gb/s in bytes: 17.59 ps each
  TokenBucket bucket(ByteRate::FromBytesPerSecond(rate), 4'096);
  Picoseconds now = 0;
  std::uint64_t bytes = 0;
  while (now < kPsPerSecond) {
    now = bucket.WhenAvailable(now, 4'096);
    ASSERT_TRUE(bucket.TryTake(now, 4'096));
    bytes += 4'096;
  }
  // ByteRate itself holds 2^-20 ps per byte: half a unit of that is 3e-8 of this rate.
  EXPECT_NEAR(static_cast<double>(bytes), rate + 2 * 4'096, rate * 3e-8 + 4'096);
}

TEST(TokenBucket, PollingChangesNothing) {
  TokenBucket polled(3e9, 10), quiet(3e9, 10);
  polled.TryTake(0, 10);
  quiet.TryTake(0, 10);
  for (Picoseconds now = 0; now < 3'333; ++now) ASSERT_FALSE(polled.TryTake(now, 10));
  EXPECT_EQ(polled.WhenAvailable(3'333, 10), 3'334u);
  EXPECT_EQ(quiet.WhenAvailable(0, 10), 3'334u);
}

TEST(TokenBucket, MoreThanTheBurstNeverComes) {
  TokenBucket bucket(1e9, 8);
  EXPECT_EQ(bucket.WhenAvailable(5, 9), kNever);
  EXPECT_FALSE(bucket.TryTake(kPsPerSecond, 9));
  EXPECT_TRUE(bucket.TryTake(kPsPerSecond, 8));
}

TEST(TokenBucket, NoRateMeansNoLimit) {
  for (TokenBucket bucket : {TokenBucket(), TokenBucket(0.0, 5), TokenBucket(ByteRate(), 5)}) {
    EXPECT_TRUE(bucket.unlimited());
    EXPECT_TRUE(bucket.TryTake(0, 1'000'000));
    EXPECT_EQ(bucket.WhenAvailable(7, 1'000'000), 7u);
  }
}

TEST(TokenBucket, SlowRatesAndLateTimesDoNotOverflow) {
  TokenBucket slow(std::ldexp(1.0, -19), std::uint64_t{1} << 40);
  EXPECT_TRUE(slow.TryTake(0, std::uint64_t{1} << 40));
  EXPECT_EQ(slow.WhenAvailable(0, 1), 524'288 * kPsPerSecond);
  TokenBucket late(1e9, 2);
  const Picoseconds now = kNever - 10'000;
  EXPECT_TRUE(late.TryTake(now, 2));
  EXPECT_EQ(late.WhenAvailable(now, 1), now + 1'000);
}

TEST(TokenBucket, RefusesRatesItCannotHold) {
  EXPECT_THROW(TokenBucket(1e-9, 1), std::invalid_argument);
  EXPECT_THROW(TokenBucket(std::nan(""), 1), std::invalid_argument);
  EXPECT_THROW(TokenBucket(1.0, (std::uint64_t{1} << 40) + 1), std::invalid_argument);
}

}  // namespace
}  // namespace siov
