// SPDX-License-Identifier: Apache-2.0
// Whether a recording can be replayed as a configuration asks for, found out as a run does: by reading it.
#ifndef SIOV_PLATFORMS_TRACE_REPLAYABLE_H_
#define SIOV_PLATFORMS_TRACE_REPLAYABLE_H_

#include <optional>
#include <string>

#include "models/workload/tenants/traffic_config.h"
#include "platforms/trace/recording.h"

namespace siov {

// What a run would refuse the recording, which is the one of `replay`, for, if anything. A file too large to be read on
// the way is believed.
std::optional<std::string> WhyNotReplayed(const ReplayConfig& replay, Recording& recording);

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_REPLAYABLE_H_
