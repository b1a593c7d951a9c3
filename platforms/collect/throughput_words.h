// SPDX-License-Identifier: Apache-2.0
// What the verdict says of throughput against the bound of the graph (platforms/graph/throughput_bound.h).
//
// Jobs that were under way when measuring began had part of their work done before, and end on top of what the bound
// allows; a bound that is a mean is exceeded as samples exceed means. What neither explains cannot be right.
#ifndef SIOV_PLATFORMS_COLLECT_THROUGHPUT_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_THROUGHPUT_WORDS_H_

#include <string>

#include "platforms/collect/results.h"

namespace siov {

// A sentence if the measured throughput is doubtful or cannot be; else empty.
std::string ThroughputDoubt(const Results& results);

// "; throughput is 50.0 % of the bound of 1.00G jobs/s set by dsa0.engine"; empty if no bound is known.
std::string ThroughputText(const Results& results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_THROUGHPUT_WORDS_H_
