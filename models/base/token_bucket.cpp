// SPDX-License-Identifier: Apache-2.0
#include "models/base/token_bucket.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace siov {

TokenBucket::TokenBucket(double tokens_per_second, std::uint64_t burst_tokens) : burst_(burst_tokens) {
  constexpr std::uint64_t kMaxBurst = std::uint64_t{1} << 40;  // keeps burst * cost in 128 bits
  if (std::isnan(tokens_per_second) || (tokens_per_second > 0 && tokens_per_second < 1e-6)) {
    throw std::invalid_argument("token bucket: rate is " + std::to_string(tokens_per_second) +
                                " tokens/s; allowed: 0 (no limit) or at least 0.000001");
  }
  if (tokens_per_second <= 0 || std::isinf(tokens_per_second)) return;
  if (burst_tokens > kMaxBurst) {
    throw std::invalid_argument("token bucket: burst is " + std::to_string(burst_tokens) +
                                " tokens; allowed: at most 2^40");
  }
  const long double exact = std::ldexp(static_cast<long double>(kPsPerSecond), kShift) / tokens_per_second;
  cost_ = std::max<Wide>(static_cast<Wide>(exact + 0.5L), 1);
}

TokenBucket::TokenBucket(ByteRate rate, Bytes burst_bytes) : TokenBucket(rate.bytes_per_second(), burst_bytes) {}

Picoseconds TokenBucket::WhenAvailable(Picoseconds now, std::uint64_t tokens) const {
  if (unlimited()) return now;
  if (tokens > burst_) return kNever;
  const Wide done = full_at_ + cost_ * tokens;  // when the bucket is full again if they are taken
  const Wide slack = cost_ * burst_;            // how far ahead of now that may lie
  const Wide start = static_cast<Wide>(now) << kShift;
  if (done <= start + slack) return now;
  return static_cast<Picoseconds>((done - slack + kOnePicosecond - 1) >> kShift);
}

std::uint64_t TokenBucket::Available(Picoseconds now) const {
  const Wide start = static_cast<Wide>(now) << kShift;
  if (unlimited() || full_at_ <= start) return burst_;
  const Wide missing = (full_at_ - start + cost_ - 1) / cost_;
  return missing >= burst_ ? 0 : burst_ - static_cast<std::uint64_t>(missing);
}

}  // namespace siov
