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
  void Add(std::uint64_t level, Picoseconds time) { sum_ += static_cast<Wide>(level) * time; }
  // One item more, or one less, from `now` on. The sum is taken modulo 2^128; it is right once the items that are still
  // there are added with all the time that has gone by.
  void Enter(Picoseconds now) { sum_ -= now; }
  void Leave(Picoseconds now) { sum_ += now; }
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
