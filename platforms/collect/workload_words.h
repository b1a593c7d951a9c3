// SPDX-License-Identifier: Apache-2.0
// A workload in words, one line for each class of tenants, for the first page of a report.
#ifndef SIOV_PLATFORMS_COLLECT_WORKLOAD_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_WORKLOAD_WORDS_H_

#include <string>
#include <vector>

#include "platforms/resolve/resolved.h"

namespace siov {

std::vector<std::string> DescribeWorkload(const ResolvedExperiment& experiment);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_WORKLOAD_WORDS_H_
