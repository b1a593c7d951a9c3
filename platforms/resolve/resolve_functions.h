// SPDX-License-Identifier: Apache-2.0
// The functions of an endpoint: those that a configuration lists, or one as usual; and what of them follows from the
// rest of the device: its ATC, its port, its queues, its message store.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_FUNCTIONS_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_FUNCTIONS_H_

#include "platforms/resolve/resolve_blocks.h"

namespace siov {

// REQUIRES an endpoint whose other parts are resolved.
void ResolveFunctions(const siovsim::Endpoint& endpoint, ResolvedEndpoint* resolved);
// One with S-IOV, its registers in BAR 0 and the portals of its queues, an ADI each, in BAR 2.
void AddUsualFunction(ResolvedEndpoint* resolved);

// Everything that is wrong with them: each by itself, rings, portals, pages of ADIs. True: nothing. `endpoint`: the
// path of the message.
bool CheckFunctions(const ResolveContext& context, const std::string& endpoint, const ResolvedEndpoint& resolved);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_FUNCTIONS_H_
