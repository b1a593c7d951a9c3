// SPDX-License-Identifier: Apache-2.0
#include "models/base/latency_histogram.h"

#include <cmath>

namespace siov {
namespace {

// Which of `count` ordered values (1-based) has a fraction q of them at or below it. A product such as 0.9 * 10 that
// rounds a hair above an integer must not move to the next value.
std::uint64_t RankOf(double q, std::uint64_t count) {
  const double exact = q * static_cast<double>(count);
  const double rank = std::ceil(exact * (1.0 - 4.0 * std::numeric_limits<double>::epsilon()));
  if (!(rank > 1.0)) return 1;
  return rank >= static_cast<double>(count) ? count : static_cast<std::uint64_t>(rank);
}

}  // namespace

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  buckets_ += other.buckets_;
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  squares_low_ += other.squares_low_;
  squares_high_ += other.squares_high_ + static_cast<std::uint64_t>(squares_low_ >> 64);
  squares_low_ = static_cast<std::uint64_t>(squares_low_);
}

double LatencyHistogram::Mean() const {
  return count_ == 0 ? 0.0 : static_cast<double>(static_cast<long double>(sum_) / static_cast<long double>(count_));
}

double LatencyHistogram::StdDev() const {
  if (count_ == 0 || min_ == max_) return 0.0;
  const auto n = static_cast<long double>(count_);
  const long double mean = static_cast<long double>(sum_) / n;
  const long double squares =
      std::ldexp(static_cast<long double>(squares_high_), 64) + static_cast<long double>(squares_low_);
  const long double variance = squares / n - mean * mean;
  return variance > 0 ? static_cast<double>(std::sqrt(variance)) : 0.0;
}

std::uint64_t LatencyHistogram::Quantile(double q) const {
  if (count_ == 0 || !(q > 0.0)) return min();
  const std::uint64_t rank = RankOf(q, count_);
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  std::size_t bucket = BucketOf(min_);
  for (;; ++bucket) {
    seen += buckets_.at(static_cast<int>(bucket));
    if (seen >= rank) break;
  }
  const std::uint64_t lower = BucketLower(bucket);
  const std::uint64_t middle = lower + (BucketUpper(bucket) - lower) / 2;
  return std::clamp(middle, min_, max_);
}

void CompactHistogram::Merge(const CompactHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t sum = std::uint64_t{counters_[i]} + other.counters_[i];
    counters_[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
  }
}

std::uint64_t CompactHistogram::count() const {
  std::uint64_t sum = 0;
  for (const std::uint32_t counter : counters_) sum += counter;
  return sum;
}

std::uint64_t CompactHistogram::Quantile(double q) const {
  const std::uint64_t total = count();
  if (total == 0) return 0;
  const std::uint64_t rank = RankOf(std::clamp(q, 0.0, 1.0), total);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (seen + counters_[bucket] < rank) seen += counters_[bucket++];
  const auto lower = static_cast<double>(BucketLower(bucket));
  const auto upper = static_cast<double>(BucketLower(bucket + 1));
  const double fraction = (static_cast<double>(rank - seen) - 0.5) / static_cast<double>(counters_[bucket]);
  return static_cast<std::uint64_t>(lower * std::pow(upper / lower, fraction));
}

}  // namespace siov
