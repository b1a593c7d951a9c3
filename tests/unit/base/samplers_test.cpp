// SPDX-License-Identifier: Apache-2.0
// Alias table, Zipf sampler and service-time distributions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

#include "models/base/random.h"
#include "tests/support/statistical.h"

namespace siov {
namespace {

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
  // P(rank < m) = H(m) / H(n), with H summed exactly below 1,000 and integrated beyond.
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
