// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/capacities.h"

#include <algorithm>

namespace siov {
namespace {

void AddToPool(const Capacity& one, std::vector<Capacity>* pools) {
  const auto pool =
      std::find_if(pools->begin(), pools->end(), [&one](const Capacity& known) { return known.name == one.name; });
  if (pool == pools->end()) return pools->push_back(one);
  const bool limited = pool->per_second > 0 && one.per_second > 0;
  pool->per_second = limited ? pool->per_second + one.per_second : 0;
}

}  // namespace

std::map<NodeRef, std::vector<Capacity>> CapacitiesOf(const Topology& topology) {
  std::map<NodeRef, std::vector<Capacity>> capacities;
  std::map<NodeRef, std::vector<Capacity>> own;
  for (const NodeRef node : topology.AllNodes()) {
    for (const Topology::Block block : topology.BlocksOf(node)) {
      const BlockKind& kind = *topology.blocks()[block].kind;
      if (kind.capacity == nullptr) continue;
      for (const Capacity& one : kind.capacity(topology.At(block))) {
        if (one.pooled_at) {
          AddToPool(one, &capacities[topology.Nearest(node, *one.pooled_at)]);
        } else {
          own[node].push_back(one);
        }
      }
    }
  }
  for (const auto& [node, all] : own) {
    capacities[node].insert(capacities[node].end(), all.begin(), all.end());
  }
  return capacities;
}

}  // namespace siov
