// SPDX-License-Identifier: Apache-2.0
// Units: time in integer picoseconds, sizes in bytes, and the few conversions everything else is made of.
//
// Inside blocks time is always Picoseconds. Configuration states cycles, ns or bytes/s; the resolver converts once.
#ifndef SIOV_MODELS_BASE_UNITS_H_
#define SIOV_MODELS_BASE_UNITS_H_

#include <cstdint>
#include <limits>

namespace siov {

using Picoseconds = std::uint64_t;  // 1.8e19 ps = 213 days of simulated time
using Bytes = std::uint64_t;

inline constexpr Picoseconds kNever = std::numeric_limits<Picoseconds>::max();
inline constexpr Picoseconds kPsPerNs = 1'000;
inline constexpr Picoseconds kPsPerUs = 1'000'000;
inline constexpr Picoseconds kPsPerMs = 1'000'000'000;
inline constexpr Picoseconds kPsPerSecond = 1'000'000'000'000;

inline constexpr std::uint64_t kPage4K = 4'096;
inline constexpr unsigned kPageShift4K = 12;
inline constexpr unsigned kPageShift2M = 21;
inline constexpr unsigned kPageShift1G = 30;

constexpr double ToNs(Picoseconds ps) { return static_cast<double>(ps) / static_cast<double>(kPsPerNs); }
constexpr double ToSeconds(Picoseconds ps) { return static_cast<double>(ps) / static_cast<double>(kPsPerSecond); }
constexpr Picoseconds FromNs(double ns) { return static_cast<Picoseconds>(ns * static_cast<double>(kPsPerNs) + 0.5); }
constexpr Picoseconds FromUs(double us) { return static_cast<Picoseconds>(us * static_cast<double>(kPsPerUs) + 0.5); }

constexpr std::uint64_t CeilDiv(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit; }
constexpr std::uint64_t AlignDown(std::uint64_t value, std::uint64_t unit) { return value - value % unit; }
// 2^bits - 1; all of them from 64 on.
constexpr std::uint64_t LowBits(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}
constexpr bool IsPowerOfTwo(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

// Time to move bytes at a fixed rate, exact to a rounding of half a picosecond per call.
// Held in 2^-20 ps per byte, so that rates such as 454.8 Gb/s do not drift; good for transfers up to 16 TiB.
class ByteRate {
 public:
  constexpr ByteRate() = default;
  // The slowest that may be configured: the scaled time of far slower ones overflows.
  static constexpr double kSlowestBytesPerSecond = 1e3;
  static constexpr const char* kAllowed = "0 (unlimited) or at least 1000";
  static constexpr bool CanBe(double bytes_per_second) {
    const bool finite = bytes_per_second < std::numeric_limits<double>::infinity();
    return bytes_per_second == 0 || (finite && bytes_per_second >= kSlowestBytesPerSecond);
  }
  static constexpr ByteRate FromBytesPerSecond(double bytes_per_second) {
    ByteRate rate;
    if (bytes_per_second > 0) {
      rate.scaled_ps_per_byte_ =
          static_cast<std::uint64_t>(static_cast<double>(kPsPerSecond) * kScale / bytes_per_second + 0.5);
    }
    return rate;
  }

  // A default-constructed rate takes no time: the resource is not a limit.
  constexpr bool unlimited() const { return scaled_ps_per_byte_ == 0; }
  constexpr Picoseconds TimeFor(Bytes bytes) const {
    return static_cast<Picoseconds>((static_cast<Wide>(bytes) * scaled_ps_per_byte_ + kHalf) >> kShift);
  }
  constexpr double bytes_per_second() const {
    return unlimited() ? 0.0 : static_cast<double>(kPsPerSecond) * kScale / static_cast<double>(scaled_ps_per_byte_);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr unsigned kShift = 20;
  static constexpr double kScale = 1 << kShift;
  static constexpr std::uint64_t kHalf = std::uint64_t{1} << (kShift - 1);
  std::uint64_t scaled_ps_per_byte_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_UNITS_H_
