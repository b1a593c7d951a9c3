// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/memory_at_start.h"

#include <algorithm>

namespace siov {

MemoryAtStart MemoryHeldAtStart(const siovsim::Workload& workload, const TrafficConfig& traffic,
                                const std::vector<AddressSpaceClass>& address_spaces) {
  MemoryAtStart memory;
  for (int i = 0; i < workload.tenant_classes_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const TenantClassConfig& tenants = traffic.classes[index];
    const AddressSpaceClass& space = address_spaces[index];
    if (space.stages == TranslationStages::kPassThrough) continue;
    const bool second = space.stages == TranslationStages::kSecondOnly;
    const std::uint64_t page = std::uint64_t{1} << (second ? space.second_leaf_shift : space.first_leaf_shift);
    const auto uses = [&tenants](bool (*direction)(JobOp)) {
      return std::any_of(tenants.jobs.begin(), tenants.jobs.end(),
                         [direction](const auto& job) { return direction(job.op); });
    };
    // Packets read and write where others only read.
    const bool reads = uses([](JobOp op) { return Reads(op) || op == JobOp::kPacket; });
    const bool writes = uses([](JobOp op) { return Writes(op); });
    const std::uint64_t pages_of_set = CeilDiv(tenants.working_set_bytes, page);
    const std::uint64_t buffers = (reads ? 1u : 0u) + (writes ? 1u : 0u);
    const std::uint64_t records = tenants.origin == JobOrigin::kHost ? 1 : 0;
    const std::uint64_t pages = tenants.tenants * (pages_of_set * buffers + records);
    const auto resident = static_cast<std::uint64_t>(static_cast<double>(pages) * space.resident_fraction + 0.5);
    memory.resident_bytes += resident * page;
    if (workload.tenant_classes(i).address_space().paging() != siovsim::AddressSpace::PINNED) continue;
    memory.pinned_pages += resident;
    memory.pinned_bytes += resident * page;
  }
  return memory;
}

}  // namespace siov
