// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/replay_script.h"

namespace siov {

RecordedTenants::RecordedTenants(TraceSource& source) {
  TraceRecord record;
  while (source.Next(&record)) {
    content_.See(record);
    if (record.is_access()) tenants_.emplace(std::make_pair(record.stream, record.domain), 0);
  }
  content_.SeeEnd(source.info());
  std::uint32_t last_stream = TraceRecord::kNoStream;
  for (auto& [pair, tenant] : tenants_) {
    tenant = size();
    spaces_.push_back(space_of_.emplace(pair.second, tenant).first->second);
    if (tenant == 0 || pair.first != last_stream) ++streams_;
    last_stream = pair.first;
    const auto& streams = source.info().streams;
    names_.push_back((pair.first < streams.size() ? streams[pair.first].name : "a device") + " in domain " +
                     std::to_string(pair.second));
  }
}

std::uint32_t RecordedTenants::TenantOf(std::uint32_t stream, std::uint32_t domain) const {
  auto found = tenants_.find({stream, domain});
  if (found == tenants_.end()) found = tenants_.lower_bound({stream, 0});
  return found == tenants_.end() || found->first.first != stream ? ReplayStep::kNobody : found->second;
}

std::uint32_t RecordedTenants::SpaceOf(std::uint32_t domain) const {
  const auto found = space_of_.find(domain);
  return found == space_of_.end() ? ReplayStep::kNobody : found->second;
}

}  // namespace siov
