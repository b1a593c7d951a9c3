// SPDX-License-Identifier: Apache-2.0
// The tenants of a replay as groups that behave alike: what each stream of the recording asks for.
#ifndef SIOV_PLATFORMS_GRAPH_REPLAY_GROUPS_H_
#define SIOV_PLATFORMS_GRAPH_REPLAY_GROUPS_H_

#include <vector>

#include "platforms/graph/job_demand.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// REQUIRES an experiment with a recording, which is read for its mix of reads, writes and sizes if nobody has yet.
void AddReplay(const ResolvedExperiment& experiment, std::vector<DemandGroup>* groups);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_REPLAY_GROUPS_H_
