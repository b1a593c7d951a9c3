// SPDX-License-Identifier: Apache-2.0
// What statistical tests share. Every one is seeded, so it passes or fails for ever.
#ifndef SIOV_TESTS_SUPPORT_STATISTICAL_H_
#define SIOV_TESTS_SUPPORT_STATISTICAL_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace siov {

// Pearson's statistic, scaled so that 0 is the 99.9 % point (Wilson-Hilferty): above 0 fails.
inline double ChiSquareExcess(const std::vector<double>& observed, const std::vector<double>& expected) {
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

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_STATISTICAL_H_
