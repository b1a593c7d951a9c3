// SPDX-License-Identifier: Apache-2.0
// The oracle among replacement policies (Belady's MIN): how many lookups of a recorded stream a fully associative cache
// of a given size misses if it always gives up what is needed latest. No policy misses fewer, so it is the bound that
// replays are compared with. Every miss is filled, as hardware does; invalidations of the stream remove what they name.
// Offline: the whole stream must be known. Pure; O(n log entries).
#ifndef SIOV_MODELS_BASE_BELADY_H_
#define SIOV_MODELS_BASE_BELADY_H_

#include <cstdint>
#include <vector>

namespace siov {

struct CacheEvent {
  std::uint64_t key = 0;
  bool invalidates = false;  // else it is a lookup
};

struct OracleCounts {
  std::uint64_t lookups = 0;
  std::uint64_t misses = 0;
};

OracleCounts CountBelady(const std::vector<CacheEvent>& stream, std::uint32_t entries);

}  // namespace siov

#endif  // SIOV_MODELS_BASE_BELADY_H_
