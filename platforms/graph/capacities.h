// SPDX-License-Identifier: Apache-2.0
// What the blocks of a platform can serve at most, by node, as their rows in the registry say.
#ifndef SIOV_PLATFORMS_GRAPH_CAPACITIES_H_
#define SIOV_PLATFORMS_GRAPH_CAPACITIES_H_

#include <map>
#include <vector>

#include "platforms/kinds/topology.h"

namespace siov {

// Of each node the pools of nodes below it, then those of its own blocks.
std::map<NodeRef, std::vector<Capacity>> CapacitiesOf(const Topology& topology);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_CAPACITIES_H_
