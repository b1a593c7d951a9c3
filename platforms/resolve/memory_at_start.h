// SPDX-License-Identifier: Apache-2.0
// How much of tenants' memory is there, and pinned, before the first job.
#ifndef SIOV_PLATFORMS_RESOLVE_MEMORY_AT_START_H_
#define SIOV_PLATFORMS_RESOLVE_MEMORY_AT_START_H_

#include <vector>

#include "configs/schema/workload.pb.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Buffers of synthetic tenants that are resident when the run starts, and of these the pinned ones: what jobs of the
// class read and write, whole pages, and the page of completion records of those that CPUs submit. A replay's memory is
// what its recording maps.
MemoryAtStart MemoryHeldAtStart(const siovsim::Workload& workload, const TrafficConfig& traffic,
                                const std::vector<AddressSpaceClass>& address_spaces);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_MEMORY_AT_START_H_
