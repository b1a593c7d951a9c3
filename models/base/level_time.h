// SPDX-License-Identifier: Apache-2.0
// The integral of a level over time, in items x picoseconds: exact, for as long as any run lasts, and without
// floating point, of which a conversion costs more than all of an addition here.
#ifndef SIOV_MODELS_BASE_LEVEL_TIME_H_
#define SIOV_MODELS_BASE_LEVEL_TIME_H_

#include <cstdint>

#include "models/base/units.h"

namespace siov {

class LevelTime {
 public:
  // The sum is taken modulo 2^128: what is subtracted first and added later is right in the end.
  void Add(std::uint64_t level, Picoseconds time) { sum_ += static_cast<Wide>(level) * time; }
  void Subtract(std::uint64_t level, Picoseconds time) { sum_ -= static_cast<Wide>(level) * time; }
  LevelTime& operator-=(const LevelTime& other) {
    sum_ -= other.sum_;
    return *this;
  }
  double value() const { return static_cast<double>(sum_); }

 private:
  __extension__ using Wide = unsigned __int128;
  Wide sum_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LEVEL_TIME_H_
