// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/driver.h"

#include <utility>

namespace siov {

Driver::Driver(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const DriverConfig& config, std::uint32_t iommus, std::uint32_t events,
               std::vector<DriverDevice> devices, AddressSpaces& spaces, DriverClient& client)
    : PartedBlock(name, simulation, path),
      config_(config),
      spaces_(spaces),
      counts_(statistics_, iommus),
      buffers_(path, std::move(devices), spaces),
      syncs_(*this, config_, iommus, works_, counts_, *this),
      unmapping_(*this, config_, iommus, works_, buffers_, syncs_, counts_, client),
      events_(*this, config_.event_latency_ps, events, counts_.events) {}

std::vector<std::string> Driver::WaitsFor(const Occupancy& held) const {
  if (&held == &counts_.ranges.parked || &held == &counts_.queues.lock_queue) return {};
  return syncs_.Queues();
}

Picoseconds Driver::Map(Job& job) {
  const std::uint32_t buffers = buffers_.Map(job);
  const Picoseconds cost = buffers * config_.map_latency_ps;
  counts_.mapping.maps.Add(buffers);
  for (std::uint32_t i = 0; i < buffers; ++i) counts_.ranges.mapped.Increment(now());
  counts_.mapping.cpu_time.Add(cost);
  return cost;
}

void Driver::Unmap(Submission& submission) {
  const std::uint32_t index = works_.Take();
  DriverWork& work = works_[index];
  work.submissions.push_back(&submission);
  work.holds_cpu = true;
  buffers_.Unmap(*submission.job, &work.unmapped);
  for (std::size_t i = 0; i < work.unmapped.size(); ++i) counts_.ranges.mapped.Decrement(now());
  unmapping_.Begin(index, work.unmapped.size() * config_.unmap_latency_ps);
}

// The tables have changed already; what is left are the invalidations.
void Driver::ReplayUnmap(MappingRequest& request) {
  const std::uint32_t index = works_.Take();
  DriverWork& work = works_[index];
  work.request = &request;
  work.unmapped.push_back(buffers_.Changed(request.pasid, request.endpoint, request.address, request.size_bytes));
  unmapping_.Begin(index, config_.unmap_latency_ps);
}

void Driver::ReplayInvalidate(MappingRequest& request) {
  const DriverDevice& device = buffers_.DeviceAt(request.endpoint);
  CacheInvalidation step{request.invalidation, device.requester, request.pasid, request.address};
  if (request.pasid.valid()) {
    if (const auto space = spaces_.Find(request.pasid)) step.what.domain = space->domain_id;
  }
  const std::uint32_t index = works_.Take();
  DriverWork& work = works_[index];
  work.request = &request;
  work.posted = true;
  work.AddSync(device.iommu).recipe.push_back(step);
  syncs_.Go(index);
}

}  // namespace siov
