// SPDX-License-Identifier: Apache-2.0
// Checks a configuration against the rules its schema states: required, range, power of two, finite, reference to an
// existing thing of the right kind. What a single field cannot say is checked by the blocks' own Validate() and by the
// platform's graph.
#ifndef SIOV_PLATFORMS_CONFIG_CHECKER_H_
#define SIOV_PLATFORMS_CONFIG_CHECKER_H_

#include <google/protobuf/message.h>

#include "platforms/config/fault.h"

namespace siov {

// How much of the configuration could be loaded: of a part, only the values that are there can be judged.
enum class Extent { kComplete, kPart };

// Appends every fault. REQUIRES applied defaults. References to kinds of thing that the
// root type cannot declare (a workload file by itself declares no nodes) are left to the file that brings both
// together.
void CheckRules(const google::protobuf::Message& root, const LocationMap& places, Extent extent, Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_CHECKER_H_
