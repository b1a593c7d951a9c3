// SPDX-License-Identifier: Apache-2.0
// The verdict: targets, the stages that dominate the mean and the tail, the bottleneck, each as one sentence.
#ifndef SIOV_PLATFORMS_COLLECT_VERDICT_H_
#define SIOV_PLATFORMS_COLLECT_VERDICT_H_

#include "platforms/collect/results.h"

namespace siov {

// Fills targets, dominant stages and sentences from the metrics, bands, resources and bound already in `results`.
void JudgeResults(const std::vector<Target>& targets, Results* results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_VERDICT_H_
