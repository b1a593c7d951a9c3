// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/replay_domains.h"

namespace siov {

ReplayDomains::ReplayDomains(const TrafficConfig& traffic, const TraceOpener& open_trace) {
  const ReplayConfig& replay = traffic.replay;
  if (replay.trace_file.empty() || replay.order != ReplayOrder::kAsRecorded) return;
  for (const TenantClassConfig& before : traffic.classes) tenants_.first += before.tenants;
  tenants_.count = replay.tenants;
  recorded_.emplace(*ReplayedPart(replay, open_trace)());
  if (recorded_->size() == 0) recorded_.reset();  // nothing to replay, as the traffic is about to say
}

Pasid ReplayDomains::InUseFor(Pasid own) const {
  const std::optional<TenantId> tenant = recorded_ ? tenants_.TenantOf(own) : std::nullopt;
  if (!tenant) return own;
  return PasidOfTenant(tenants_.first + recorded_->SpaceOfReplaying(tenant->value() - tenants_.first));
}

}  // namespace siov
