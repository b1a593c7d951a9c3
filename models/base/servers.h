// SPDX-License-Identifier: Apache-2.0
// Servers that are booked in advance: one that takes who comes in order of arrival, so that departures are known on
// arrival; and how much of the work of several still lies ahead (BusyTime::Book, statistics.h). Pure.
#ifndef SIOV_MODELS_BASE_SERVERS_H_
#define SIOV_MODELS_BASE_SERVERS_H_

#include <algorithm>
#include <vector>

#include "models/base/units.h"

namespace siov {

class Server {
 public:
  // It begins at `now`, or when it is free, and is busy so long. Returns when it begins. REQUIRES: `now` never
  // decreases.
  Picoseconds Take(Picoseconds now, Picoseconds busy) {
    const Picoseconds begins = std::max(now, free_at_);
    free_at_ = begins + busy;
    return begins;
  }
  Picoseconds free_at() const { return free_at_; }

 private:
  Picoseconds free_at_ = 0;
};

// Each works without a break until its `free_at`: what they do after `at`, all together.
inline Picoseconds WorkAfter(const std::vector<Picoseconds>& free_at, Picoseconds at) {
  Picoseconds sum = 0;
  for (const Picoseconds free : free_at) sum += free > at ? free - at : 0;
  return sum;
}

}  // namespace siov

#endif  // SIOV_MODELS_BASE_SERVERS_H_
