// SPDX-License-Identifier: Apache-2.0
#include "models/base/latency_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <type_traits>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

// The exact answer: the ceil(q * n)-th of the sorted values.
std::uint64_t SortedQuantile(const std::vector<std::uint64_t>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size()) - 1e-9));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

TEST(LatencyHistogram, BucketsTileTheLineWithoutGapOrOverlap) {
  EXPECT_EQ(LatencyHistogram::BucketLower(0), 0u);
  for (std::size_t i = 0; i < LatencyHistogram::bucket_count(); ++i) {
    const std::uint64_t lower = LatencyHistogram::BucketLower(i);
    const std::uint64_t upper = LatencyHistogram::BucketUpper(i);
    ASSERT_LT(lower, upper);
    ASSERT_EQ(LatencyHistogram::BucketOf(lower), i);
    ASSERT_EQ(LatencyHistogram::BucketOf(upper - 1), i);
    ASSERT_LE((upper - lower - 1) * 64, lower);  // a bucket is at most 1/64 wide: its middle is within 1/128
  }
  EXPECT_EQ(LatencyHistogram::BucketUpper(LatencyHistogram::bucket_count() - 1), std::uint64_t{1} << 63);
  EXPECT_EQ(LatencyHistogram::BucketOf(~std::uint64_t{0}), LatencyHistogram::bucket_count() - 1);
}

TEST(LatencyHistogram, EmptyAnswersZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count() + histogram.min() + histogram.max() + histogram.Quantile(0.5), 0u);
  EXPECT_EQ(histogram.Mean(), 0.0);
  EXPECT_EQ(histogram.StdDev(), 0.0);
}

TEST(LatencyHistogram, QuantilesAreWithinHalfABucketOfTheSortedValues) {
  RandomStream random(3);
  for (const double sigma : {0.01, 0.5, 3.0}) {
    LatencyHistogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 20'000; ++i) {
      values.push_back(static_cast<std::uint64_t>(random.LogNormal(1e6, sigma)));
      histogram.Record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999}) {
      const auto exact = static_cast<double>(SortedQuantile(values, q));
      EXPECT_NEAR(static_cast<double>(histogram.Quantile(q)), exact, exact / 128 + 0.5) << q << " sigma " << sigma;
    }
    EXPECT_EQ(histogram.Quantile(0), values.front());
    EXPECT_EQ(histogram.Quantile(1), values.back());
  }
}

TEST(LatencyHistogram, SmallValuesAreExact) {
  LatencyHistogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.Quantile(0.5), 50u);
  EXPECT_EQ(histogram.Quantile(0.07), 7u);  // 0.07 * 100 rounds to just above 7
  EXPECT_EQ(histogram.Quantile(0.99), 99u);
}

TEST(LatencyHistogram, MeanAndDeviationAreThoseOfTheValuesNotOfTheBuckets) {
  LatencyHistogram histogram;
  histogram.Record(1'000'000'001, 3);
  histogram.Record(1'000'000'005);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 1'000'000'002.0);
  EXPECT_NEAR(histogram.StdDev(), std::sqrt(3.0), 1e-6);  // all four share a bucket
}

TEST(LatencyHistogram, MomentsDoNotOverflowAtTheEndOfTheRange) {
  LatencyHistogram histogram;
  const std::uint64_t large = std::uint64_t{1} << 62;
  histogram.Record(large, 1'000'000'000);
  histogram.Record(0, 1'000'000'000);
  EXPECT_DOUBLE_EQ(histogram.Mean(), std::ldexp(1.0, 61));
  EXPECT_DOUBLE_EQ(histogram.StdDev(), std::ldexp(1.0, 61));
  EXPECT_EQ(histogram.max(), large);
}

TEST(LatencyHistogram, CountIsTheSameAsRecordingRepeatedly) {
  LatencyHistogram once, often;
  once.Record(123'456, 1'000);
  once.Record(9, 0);
  for (int i = 0; i < 1'000; ++i) often.Record(123'456);
  once.Record(200'000);
  often.Record(200'000);
  EXPECT_EQ(once.count(), often.count());
  EXPECT_EQ(once.min(), often.min());
  EXPECT_DOUBLE_EQ(once.Mean(), often.Mean());
  EXPECT_DOUBLE_EQ(once.StdDev(), often.StdDev());
  EXPECT_EQ(once.Quantile(0.5), often.Quantile(0.5));
}

std::vector<std::uint64_t> Flat(const LatencyHistogram& histogram) {
  std::vector<std::uint64_t> flat{histogram.count(), histogram.min(), histogram.max()};
  histogram.ForEachBucket([&](std::uint64_t lower, std::uint64_t upper, std::uint64_t count) {
    flat.insert(flat.end(), {lower, upper, count});
  });
  return flat;
}

TEST(LatencyHistogram, MergingPartsInAnyOrderEqualsRecordingAll) {
  RandomStream random(5);
  LatencyHistogram all, forward, backward;
  std::vector<LatencyHistogram> parts(7);
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t value = random.Next() >> (2 + random.Below(60));
    all.Record(value);
    parts[random.Below(parts.size())].Record(value);
  }
  for (const LatencyHistogram& part : parts) forward.Merge(part);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) backward.Merge(*part);
  forward.Merge(LatencyHistogram());
  EXPECT_EQ(Flat(all), Flat(forward));
  EXPECT_EQ(Flat(all), Flat(backward));
  EXPECT_EQ(all.Mean(), forward.Mean());
  EXPECT_EQ(all.StdDev(), backward.StdDev());
  std::uint64_t total = 0;
  all.ForEachBucket([&](std::uint64_t, std::uint64_t, std::uint64_t count) { total += count; });
  EXPECT_EQ(total, 50'000u);
}

TEST(LatencyHistogram, ResetForgetsEverything) {
  LatencyHistogram histogram;
  histogram.Record(77, 5);
  histogram.Reset();
  EXPECT_EQ(Flat(histogram), Flat(LatencyHistogram()));
  histogram.Record(5);
  EXPECT_EQ(histogram.min(), 5u);
  EXPECT_EQ(histogram.max(), 5u);
}

static_assert(std::is_trivially_copyable_v<CompactHistogram> && sizeof(CompactHistogram) == 384);

TEST(CompactHistogram, BucketsTileTheirRangeAndClampOutsideIt) {
  for (std::size_t i = 0; i < CompactHistogram::kBuckets; ++i) {
    const std::uint64_t lower = CompactHistogram::BucketLower(i);
    ASSERT_EQ(CompactHistogram::BucketOf(lower), i);
    ASSERT_EQ(CompactHistogram::BucketOf(CompactHistogram::BucketLower(i + 1) - 1), i);
  }
  EXPECT_EQ(CompactHistogram::BucketLower(0), std::uint64_t{1} << 14);
  EXPECT_EQ(CompactHistogram::BucketLower(96), std::uint64_t{1} << 38);
  EXPECT_EQ(CompactHistogram::BucketOf(0), 0u);
  EXPECT_EQ(CompactHistogram::BucketOf(~std::uint64_t{0}), 95u);
}

TEST(CompactHistogram, QuantilesComeWithinAFewPercentOnSmoothData) {
  RandomStream random(8);
  CompactHistogram histogram, half;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(random.LogNormal(5e6, 0.7)));
    (i % 2 == 0 ? histogram : half).Record(values.back());
  }
  histogram.Merge(half);
  EXPECT_EQ(histogram.count(), 20'000u);
  std::sort(values.begin(), values.end());
  for (const double q : {0.05, 0.5, 0.9, 0.99}) {
    const auto exact = static_cast<double>(SortedQuantile(values, q));
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(q)), exact, exact * 0.03) << q;
  }
  EXPECT_EQ(CompactHistogram().Quantile(0.5), 0u);
}

TEST(CompactHistogram, OneValueIsFoundInItsBucketAtEveryQuantile) {
  CompactHistogram histogram;
  histogram.Record(1'000'000);
  const std::size_t bucket = CompactHistogram::BucketOf(1'000'000);
  for (const double q : {-1.0, 0.0, 0.5, 1.0, 2.0})
    EXPECT_EQ(CompactHistogram::BucketOf(histogram.Quantile(q)), bucket);
}

// Squares of large values need more than 64 bits, and their carry when histograms are merged.
TEST(LatencyHistogram, MergedSquaresCarry) {
  LatencyHistogram one, other, whole;
  const std::uint64_t large = std::uint64_t{3} << 31;
  for (const std::uint64_t value : {large, large + 1000}) {
    one.Record(value);
    whole.Record(value);
  }
  for (const std::uint64_t value : {std::uint64_t{2}, large}) {
    other.Record(value);
    whole.Record(value);
  }
  one.Merge(other);
  EXPECT_EQ(one.StdDev(), whole.StdDev());
  EXPECT_NEAR(one.StdDev(), 0.433 * static_cast<double>(large), 0.001 * static_cast<double>(large));
  EXPECT_EQ(one.Quantile(1.0), large + 1000);
  EXPECT_EQ(one.Quantile(2.0), large + 1000);
}

// Of values that share a bucket of eight a quantile is its middle.
TEST(LatencyHistogram, AQuantileInsideABucketIsItsMiddle) {
  LatencyHistogram histogram;
  for (const std::uint64_t value : {1000u, 1001u, 1007u}) histogram.Record(value);
  EXPECT_GE(histogram.Quantile(0.5), 1003u);
  EXPECT_LE(histogram.Quantile(0.5), 1004u);
}

}  // namespace
}  // namespace siov
