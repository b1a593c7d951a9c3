// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/results.h"

#include <algorithm>
#include <limits>

namespace siov {

bool Results::targets_met() const {
  return std::all_of(targets.begin(), targets.end(), [](const TargetResult& target) { return target.met; });
}

double Results::Metric(const std::string& metric) const {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& entry) { return entry.first == metric; });
  return found != metrics.end() ? found->second : std::numeric_limits<double>::quiet_NaN();
}

double Results::Statistic(const std::string& block, const std::string& statistic) const {
  const auto found = std::find_if(structures.begin(), structures.end(), [&](const StructureRow& row) {
    return row.block == block && row.statistic == statistic;
  });
  return found != structures.end() ? found->value : 0;
}

}  // namespace siov
