// SPDX-License-Identifier: Apache-2.0
// Gives every cache a random stream of its own, split from the run's seed by the cache's name.
#ifndef SIOV_PLATFORMS_RESOLVE_SEED_CACHES_H_
#define SIOV_PLATFORMS_RESOLVE_SEED_CACHES_H_

#include <cstdint>

#include "platforms/resolve/resolved.h"

namespace siov {

void SeedCaches(std::uint64_t seed, ResolvedPlatform* platform);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_SEED_CACHES_H_
