// SPDX-License-Identifier: Apache-2.0
// A resolved experiment as lines "platform.host.config.cpus = 2", one a member: what a field of a configuration came
// to, and where. Every member of every structure is listed; a static assertion counts them, so that none can be
// forgotten.
#ifndef SIOV_TESTS_KNOBS_RESOLVED_DUMP_H_
#define SIOV_TESTS_KNOBS_RESOLVED_DUMP_H_

#include <map>
#include <string>

#include "platforms/resolve/resolved.h"

namespace siov::testing {

// By path. Numbers in resolved units (picoseconds, bytes), enumerations as numbers.
std::map<std::string, std::string> DumpOf(const ResolvedExperiment& experiment);

}  // namespace siov::testing

#endif  // SIOV_TESTS_KNOBS_RESOLVED_DUMP_H_
