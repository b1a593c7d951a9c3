// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/flush_queues.h"

#include <algorithm>
#include <utility>

namespace siov {

FlushQueues::Deferred FlushQueues::Defer(std::uint32_t tenant, DriverWork* work) {
  Deferred deferred;
  deferred.domain = DomainOf(work->unmapped.front().changed.space);  // all ranges of a work belong to one tenant
  Domain& domain = domains_[deferred.domain];
  std::vector<UnmappedRange>& ring = domain.rings[tenant % domain.rings.size()];
  ring.insert(ring.end(), work->unmapped.begin(), work->unmapped.end());
  domain.ranges += work->unmapped.size();
  work->unmapped.clear();
  if (ring.size() >= config_.flush_entries) {
    Flush(&domain, work);
    deferred.flushed = true;
  } else if (!domain.timer) {
    domain.timer = deferred.starts_timer = true;
  }
  ForgetIfIdle(deferred.domain);
  return deferred;
}

bool FlushQueues::TimerEnds(std::uint32_t domain) {
  domains_[domain].timer = false;
  if (domains_[domain].ranges != 0) return true;
  ForgetIfIdle(domain);
  return false;
}

void FlushQueues::FlushAfterTimer(std::uint32_t domain, DriverWork* work) {
  Flush(&domains_[domain], work);
  ForgetIfIdle(domain);
}

// What one table maps: a tenant's address space, or with a second stage alone that of its VM.
std::uint32_t FlushQueues::DomainOf(const AddressSpace& space) {
  const bool vm = space.tenant_stage() == TableStage::kSecond;
  const std::uint64_t key = (std::uint64_t{vm} << 32) | (vm ? space.domain_id : space.pasid);
  const auto [found, fresh] = by_key_.emplace(key, 0);
  if (!fresh) return found->second;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(domains_.size()));
    domains_.emplace_back();
  }
  found->second = free_.back();
  free_.pop_back();
  Domain& domain = domains_[found->second];
  domain.key = key;
  domain.rings.resize(config_.flush_queues);
  return found->second;
}

// Domains with nothing to flush and no timer running are not kept.
void FlushQueues::ForgetIfIdle(std::uint32_t index) {
  const Domain& domain = domains_[index];
  if (domain.timer || domain.ranges != 0) return;
  by_key_.erase(domain.key);
  free_.push_back(index);
}

void FlushQueues::Flush(Domain* domain, DriverWork* work) const {
  for (std::uint32_t iommu = 0; iommu < iommus_; ++iommu) FlushOf(*domain, iommu, work);
  for (auto& ring : domain->rings) ring.clear();
  domain->ranges = 0;
}

// All of the domain in one IOMMU, and in the device TLB of every device and PASID that used it.
void FlushQueues::FlushOf(const Domain& domain, std::uint32_t iommu, DriverWork* work) const {
  std::vector<ChangedRange> changed;
  std::vector<std::pair<RequesterId, std::uint32_t>> users;
  Sync* sync = nullptr;
  for (const auto& ring : domain.rings) {
    for (const UnmappedRange& range : ring) {
      if (range.iommu != iommu) continue;
      changed.push_back(range.changed);
      work->ranges.push_back(range.range);
      const std::pair user(range.changed.requester, range.changed.space.pasid);
      if (std::find(users.begin(), users.end(), user) != users.end()) continue;
      users.push_back(user);
      ChangedRange whole = range.changed;
      whole.address = 0;
      whole.page_shift = 64;
      if (sync == nullptr) {
        sync = &work->AddSync(iommu);
        AppendRecipe(whole, config_, config_.riscv(), &sync->recipe);
      } else {
        AppendDeviceRecipe(whole, &sync->recipe);
      }
    }
  }
  if (sync != nullptr) sync->changed = std::move(changed);
}

}  // namespace siov
