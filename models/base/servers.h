// SPDX-License-Identifier: Apache-2.0
// Servers that are booked in advance: how much of their work still lies ahead (BusyTime::Book, statistics.h). Pure.
#ifndef SIOV_MODELS_BASE_SERVERS_H_
#define SIOV_MODELS_BASE_SERVERS_H_

#include <vector>

#include "models/base/units.h"

namespace siov {

// Each works without a break until its `free_at`: what they do after `at`, all together.
inline Picoseconds WorkAfter(const std::vector<Picoseconds>& free_at, Picoseconds at) {
  Picoseconds sum = 0;
  for (const Picoseconds free : free_at) sum += free > at ? free - at : 0;
  return sum;
}

}  // namespace siov

#endif  // SIOV_MODELS_BASE_SERVERS_H_
