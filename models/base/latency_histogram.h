// SPDX-License-Identifier: Apache-2.0
// Histograms of latencies in integer picoseconds, mergeable without loss.
//
// LatencyHistogram: 64 linear buckets per octave, so a bucket's middle is within 0.78 % of every value in it; below
// 128 ps every value has its own bucket. Count, sum, sum of squares, minimum and maximum are exact. 29 KiB each: one
// per tenant class and stage, not one per tenant. CompactHistogram: 96 counters, 4 per octave from 16 ns to 0.27 s, 384
// bytes: for the run that wants one per tenant.
#ifndef SIOV_MODELS_BASE_LATENCY_HISTOGRAM_H_
#define SIOV_MODELS_BASE_LATENCY_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <boost/histogram/axis/traits.hpp>
#include <boost/histogram/histogram.hpp>
#include <boost/histogram/storage_adaptor.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

namespace siov {

// Boost.Histogram axis: linear within each octave. Values of 2^63 and above share the last bucket.
class LogLinearAxis {
 public:
  static constexpr unsigned kSubBits = 6;  // 2^6 = 64 buckets per octave
  static constexpr std::size_t kBuckets = 58u << kSubBits;

  static constexpr std::size_t BucketOf(std::uint64_t value) {
    value = std::min(value, kLargest);
    const unsigned octave = 63u - static_cast<unsigned>(__builtin_clzll(value | (1u << kSubBits)));
    const unsigned shift = octave - kSubBits;
    return (std::size_t{shift} << kSubBits) + (value >> shift);
  }
  static constexpr std::uint64_t LowerEdge(std::size_t bucket) {
    if (bucket < (2u << kSubBits)) return bucket;
    const std::size_t shift = (bucket >> kSubBits) - 1;
    return (bucket - (shift << kSubBits)) << shift;
  }

  // What Boost.Histogram asks of an axis.
  int index(std::uint64_t value) const { return static_cast<int>(BucketOf(value)); }
  std::uint64_t value(int bucket) const { return LowerEdge(static_cast<std::size_t>(bucket)); }
  int size() const { return static_cast<int>(kBuckets); }
  friend bool operator==(const LogLinearAxis&, const LogLinearAxis&) { return true; }

 private:
  static constexpr std::uint64_t kLargest = (std::uint64_t{1} << 63) - 1;
};

class LatencyHistogram {
 public:
  void Record(std::uint64_t value, std::uint64_t count = 1) {
    if (count == 0) return;
    buckets_(boost::histogram::weight(count), value);
    count_ += count;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
    const Wide part = static_cast<Wide>(value) * count;
    sum_ += part;
    // The square is added as (value * count) * value in two halves: 192 bits hold it exactly.
    squares_low_ += static_cast<Wide>(static_cast<std::uint64_t>(part)) * value;
    const auto carry = static_cast<std::uint64_t>(squares_low_ >> 64);
    squares_low_ = static_cast<std::uint64_t>(squares_low_);
    squares_high_ += static_cast<Wide>(static_cast<std::uint64_t>(part >> 64)) * value + carry;
  }
  void Merge(const LatencyHistogram& other);
  void Reset() { *this = LatencyHistogram(); }

  std::uint64_t count() const { return count_; }
  std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  std::uint64_t max() const { return max_; }
  double Mean() const;    // of the exact sum; 0 if empty
  double StdDev() const;  // of the population; 0 if empty
  // The value that a fraction q of the values does not exceed: the middle of its bucket, kept within [min, max].
  // q <= 0 is the exact minimum, q >= 1 the exact maximum; 0 if empty.
  std::uint64_t Quantile(double q) const;

  static constexpr std::size_t bucket_count() { return LogLinearAxis::kBuckets; }
  static constexpr std::size_t BucketOf(std::uint64_t value) { return LogLinearAxis::BucketOf(value); }
  // A bucket holds lower <= value < upper.
  static constexpr std::uint64_t BucketLower(std::size_t bucket) { return LogLinearAxis::LowerEdge(bucket); }
  static constexpr std::uint64_t BucketUpper(std::size_t bucket) { return LogLinearAxis::LowerEdge(bucket + 1); }

  // fn(lower, upper, count) for every bucket that is not empty, in rising order.
  template <class Fn>
  void ForEachBucket(Fn fn) const {
    for (std::size_t i = 0; i < bucket_count(); ++i) {
      const std::uint64_t n = buckets_.at(static_cast<int>(i));
      if (n != 0) fn(BucketLower(i), BucketUpper(i), n);
    }
  }

 private:
  __extension__ using Wide = unsigned __int128;
  using Buckets =
      boost::histogram::histogram<std::tuple<LogLinearAxis>, boost::histogram::dense_storage<std::uint64_t>>;

  Buckets buckets_{LogLinearAxis()};
  std::uint64_t count_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
  Wide sum_ = 0;
  Wide squares_low_ = 0;  // below 2^64 between calls
  Wide squares_high_ = 0;
};

class CompactHistogram {
 public:
  static constexpr std::size_t kBuckets = 96;

  // Values outside [2^14, 2^38) ps count in the first or last bucket. A counter stops at 2^32 - 1.
  void Record(std::uint64_t value) {
    std::uint32_t& counter = counters_[BucketOf(value)];
    if (counter != std::numeric_limits<std::uint32_t>::max()) ++counter;
  }
  void Merge(const CompactHistogram& other);
  void Reset() { counters_.fill(0); }
  std::uint64_t count() const;
  // Interpolated geometrically within the bucket; 0 if empty.
  std::uint64_t Quantile(double q) const;

  static constexpr std::size_t BucketOf(std::uint64_t value) {
    if (value < kLowest) return 0;
    if (value >= kEnd) return kBuckets - 1;
    const unsigned octave = 63u - static_cast<unsigned>(__builtin_clzll(value));
    return std::size_t{octave - kFirstOctave} * 4 + ((value >> (octave - 2)) & 3u);
  }
  static constexpr std::uint64_t BucketLower(std::size_t bucket) {
    return std::uint64_t{4 + bucket % 4} << (kFirstOctave - 2 + bucket / 4);
  }

 private:
  static constexpr unsigned kFirstOctave = 14;
  static constexpr std::uint64_t kLowest = std::uint64_t{1} << kFirstOctave;
  static constexpr std::uint64_t kEnd = kLowest << (kBuckets / 4);
  std::array<std::uint32_t, kBuckets> counters_{};
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LATENCY_HISTOGRAM_H_
