// SPDX-License-Identifier: Apache-2.0
// Events of a run that would change nothing are refused: at or after its end, on a device that nobody uses, for a PASID
// that no tenant of the device has or that was stopped before. What the control bits alone tell, AtcConfig::Validate()
// says. Resolved last: it depends on everything else.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_EVENTS_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_EVENTS_H_

#include "configs/schema/experiment.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

void CheckEvents(const ResolveContext& context, const siovsim::Experiment& experiment,
                 const ResolvedExperiment& resolved);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_EVENTS_H_
