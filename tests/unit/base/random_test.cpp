// SPDX-License-Identifier: Apache-2.0
#include "models/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/support/statistical.h"

namespace siov {
namespace {

TEST(Mix64, IsTheSplitMixFinalizer) {
  // SplitMix64 from seed 0 is Mix64 of the multiples of its increment; first outputs as published.
  EXPECT_EQ(Mix64(0x9E37'79B9'7F4A'7C15u), 0xE220'A839'7B1D'CDAFu);
  EXPECT_EQ(Mix64(2 * 0x9E37'79B9'7F4A'7C15u), 0x6E78'9E6A'A1B9'65F4u);
  EXPECT_EQ(Mix64(0), 0u);
}

TEST(RandomStream, TheSameSeedGivesTheSameNumbers) {
  RandomStream a(42), b(42), c(43);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = a.Next();
    ASSERT_EQ(value, b.Next());
    differs |= value != c.Next();
  }
  EXPECT_TRUE(differs);
}

// Written from the published description of xoshiro256++ with plain arithmetic, as a second opinion.
TEST(RandomStream, IsXoshiro256PlusPlusSeededBySplitMix) {
  std::uint64_t s[4];
  for (std::uint64_t i = 0; i < 4; ++i) s[i] = Mix64(7 + (i + 1) * 0x9E37'79B9'7F4A'7C15u);
  const auto rotate = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
  RandomStream random(7);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(random.Next(), rotate(s[0] + s[3], 23) + s[0]);
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
  }
}

TEST(RandomStream, SplitsDoNotDependOnDraws) {
  RandomStream fresh(1), used(1);
  for (int i = 0; i < 10; ++i) used.Next();
  EXPECT_EQ(fresh.Split(5).Next(), used.Split(5).Next());
  EXPECT_EQ(fresh.Split("atc").Next(), used.Split("atc").Next());
  EXPECT_EQ(fresh.Split("atc").Split(3).Next(), used.Split("atc").Split(3).Next());
}

TEST(RandomStream, SplitsAreAllDifferent) {
  const RandomStream root(1);
  std::set<std::uint64_t> first;
  for (std::uint64_t key = 0; key < 2'000; ++key) {
    first.insert(root.Split(key).Next());
    first.insert(root.Split(std::to_string(key)).Next());
    first.insert(root.Split(key).Split(key).Next());
    first.insert(RandomStream(key).Split(7).Next());
  }
  EXPECT_EQ(first.size(), 4 * 2'000u - 1);  // RandomStream(1).Split(7) is counted twice
}

// Neighbouring splits must look independent: the top bits of their first draws are uniform in pairs.
TEST(RandomStream, NeighbouringSplitsAreUncorrelated) {
  const RandomStream root(2'024);
  std::vector<double> cells(256);
  for (std::uint64_t key = 0; key < 65'536; ++key) {
    cells[(root.Split(key).Next() >> 60) * 16 + (root.Split(key + 1).Next() >> 60)] += 1;
  }
  EXPECT_LT(ChiSquareExcess(cells, std::vector<double>(256, 256.0)), 0);
}

TEST(RandomStream, BelowIsUniformAndInRange) {
  RandomStream random(11);
  for (const std::uint64_t n : {1u, 2u, 3u, 10u, 1'000u}) {
    std::vector<double> counts(n);
    for (std::uint64_t i = 0; i < 200 * n; ++i) counts.at(random.Below(n)) += 1;
    if (n > 1) {
      EXPECT_LT(ChiSquareExcess(counts, std::vector<double>(n, 200.0)), 0) << n;
    }
  }
}

// Without rejection, numbers below 3 * 2^62 would hit one third of the range twice as often.
TEST(RandomStream, BelowIsUnbiasedForHugeRanges) {
  RandomStream random(12);
  const std::uint64_t third = std::uint64_t{1} << 62;
  std::vector<double> counts(3);
  for (int i = 0; i < 30'000; ++i) counts.at(random.Below(3 * third) / third) += 1;
  EXPECT_LT(ChiSquareExcess(counts, std::vector<double>(3, 10'000.0)), 0);
  std::vector<double> parity(3);
  for (int i = 0; i < 30'000; ++i) parity[random.Below(3 * third) % 3] += 1;
  EXPECT_LT(ChiSquareExcess(parity, std::vector<double>(3, 10'000.0)), 0);
}

TEST(RandomStream, ContinuousDrawsHaveTheirMoments) {
  RandomStream random(13);
  const int n = 200'000;
  const Moments uniform = MomentsOf(n, [&] { return random.Uniform(); });
  EXPECT_NEAR(uniform.mean, 0.5, 0.0025);
  EXPECT_NEAR(uniform.variance, 1.0 / 12, 0.001);
  const Moments exponential = MomentsOf(n, [&] { return random.Exponential(3.0); });
  EXPECT_NEAR(exponential.mean, 3.0, 0.025);
  EXPECT_NEAR(exponential.variance, 9.0, 0.25);
  const Moments normal = MomentsOf(n, [&] { return random.Normal(); });
  EXPECT_NEAR(normal.mean, 0.0, 0.008);
  EXPECT_NEAR(normal.variance, 1.0, 0.012);
  const Moments log_normal = MomentsOf(n, [&] { return random.LogNormal(10.0, 0.5); });
  EXPECT_NEAR(log_normal.mean, 10.0, 0.05);
  EXPECT_NEAR(log_normal.variance, 100.0 * std::expm1(0.25), 1.0);
  EXPECT_NEAR(MomentsOf(n, [&] { return random.Bernoulli(0.3) ? 1.0 : 0.0; }).mean, 0.3, 0.004);
}

TEST(RandomStream, ExponentialAndNormalHaveTheirShape) {
  RandomStream random(14);
  std::vector<double> exponential(64), normal(64);
  for (int i = 0; i < 64'000; ++i) {
    exponential[static_cast<std::size_t>(std::min(63.0, 64 * std::exp(-random.Exponential(2.0) / 2.0)))] += 1;
    normal[static_cast<std::size_t>(std::min(63.0, 32 * std::erfc(random.Normal() / std::sqrt(2.0))))] += 1;
  }
  EXPECT_LT(ChiSquareExcess(exponential, std::vector<double>(64, 1'000.0)), 0);
  EXPECT_LT(ChiSquareExcess(normal, std::vector<double>(64, 1'000.0)), 0);
}

TEST(RandomStream, UnitIntervalsExcludeTheRightEnd) {
  RandomStream random(15);
  for (int i = 0; i < 100'000; ++i) {
    const double closed = random.Uniform(), open = random.UniformOpen();
    ASSERT_TRUE(closed >= 0 && closed < 1 && open > 0 && open <= 1);
  }
  EXPECT_FALSE(random.Bernoulli(0));
  EXPECT_TRUE(random.Bernoulli(1));
}

}  // namespace
}  // namespace siov
