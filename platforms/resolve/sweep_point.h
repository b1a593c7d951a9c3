// SPDX-License-Identifier: Apache-2.0
// One run of a sweep, in plain values: what it overrides, and what its table calls that.
#ifndef SIOV_PLATFORMS_RESOLVE_SWEEP_POINT_H_
#define SIOV_PLATFORMS_RESOLVE_SWEEP_POINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace siov {

struct SweepPoint {
  std::vector<std::string> overrides;  // PATH=VALUE for every axis, and the seed
  std::vector<std::string> names;      // of the value of every axis: its value_names, or the value
  std::optional<std::uint64_t> seed;   // none: the experiment's
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_SWEEP_POINT_H_
