// SPDX-License-Identifier: Apache-2.0
// Requester ids of a platform: each device has one of its own, the root complex can tell by the bus behind which of its
// ports a device is, and the IOMMU's device directory reaches it.
#ifndef SIOV_PLATFORMS_RESOLVE_CHECK_REQUESTERS_H_
#define SIOV_PLATFORMS_RESOLVE_CHECK_REQUESTERS_H_

#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// REQUIRES a platform that is wired.
void CheckRequesters(const ResolveContext& context, const ResolvedPlatform& platform);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_CHECK_REQUESTERS_H_
