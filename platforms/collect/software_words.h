// SPDX-License-Identifier: Apache-2.0
// What the verdict says of software that does what it must not: what a specification calls undefined, and submissions
// to where nobody takes them.
#ifndef SIOV_PLATFORMS_COLLECT_SOFTWARE_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_SOFTWARE_WORDS_H_

#include <string>
#include <vector>

#include "platforms/collect/results.h"

namespace siov {

// Appends whole sentences, one for each statistic that counted such a thing.
void AddSoftwareFaults(const Results& results, std::vector<std::string>* sentences);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_SOFTWARE_WORDS_H_
