// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/replay_domains.h"

#include "models/workload/replay/replay_script.h"

namespace siov {

ReplayDomains::ReplayDomains(const TrafficConfig& traffic, const TraceOpener& open_trace) {
  const ReplayConfig& replay = traffic.replay;
  if (replay.trace_file.empty() || replay.order != ReplayOrder::kAsRecorded) return;
  for (const TenantClassConfig& before : traffic.classes) tenants_.first += before.tenants;
  tenants_.count = replay.tenants;
  const TraceOpener open = replay.window_only ? WindowOf(open_trace, replay.trace_file) : open_trace;
  const RecordedTenants recorded(*open());
  for (std::uint32_t i = 0; i < recorded.size(); ++i) spaces_.push_back(recorded.SpaceOfTenant(i));
}

Pasid ReplayDomains::InUseFor(Pasid own) const {
  const std::optional<TenantId> tenant = spaces_.empty() ? std::nullopt : tenants_.TenantOf(own);
  if (!tenant) return own;
  const auto copy = static_cast<std::uint32_t>(spaces_.size());
  const std::uint32_t recorded = (tenant->value() - tenants_.first) % copy;
  return Pasid((own.value() + kMaxPasids - recorded + spaces_[recorded]) % kMaxPasids);
}

}  // namespace siov
