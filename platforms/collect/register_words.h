// SPDX-License-Identifier: Apache-2.0
// Accesses of the host to registers of devices: the table of them, and what the verdict says.
#ifndef SIOV_PLATFORMS_COLLECT_REGISTER_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_REGISTER_WORDS_H_

#include <string>
#include <vector>

#include "platforms/collect/results.h"

namespace siov {

// registers.csv, a row an access.
std::string RegistersCsv(const Results& results);
// Append sentences; none where there are no accesses. Those that went wrong or did not end:
void AddRegisterFailures(const Results& results, std::vector<std::string>* sentences);
// How long they took.
void AddRegisterAccesses(const Results& results, std::vector<std::string>* sentences);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_REGISTER_WORDS_H_
