// SPDX-License-Identifier: Apache-2.0
// The yardstick of `siovsim bench`: a hold model on a binary heap of the standard library (pop the earliest, push one
// later).
#ifndef SIOV_PLATFORMS_BENCH_HEAP_LOOP_H_
#define SIOV_PLATFORMS_BENCH_HEAP_LOOP_H_

#include <cstdint>

namespace siov {

// Nanoseconds of processor time per event of a bare std::priority_queue with `in_flight` entries, over `events` events.
double HeapLoopNsPerEvent(std::uint64_t in_flight, std::uint64_t events);

}  // namespace siov

#endif  // SIOV_PLATFORMS_BENCH_HEAP_LOOP_H_
