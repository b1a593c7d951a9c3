// SPDX-License-Identifier: Apache-2.0
// What limits a run: follows what full pools' holders wait for, down to the server or the parameter that limits.
#ifndef SIOV_PLATFORMS_COLLECT_BOTTLENECK_H_
#define SIOV_PLATFORMS_COLLECT_BOTTLENECK_H_

#include <string>

#include "platforms/collect/results.h"

namespace siov {

struct Bottleneck {
  std::string name;      // "block.resource"; "none": nothing is saturated
  std::string sentence;  // without its full stop
};

// REQUIRES: results.resources is not empty.
Bottleneck FindBottleneck(const Results& results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_BOTTLENECK_H_
