// SPDX-License-Identifier: Apache-2.0
// Workload message to plain structs: device and queue names turned into indices, address spaces laid over PASIDs.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_WORKLOAD_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_WORKLOAD_H_

#include <vector>

#include "configs/schema/workload.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Fills `traffic` (but its run-wide limits) and `address_spaces`, against a resolved platform.
void ResolveWorkload(const ResolveContext& context, const siovsim::Workload& workload, const ResolvedPlatform& platform,
                     TrafficConfig* traffic, std::vector<AddressSpaceClass>* address_spaces);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_WORKLOAD_H_
