// SPDX-License-Identifier: Apache-2.0
// Which tenants have which ADIs, and what those have: queues, contexts, PASIDs, messages, pages.
#ifndef SIOV_PLATFORMS_CLI_DESCRIBE_ADIS_H_
#define SIOV_PLATFORMS_CLI_DESCRIBE_ADIS_H_

#include <iosfwd>

#include "platforms/resolve/resolved.h"

namespace siov {

// Nothing where no tenant has one.
void PrintAdisOfTenants(const ResolvedExperiment& experiment, std::ostream& out);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_DESCRIBE_ADIS_H_
