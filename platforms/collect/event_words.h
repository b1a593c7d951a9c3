// SPDX-License-Identifier: Apache-2.0
// What the verdict says of configured events: functions they put out of action, and those that came to nothing.
#ifndef SIOV_PLATFORMS_COLLECT_EVENT_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_EVENT_WORDS_H_

#include <string>
#include <vector>

#include "platforms/collect/results.h"

namespace siov {

// Appends whole sentences; none if all events did what they are there for and no function refused work.
void AddEvents(const Results& results, std::vector<std::string>* sentences);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_EVENT_WORDS_H_
