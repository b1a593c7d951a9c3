// SPDX-License-Identifier: Apache-2.0
// What a run would refuse of its recording: check, describe and resolve say it alike.
#ifndef SIOV_PLATFORMS_CLI_RECORDING_FAULTS_H_
#define SIOV_PLATFORMS_CLI_RECORDING_FAULTS_H_

#include <optional>

#include "platforms/config/fault.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Appends a fault if there are none and the experiment, if there is one, names a recording that it could not replay.
void CheckRecording(const std::optional<ResolvedExperiment>& experiment, Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_RECORDING_FAULTS_H_
