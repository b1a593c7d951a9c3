// SPDX-License-Identifier: Apache-2.0
// Platform message to plain structs: nodes sorted by name, links turned into indices, structure checked.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_PLATFORM_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_PLATFORM_H_

#include "configs/schema/platform.pb.h"
#include "platforms/config/fault.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// REQUIRES that defaults are applied and CheckRules found no fault. Appends every fault; the result is meaningful only
// if there was none.
ResolvedPlatform ResolvePlatform(const siovsim::Platform& platform, const LocationMap& places, Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_PLATFORM_H_
