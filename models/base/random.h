// SPDX-License-Identifier: Apache-2.0
// Random streams that can be split by key or name, and the samplers workloads and service times draw from.
//
// Every tenant, block and generator owns a stream split from the run's seed. A split depends on the parent's seed and
// the key alone, never on how many numbers the parent has drawn, so adding a draw in one place changes nothing
// elsewhere. Not cryptographic.
#ifndef SIOV_MODELS_BASE_RANDOM_H_
#define SIOV_MODELS_BASE_RANDOM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

// The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection of 64-bit words that spreads every input
// bit over all output bits. Mix64(0) == 0.
constexpr std::uint64_t Mix64(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9u;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBu;
  return value ^ (value >> 31);
}

// xoshiro256++ (Blackman, Vigna, ACM TOMS 2021), seeded by SplitMix64.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed);
  RandomStream Split(std::uint64_t key) const;
  RandomStream Split(std::string_view name) const;

  std::uint64_t Next() {
    const std::uint64_t result = RotateLeft(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = RotateLeft(state_[3], 45);
    return result;
  }

  // Unbiased in [0, n) (Lemire, ACM TOMACS 2019). REQUIRES n > 0.
  std::uint64_t Below(std::uint64_t n) {
    Wide product = static_cast<Wide>(Next()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t reject_below = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < reject_below) product = static_cast<Wide>(Next()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  double Uniform() { return static_cast<double>(Next() >> 11) * kTwoToMinus53; }            // [0, 1)
  double UniformOpen() { return static_cast<double>((Next() >> 11) + 1) * kTwoToMinus53; }  // (0, 1]
  bool Bernoulli(double probability) { return Uniform() < probability; }
  double Exponential(double mean);
  double Normal();                              // mean 0, standard deviation 1
  double LogNormal(double mean, double sigma);  // mean of the values; sigma of their logarithms

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr double kTwoToMinus53 = 1.0 / 9'007'199'254'740'992.0;
  static constexpr std::uint64_t RotateLeft(std::uint64_t value, unsigned bits) {
    return (value << bits) | (value >> (64 - bits));
  }

  std::uint64_t seed_;  // what Split derives children from
  std::array<std::uint64_t, 4> state_;
};

// Draws index i with probability weights[i] / sum(weights) in constant time (Walker's alias method, Vose's set-up).
// 8 bytes per entry; probabilities are held to 2^-32 of a column. An entry of weight zero is never drawn.
class AliasTable {
 public:
  // Throws std::invalid_argument for no weights, a negative or non-finite weight, or a sum of zero.
  explicit AliasTable(const std::vector<double>& weights);

  // One random number serves both choices: the product's high word picks the column, its low word is uniform within
  // the column. The bias is below size() / 2^64.
  std::uint32_t Draw(RandomStream& random) const {
    const Wide product = static_cast<Wide>(random.Next()) * columns_.size();
    const auto index = static_cast<std::uint32_t>(product >> 64);
    const auto fraction = static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32);
    const Column& column = columns_[index];
    // A branch here would be mispredicted on every other draw; a mask is not.
    const std::uint32_t keep = 0u - static_cast<std::uint32_t>(fraction < column.keep_below);
    return column.alias ^ ((column.alias ^ index) & keep);
  }
  std::size_t size() const { return columns_.size(); }

 private:
  __extension__ using Wide = unsigned __int128;
  struct Column {
    std::uint32_t keep_below;  // of 2^32; a column that is always kept is its own alias
    std::uint32_t alias;
  };
  std::vector<Column> columns_;
};

// Draws rank k in [0, n) with probability proportional to (k + 1)^-exponent, in constant time and memory, by
// rejection-inversion (Hörmann, Derflinger, ACM TOMACS 1996). Exponent 0 is uniform.
class ZipfSampler {
 public:
  // REQUIRES 1 <= n <= 2^53 and a finite exponent >= 0; throws std::invalid_argument otherwise.
  ZipfSampler(std::uint64_t n, double exponent);
  std::uint64_t Draw(RandomStream& random) const;
  std::uint64_t n() const { return n_; }
  double exponent() const { return exponent_; }

 private:
  double Integral(double x) const;         // of t^-exponent from 1 to x
  double InverseIntegral(double y) const;  // the x whose Integral is y
  double Density(double x) const;          // x^-exponent

  std::uint64_t n_;
  double exponent_;
  double integral_low_ = 0;
  double integral_high_ = 0;
  double accept_within_ = 0;  // candidates this close above the inverted point need no density check
};

// A service or think time. mean_ps is the mean of every kind; what the spread is depends on the kind.
struct Distribution {
  enum class Kind : std::uint8_t {
    kConstant,     // mean_ps always
    kExponential,  // spread unused
    kUniform,      // between mean_ps - spread_ps and mean_ps + spread_ps
    kLogNormal,    // spread_ps is the standard deviation
    kBimodal,      // slow with slow_probability, else fast; spread_ps = slow - fast
  };
  Kind kind = Kind::kConstant;
  double mean_ps = 0;
  double spread_ps = 0;
  double slow_probability = 0;

  static Distribution Constant(double mean_ps) { return {Kind::kConstant, mean_ps, 0, 0}; }
  static Distribution Exponential(double mean_ps) { return {Kind::kExponential, mean_ps, 0, 0}; }
  static Distribution Uniform(double low_ps, double high_ps) {
    return {Kind::kUniform, (low_ps + high_ps) / 2, (high_ps - low_ps) / 2, 0};
  }
  static Distribution LogNormal(double mean_ps, double standard_deviation_ps) {
    return {Kind::kLogNormal, mean_ps, standard_deviation_ps, 0};
  }
  static Distribution Bimodal(double fast_ps, double slow_ps, double slow_probability) {
    return {Kind::kBimodal, fast_ps + slow_probability * (slow_ps - fast_ps), slow_ps - fast_ps, slow_probability};
  }

  // Fields are reported under `prefix` ("service" gives "service.mean_ps"), or bare if it is empty.
  ConfigFaults Validate(const std::string& prefix) const;
  Picoseconds Draw(RandomStream& random) const;  // rounded to the nearest picosecond; never negative
  double MeanPs() const { return mean_ps; }
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_RANDOM_H_
