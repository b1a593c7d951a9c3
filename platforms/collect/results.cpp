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

}  // namespace siov
