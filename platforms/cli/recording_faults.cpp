// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/recording_faults.h"

#include "platforms/trace/replayable.h"

namespace siov {

void CheckRecording(const std::optional<ResolvedExperiment>& experiment, Faults* faults) {
  if (!experiment || !experiment->recording || !faults->empty()) return;
  const auto refused = WhyNotReplayed(experiment->traffic.replay, *experiment->recording);
  if (refused) faults->push_back(MakeFault({}, "replay.trace_file", "", *refused));
}

}  // namespace siov
