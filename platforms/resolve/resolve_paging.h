// SPDX-License-Identifier: Apache-2.0
// What happens to tenants' pages and processes during the run: swapping out, exits. Resolved last, because it depends
// on platform and workload together.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_PAGING_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_PAGING_H_

#include "configs/schema/experiment.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Fills resolved->exits; refuses exits and swapping that could not act.
void ResolvePaging(const ResolveContext& context, const siovsim::Experiment& experiment, ResolvedExperiment* resolved);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_PAGING_H_
