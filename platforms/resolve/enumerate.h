// SPDX-License-Identifier: Apache-2.0
// What software does with a PCI Express hierarchy before anybody uses it: memory windows for the portals of devices
// and, around those and their buses, for the ports of switches. And what links that share packets have to agree on.
#ifndef SIOV_PLATFORMS_RESOLVE_ENUMERATE_H_
#define SIOV_PLATFORMS_RESOLVE_ENUMERATE_H_

#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// REQUIRES a platform whose links are there.
void Enumerate(const ResolveContext& context, ResolvedPlatform* platform);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_ENUMERATE_H_
