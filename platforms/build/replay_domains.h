// SPDX-License-Identifier: Apache-2.0
// Whose PASID the tenants of a replay in recorded order use: devices that share a domain share its pages, and the
// host's driver gives all of them the PASID of the first one. What is handed out before the recording is read
// (resolve/assign_identities.h) knows tenants alone.
#ifndef SIOV_PLATFORMS_BUILD_REPLAY_DOMAINS_H_
#define SIOV_PLATFORMS_BUILD_REPLAY_DOMAINS_H_

#include <optional>

#include "models/workload/replay/replay.h"
#include "models/workload/replay/replay_script.h"
#include "models/workload/tenants/traffic_config.h"

namespace siov {

class ReplayDomains {
 public:
  // Reads the recording once if it is replayed in recorded order. Throws TraceError.
  ReplayDomains(const TrafficConfig& traffic, const TraceOpener& open_trace);
  // The PASID that work of the tenant carries whose own PASID this is; one that is no tenant's stays.
  Pasid InUseFor(Pasid own) const;

 private:
  TenantRange tenants_;
  std::optional<RecordedTenants> recorded_;  // none: each uses its own
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_REPLAY_DOMAINS_H_
