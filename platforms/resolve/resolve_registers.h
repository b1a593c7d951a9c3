// SPDX-License-Identifier: Apache-2.0
// Accesses of software to registers of devices during a run: where they go, and what of them a run would not bear.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_REGISTERS_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_REGISTERS_H_

#include "configs/schema/experiment.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// They follow each other, so what each of them does is known beforehand: it is tried on the functions as enumeration
// has left them. REQUIRES a resolved platform and workload.
void ResolveRegisterAccesses(const ResolveContext& context, const siovsim::Experiment& experiment,
                             ResolvedExperiment* resolved);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_REGISTERS_H_
