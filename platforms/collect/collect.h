// SPDX-License-Identifier: Apache-2.0
// Turns a finished simulation into Results: the one place where ratios are derived from raw counters and where the
// verdict is put into words.
#ifndef SIOV_PLATFORMS_COLLECT_COLLECT_H_
#define SIOV_PLATFORMS_COLLECT_COLLECT_H_

#include "platforms/build/system.h"
#include "platforms/collect/results.h"
#include "platforms/collect/sampler.h"

namespace siov {

// `now` is the end of the measured time.
Results CollectResults(System& system, const Sampler& sampler, Picoseconds now, bool interrupted);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_COLLECT_H_
