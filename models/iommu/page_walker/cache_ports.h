// SPDX-License-Identifier: Apache-2.0
// How long lookups in the walker's caches take: each cache needs its lookup latency, and at most `slots` lookups are in
// it at once, the others waiting in order of arrival. Caches asked together answer together, when the last one has.
// Models no port for fills: what a walk learns is written at no cost. Pure; knows only times it is told.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_CACHE_PORTS_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_CACHE_PORTS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/servers.h"
#include "models/base/units.h"
#include "models/iommu/page_walker/page_walker_config.h"

namespace siov {

class CachePorts {
 public:
  // Of the cache that answers last: when its lookup begins and ends.
  struct Lookup {
    Picoseconds start;
    Picoseconds done;
  };

  explicit CachePorts(const PageWalkerConfig& config) {
    for (unsigned cache = 0; cache < kWalkerCaches; ++cache) {
      ports_[cache].latency = config.cache(cache).lookup_latency_ps;
      ports_[cache].busy_until.assign(config.cache(cache).slots, 0);
    }
  }

  // REQUIRES that `now` never goes back.
  Lookup Ask(WalkerCacheSet caches, Picoseconds now) {
    Lookup last{now, now};
    for (unsigned left = caches; left != 0; left &= left - 1) {
      const Lookup lookup = ports_[static_cast<unsigned>(__builtin_ctz(left))].Take(now);
      if (lookup.done > last.done) last = lookup;
    }
    return last;
  }

  // How much of what is booked in the slots of a cache lies after `at`.
  Picoseconds BusyAfter(unsigned cache, Picoseconds at) const { return WorkAfter(ports_[cache].busy_until, at); }

 private:
  // All lookups of a cache take the same time, so its slots are free again in the order in which they were taken.
  struct Port {
    Picoseconds latency = 0;
    std::vector<Picoseconds> busy_until;  // of each slot; empty: as many as there are lookups
    std::size_t next = 0;

    Lookup Take(Picoseconds now) {
      if (busy_until.empty()) return {now, now + latency};
      Picoseconds& slot = busy_until[next];
      next = next + 1 == busy_until.size() ? 0 : next + 1;
      const Picoseconds start = std::max(now, slot);
      slot = start + latency;
      return {start, slot};
    }
  };

  std::array<Port, kWalkerCaches> ports_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_CACHE_PORTS_H_
