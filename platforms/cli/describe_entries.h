// SPDX-License-Identifier: Apache-2.0
// What the translation structures say of an experiment's tenants: the context entry of each device, and for each class
// of tenants the PASID entry of its first one, with where entry and tables lie (docs/requirements/iom.md, "Context and
// PASID table entries"). At the start of the run; nothing is simulated.
#ifndef SIOV_PLATFORMS_CLI_DESCRIBE_ENTRIES_H_
#define SIOV_PLATFORMS_CLI_DESCRIBE_ENTRIES_H_

#include <ostream>

#include "platforms/resolve/resolved.h"

namespace siov {

void PrintEntries(const ResolvedExperiment& experiment, std::ostream& out);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_DESCRIBE_ENTRIES_H_
