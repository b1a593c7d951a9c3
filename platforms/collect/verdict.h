// SPDX-License-Identifier: Apache-2.0
// The verdict: targets, the stages that dominate the mean and the tail, the bottleneck, each as one sentence; before
// them what makes the rest doubtful: numbers that cannot be right, failed jobs, classes without a job.
#ifndef SIOV_PLATFORMS_COLLECT_VERDICT_H_
#define SIOV_PLATFORMS_COLLECT_VERDICT_H_

#include "platforms/collect/results.h"

namespace siov {

// Fills targets, dominant stages and sentences from the metrics, bands, resources and bound already in `results`.
// What is not known (NaN) misses its target, and the result says why.
void JudgeResults(const std::vector<Target>& targets, Results* results);

// The stage that takes most of a band's time; empty if nothing took any.
std::string DominantStage(const Band& band);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_VERDICT_H_
