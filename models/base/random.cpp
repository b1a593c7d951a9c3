// SPDX-License-Identifier: Apache-2.0
#include "models/base/random.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace siov {
namespace {

constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15u;         // SplitMix64's increment
constexpr std::uint64_t kNameDomain = 0xD1B5'4A32'D192'ED03u;     // keeps Split("...") apart from Split(number)
constexpr double kLargestTimePs = 4'611'686'018'427'387'904.0;    // 2^62: 53 days; keeps sums of times in 64 bits
constexpr double kLargestExactInteger = 9'007'199'254'740'992.0;  // 2^53

// FNV-1a; Mix64 afterwards does the mixing.
std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3u;
  return hash;
}

// (e^x - 1) / x and ln(1 + x) / x, continuous at 0, where Zipf's exponent is 1.
double ExpM1OverX(double x) { return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1.0 + x / 2.0; }
double Log1POverX(double x) { return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1.0 - x / 2.0; }

// Their sum; throws what AliasTable promises to throw.
double CheckedSum(const std::vector<double>& weights) {
  if (weights.empty() || weights.size() > 0xFFFF'FFFFu) {
    throw std::invalid_argument("alias table: " + std::to_string(weights.size()) +
                                " weights; allowed: 1 to 4294967295 of them");
  }
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!std::isfinite(weights[i]) || weights[i] < 0) {
      throw std::invalid_argument("alias table: weight " + std::to_string(i) + " is " + std::to_string(weights[i]) +
                                  "; allowed: a finite number >= 0");
    }
    sum += weights[i];
  }
  if (!(sum > 0) || !std::isfinite(sum)) {
    throw std::invalid_argument("alias table: the weights sum to " + std::to_string(sum) +
                                "; allowed: a finite sum above 0");
  }
  return sum;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed) : seed_(seed) {
  for (std::uint64_t& word : state_) {
    seed += kGolden;
    word = Mix64(seed);
  }
}

RandomStream RandomStream::Split(std::uint64_t key) const {
  return RandomStream(Mix64(Mix64(seed_ + kGolden) ^ (key * kGolden + 1)));
}

RandomStream RandomStream::Split(std::string_view name) const {
  return RandomStream(Mix64(Mix64(seed_ ^ kNameDomain) + HashName(name)));
}

double RandomStream::Exponential(double mean) { return -mean * std::log(UniformOpen()); }

// Marsaglia's polar method. The second value is thrown away: a stream then has no hidden state between calls.
double RandomStream::Normal() {
  for (;;) {
    const double u = 2.0 * Uniform() - 1.0;
    const double v = 2.0 * Uniform() - 1.0;
    const double square = u * u + v * v;
    if (square > 0.0 && square < 1.0) return u * std::sqrt(-2.0 * std::log(square) / square);
  }
}

double RandomStream::LogNormal(double mean, double sigma) {
  return mean * std::exp(sigma * Normal() - sigma * sigma / 2.0);
}

AliasTable::AliasTable(const std::vector<double>& weights) {
  const double sum = CheckedSum(weights);
  const auto size = static_cast<std::uint32_t>(weights.size());
  std::vector<double> height(size);  // 1 = the column's own fair share
  std::vector<std::uint32_t> small;  // below 1, zero weights on top: they find a partner before rounding can run out
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < size; ++i) {
    height[i] = weights[i] / sum * static_cast<double>(size);
    if (height[i] >= 1.0) {
      large.push_back(i);
    } else if (height[i] > 0.0) {
      small.push_back(i);
    }
  }
  for (std::uint32_t i = 0; i < size; ++i) {
    if (height[i] <= 0.0) small.push_back(i);
  }

  columns_.resize(size);
  for (std::uint32_t i = 0; i < size; ++i) columns_[i] = {0, i};  // what is left over keeps all of itself
  while (!small.empty() && !large.empty()) {
    const std::uint32_t low = small.back();
    const std::uint32_t high = large.back();
    small.pop_back();
    columns_[low] = {static_cast<std::uint32_t>(std::min(height[low] * 4'294'967'296.0, 4'294'967'295.0)), high};
    height[high] = (height[high] + height[low]) - 1.0;
    if (height[high] < 1.0) {
      large.pop_back();
      small.push_back(high);
    }
  }
}

ZipfSampler::ZipfSampler(std::uint64_t n, double exponent) : n_(n), exponent_(exponent) {
  if (n == 0 || static_cast<double>(n) > kLargestExactInteger) {
    throw std::invalid_argument("Zipf sampler: n is " + std::to_string(n) + "; allowed: 1 to 2^53");
  }
  if (!std::isfinite(exponent) || exponent < 0) {
    throw std::invalid_argument("Zipf sampler: exponent is " + std::to_string(exponent) +
                                "; allowed: a finite number >= 0");
  }
  integral_low_ = Integral(1.5) - 1.0;
  integral_high_ = Integral(static_cast<double>(n) + 0.5);
  accept_within_ = 2.0 - InverseIntegral(Integral(2.5) - Density(2.0));
}

double ZipfSampler::Density(double x) const { return std::exp(-exponent_ * std::log(x)); }

double ZipfSampler::Integral(double x) const {
  const double log_x = std::log(x);
  return ExpM1OverX((1.0 - exponent_) * log_x) * log_x;
}

double ZipfSampler::InverseIntegral(double y) const {
  const double scaled = std::max(y * (1.0 - exponent_), -1.0);  // rounding may step over the pole
  return std::exp(Log1POverX(scaled) * y);
}

std::uint64_t ZipfSampler::Draw(RandomStream& random) const {
  if (exponent_ == 0) return random.Below(n_);
  for (;;) {
    const double area = integral_high_ + random.Uniform() * (integral_low_ - integral_high_);
    const double x = InverseIntegral(area);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(n_));
    if (rank - x <= accept_within_ || area >= Integral(rank + 0.5) - Density(rank)) {
      return static_cast<std::uint64_t>(rank) - 1;
    }
  }
}

ConfigFaults Distribution::Validate(const std::string& prefix) const {
  const std::string dot = prefix.empty() ? "" : prefix + ".";
  ConfigFaults faults;
  const auto require = [&](bool good, const char* field, double value, std::string allowed) {
    if (!good) faults.push_back({dot + field, std::to_string(value), std::move(allowed)});
  };
  const auto is_time = [](double ps) { return ps >= 0 && ps <= kLargestTimePs; };  // false for NaN
  require(is_time(mean_ps), "mean_ps", mean_ps, "0 to 2^62");
  require(is_time(spread_ps), "spread_ps", spread_ps, "0 to 2^62");
  require(slow_probability >= 0 && slow_probability <= 1, "slow_probability", slow_probability, "0 to 1");
  if (!faults.empty()) return faults;
  if (kind == Kind::kUniform) {
    require(spread_ps <= mean_ps, "spread_ps", spread_ps, "at most the mean");
  }
  if (kind == Kind::kLogNormal) require(mean_ps > 0 || spread_ps == 0, "mean_ps", mean_ps, "above 0");
  if (kind == Kind::kBimodal) {
    const double slack = mean_ps * 1e-12;  // a fast mode of exactly 0 must survive rounding
    require(slow_probability * spread_ps <= mean_ps + slack, "spread_ps", spread_ps,
            "a fast mode (mean - slow_probability * spread) that is not negative");
  }
  return faults;
}

Picoseconds Distribution::Draw(RandomStream& random) const {
  double ps = mean_ps;
  switch (kind) {
    case Kind::kConstant:
      break;
    case Kind::kExponential:
      ps = random.Exponential(mean_ps);
      break;
    case Kind::kUniform:
      ps = mean_ps + spread_ps * (2.0 * random.Uniform() - 1.0);
      break;
    case Kind::kLogNormal: {
      if (spread_ps <= 0) break;
      const double ratio = spread_ps / mean_ps;
      ps = random.LogNormal(mean_ps, std::sqrt(std::log1p(ratio * ratio)));
      break;
    }
    case Kind::kBimodal: {
      const double fast_ps = mean_ps - slow_probability * spread_ps;
      ps = random.Bernoulli(slow_probability) ? fast_ps + spread_ps : fast_ps;
      break;
    }
  }
  return static_cast<Picoseconds>(std::llround(std::clamp(ps, 0.0, kLargestTimePs)));
}

}  // namespace siov
