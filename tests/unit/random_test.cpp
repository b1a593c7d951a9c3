// SPDX-License-Identifier: Apache-2.0
// Every statistical test is seeded: it passes or fails for ever. Limits are the 99.9 % points of their statistic.
#include "models/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace siov {
namespace {

// Pearson's statistic, scaled so that 0 is the 99.9 % point (Wilson-Hilferty): above 0 fails.
double ChiSquareExcess(const std::vector<double>& observed, const std::vector<double>& expected) {
  double statistic = 0;
  double degrees = -1;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (expected[i] <= 0) {
      EXPECT_EQ(observed[i], 0.0) << "drawn although impossible: " << i;
      continue;
    }
    statistic += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    degrees += 1;
  }
  const double spread = 2.0 / (9.0 * degrees);
  return statistic - degrees * std::pow(1.0 - spread + 3.09 * std::sqrt(spread), 3);
}

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

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class Draw>
Moments MomentsOf(int n, Draw draw) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double value = draw();
    sum += value;
    squares += value * value;
  }
  const double mean = sum / n;
  return {mean, squares / n - mean * mean};
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

std::vector<double> DrawCounts(const AliasTable& table, std::uint64_t seed, int n) {
  RandomStream random(seed);
  std::vector<double> counts(table.size());
  for (int i = 0; i < n; ++i) counts.at(table.Draw(random)) += 1;
  return counts;
}

TEST(AliasTable, DrawsInProportionToTheWeights) {
  RandomStream random(16);
  for (const std::size_t n : {1u, 2u, 3u, 17u, 500u}) {
    std::vector<double> weights(n);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += weights[i] = i % 4 == 3 ? 0.0 : random.Exponential(1.0) + 0.05;
    std::vector<double> expected(n);
    for (std::size_t i = 0; i < n; ++i) expected[i] = 400'000 * weights[i] / sum;
    const std::vector<double> counts = DrawCounts(AliasTable(weights), 17 + n, 400'000);
    if (n == 1) {
      EXPECT_EQ(counts[0], 400'000);
    } else {
      EXPECT_LT(ChiSquareExcess(counts, expected), 0) << n;
    }
  }
}

TEST(AliasTable, NeverDrawsAWeightOfZeroEvenWhenAlmostAllAre) {
  std::vector<double> weights(100'000, 0.0);
  weights[7] = 1e-9;
  weights[70'000] = 2e-9;
  const std::vector<double> counts = DrawCounts(AliasTable(weights), 18, 30'000);
  EXPECT_EQ(counts[7] + counts[70'000], 30'000);
  EXPECT_LT(ChiSquareExcess({counts[7], counts[70'000]}, {10'000, 20'000}), 0);
}

TEST(AliasTable, RefusesWeightsThatAreNotADistribution) {
  EXPECT_THROW(AliasTable({}), std::invalid_argument);
  EXPECT_THROW(AliasTable({0.0, 0.0}), std::invalid_argument);
  EXPECT_THROW(AliasTable({1.0, -0.5}), std::invalid_argument);
  EXPECT_THROW(AliasTable({std::nan("")}), std::invalid_argument);
  EXPECT_THROW(AliasTable({1.7e308, 1.7e308}), std::invalid_argument);
}

TEST(ZipfSampler, RanksFollowThePowerLaw) {
  for (const double exponent : {0.0, 0.5, 0.99, 1.0, 1.01, 2.0, 6.0}) {
    for (const std::uint64_t n : {2u, 5u, 100u}) {
      double sum = 0;
      for (std::uint64_t k = 1; k <= n; ++k) sum += std::pow(static_cast<double>(k), -exponent);
      const ZipfSampler zipf(n, exponent);
      RandomStream random(19);
      std::vector<double> counts(n + 1), expected(n + 1);  // the last cell pools what is rarer than 5 in all
      for (int i = 0; i < 200'000; ++i) counts.at(zipf.Draw(random)) += 1;
      for (std::uint64_t k = 0; k < n; ++k) {
        expected[k] = 200'000 * std::pow(static_cast<double>(k + 1), -exponent) / sum;
        if (expected[k] >= 5) continue;
        expected[n] += expected[k];
        counts[n] += counts[k];
        expected[k] = counts[k] = 0;
      }
      EXPECT_LT(ChiSquareExcess(counts, expected), 0) << "exponent " << exponent << " n " << n;
    }
  }
}

TEST(ZipfSampler, ServesHugeRangesAndSingleItems) {
  RandomStream random(20);
  const std::uint64_t n = std::uint64_t{1} << 50;
  const ZipfSampler zipf(n, 0.9);
  // P(rank < m) = H(m) / H(n) ~ (m^0.1 - 1 + 0.1 c) / (n^0.1 - 1 + 0.1 c), c = zeta's regularisation; compare with
  // sums taken exactly below 1,000 and by the integral beyond.
  const auto harmonic = [](double m) {
    double sum = 0;
    for (int k = 1; k < 1'000; ++k) sum += std::pow(k, -0.9);
    return sum + (std::pow(m + 0.5, 0.1) - std::pow(999.5, 0.1)) / 0.1;
  };
  double below = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t rank = zipf.Draw(random);
    ASSERT_LT(rank, n);
    below += rank < (1u << 20) ? 1 : 0;
  }
  const double p = harmonic(1 << 20) / harmonic(static_cast<double>(n));
  EXPECT_NEAR(below / 100'000, p, 3.3 * std::sqrt(p * (1 - p) / 100'000));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ZipfSampler(1, 1.3).Draw(random), 0u);
}

TEST(ZipfSampler, RefusesWhatItCannotDraw) {
  EXPECT_THROW(ZipfSampler(0, 1.0), std::invalid_argument);
  EXPECT_THROW(ZipfSampler(10, -0.1), std::invalid_argument);
  EXPECT_THROW(ZipfSampler(10, std::numeric_limits<double>::infinity()), std::invalid_argument);
}

TEST(Distribution, EveryKindHasTheMeanItSays) {
  const Distribution kinds[] = {Distribution::Constant(5'000), Distribution::Exponential(5'000),
                                Distribution::Uniform(1'000, 9'000), Distribution::LogNormal(5'000, 4'000),
                                Distribution::Bimodal(1'000, 41'000, 0.1)};
  RandomStream random(21);
  for (const Distribution& distribution : kinds) {
    EXPECT_TRUE(distribution.Validate("").empty());
    EXPECT_DOUBLE_EQ(distribution.MeanPs(), 5'000);
    const Moments moments = MomentsOf(200'000, [&] { return static_cast<double>(distribution.Draw(random)); });
    EXPECT_NEAR(moments.mean, 5'000, 3.3 * std::sqrt(moments.variance / 200'000) + 1e-9)
        << static_cast<int>(distribution.kind);
  }
}

TEST(Distribution, SpreadMeansWhatTheKindSays) {
  RandomStream random(22);
  std::map<Picoseconds, int> modes;
  const Distribution bimodal = Distribution::Bimodal(100, 10'000, 0.25);
  for (int i = 0; i < 10'000; ++i) ++modes[bimodal.Draw(random)];
  ASSERT_EQ(modes.size(), 2u);
  EXPECT_NEAR(modes[10'000], 2'500, 3.3 * std::sqrt(10'000 * 0.25 * 0.75));
  EXPECT_EQ(modes[100] + modes[10'000], 10'000);

  Picoseconds low = kNever, high = 0;
  const Distribution uniform = Distribution::Uniform(100, 200);
  for (int i = 0; i < 10'000; ++i) {
    const Picoseconds value = uniform.Draw(random);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_EQ(low, 100u);
  EXPECT_EQ(high, 200u);

  const Distribution log_normal = Distribution::LogNormal(10'000, 3'000);
  const Moments moments = MomentsOf(200'000, [&] { return static_cast<double>(log_normal.Draw(random)); });
  EXPECT_NEAR(std::sqrt(moments.variance), 3'000, 40);
  EXPECT_EQ(Distribution::LogNormal(10'000, 0).Draw(random), 10'000u);
}

TEST(Distribution, ValidateNamesEveryFault) {
  EXPECT_EQ(Distribution::Uniform(-10, 30).Validate("think").at(0).field, "think.spread_ps");
  EXPECT_EQ(Distribution::Bimodal(-1, 100, 0.5).Validate("")[0].field, "spread_ps");
  EXPECT_TRUE(Distribution::Bimodal(0, 1e9, 0.1).Validate("").empty());
  EXPECT_EQ(Distribution::LogNormal(0, 5).Validate("")[0].field, "mean_ps");
  const Distribution bad{Distribution::Kind::kBimodal, std::nan(""), -1, 1.5};
  EXPECT_EQ(bad.Validate("x").size(), 3u);
}

}  // namespace
}  // namespace siov
