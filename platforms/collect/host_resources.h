// SPDX-License-Identifier: Apache-2.0
// Resources of the host as its tenants meet them: of vCPUs and of places of dedicated queues those that a tenant can
// reach, and the slots of portals, which are each thread's own.
#ifndef SIOV_PLATFORMS_COLLECT_HOST_RESOURCES_H_
#define SIOV_PLATFORMS_COLLECT_HOST_RESOURCES_H_

#include "platforms/collect/results.h"

namespace siov {

// Of all resources and metrics collected.
void AddHostResources(const ResolvedExperiment& experiment, Results* results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_HOST_RESOURCES_H_
