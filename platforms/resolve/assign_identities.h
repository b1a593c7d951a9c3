// SPDX-License-Identifier: Apache-2.0
// What the host's driver hands out before a run: to each dedicated queue the PASID of the address space it serves, to
// each tenant that wants interrupts a message of its device, to each message an entry of the interrupt remapping table
// and to each entry the vCPU that its tenant runs on. Where tenants have ADIs, those have queues, messages, contexts
// and PASIDs already (allocate_adis.h), and the device is told. Each of them is one tenant's alone; the first tenant
// for whom nothing is left is named. vCPUs are processors and shared: tenants are spread over them in turn.
#ifndef SIOV_PLATFORMS_RESOLVE_ASSIGN_IDENTITIES_H_
#define SIOV_PLATFORMS_RESOLVE_ASSIGN_IDENTITIES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/workload/tenants/traffic_config.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Something of which there is too little.
struct Shortage {
  std::optional<std::size_t> group;  // class, by its place, or as many as there are: the replay; none: the platform's
  std::string field;                 // of the group, or of the platform
  std::string value;
  std::string message;
  std::string allowed;
};

// REQUIRES a platform that is wired. Starts anew if something was handed out before.
std::vector<Shortage> AssignIdentities(ResolvedPlatform* platform, TrafficConfig* traffic);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_ASSIGN_IDENTITIES_H_
