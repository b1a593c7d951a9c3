// SPDX-License-Identifier: Apache-2.0
// Counts that different blocks keep of the same thing agree: whatever one of them sends is received, refused or
// answered by another, and each says so. Of a platform at rest, which has counted from the beginning.
//
// What it does not do: say which of two blocks is wrong, or look at times.
#ifndef SIOV_PLATFORMS_COLLECT_COUNTER_LAWS_H_
#define SIOV_PLATFORMS_COLLECT_COUNTER_LAWS_H_

#include <string>
#include <vector>

#include "platforms/build/system.h"

namespace siov {

// A sentence for each law that is broken. REQUIRES: nothing is under way, and no statistic was reset.
std::vector<std::string> BrokenCounterLaws(const System& system);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_COUNTER_LAWS_H_
