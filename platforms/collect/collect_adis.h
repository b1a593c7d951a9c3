// SPDX-License-Identifier: Apache-2.0
// What devices counted of each of their ADIs and what that says of each type, and whose they are.
#ifndef SIOV_PLATFORMS_COLLECT_COLLECT_ADIS_H_
#define SIOV_PLATFORMS_COLLECT_COLLECT_ADIS_H_

#include "platforms/build/system.h"
#include "platforms/collect/results.h"

namespace siov {

// Nothing where no tenant has an ADI.
void CollectAdis(System& system, Results* results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_COLLECT_ADIS_H_
