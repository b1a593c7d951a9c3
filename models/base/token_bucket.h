// SPDX-License-Identifier: Apache-2.0
// Token bucket: admits `rate` tokens per second on average and `burst` at once; paces ADIs, queues and links.
//
// The state is one number, the time at which the bucket will be full again, in 2^-40 ps. Nothing is accrued in steps,
// so nothing drifts: the long-run rate is off by less than one part in 10^12 for rates up to 10^12 tokens/s, however
// often the bucket is asked.
#ifndef SIOV_MODELS_BASE_TOKEN_BUCKET_H_
#define SIOV_MODELS_BASE_TOKEN_BUCKET_H_

#include <cstdint>

#include "models/base/units.h"

namespace siov {

class TokenBucket {
 public:
  TokenBucket() = default;  // no limit
  // A rate of 0 or less means no limit, as in ByteRate. The bucket starts full.
  // REQUIRES rate >= 1e-6 and burst_tokens <= 2^40 unless unlimited.
  TokenBucket(double tokens_per_second, std::uint64_t burst_tokens);
  TokenBucket(ByteRate rate, Bytes burst_bytes);  // a token is a byte

  bool unlimited() const { return cost_ == 0; }
  std::uint64_t burst() const { return burst_; }

  // Takes the tokens and returns true, or takes nothing. More than burst() are never granted.
  bool TryTake(Picoseconds now, std::uint64_t tokens) {
    if (WhenAvailable(now, tokens) != now) return false;
    Take(now, tokens);
    return true;
  }
  // The first time from `now` on at which TryTake would succeed; kNever if tokens > burst().
  Picoseconds WhenAvailable(Picoseconds now, std::uint64_t tokens) const;
  std::uint64_t Available(Picoseconds now) const;  // whole tokens in the bucket; burst() when unlimited

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr unsigned kShift = 40;
  static constexpr Wide kOnePicosecond = Wide{1} << kShift;

  // A bucket that became full within the last picosecond is charged from that moment, not from now: callers can only
  // come at whole picoseconds, and what accrues until then must not be lost, or pacing by full bursts would run slow.
  void Take(Picoseconds now, std::uint64_t tokens) {
    const Wide start = static_cast<Wide>(now) << kShift;
    if (full_at_ + kOnePicosecond <= start) full_at_ = start;
    full_at_ += cost_ * tokens;
  }

  Wide cost_ = 0;  // time a token takes to arrive, 2^-40 ps
  Wide full_at_ = 0;
  std::uint64_t burst_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_TOKEN_BUCKET_H_
