// SPDX-License-Identifier: Apache-2.0
// Of hosts of several sockets: what is refused, and in which memory drivers put what they allocate.
#ifndef SIOV_PLATFORMS_RESOLVE_PLACE_TABLES_H_
#define SIOV_PLATFORMS_RESOLVE_PLACE_TABLES_H_

#include "configs/schema/platform.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// REQUIRE a platform that is wired.
void CheckSockets(const ResolveContext& context, const ResolvedPlatform& platform);
void PlaceTables(const siovsim::Platform& message, ResolvedPlatform* platform);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_PLACE_TABLES_H_
