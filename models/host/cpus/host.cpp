// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host.h"

namespace siov {

Host::Host(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const HostConfig& config, const HostPeers& peers, AddressSpaces& address_spaces)
    : PartedBlock(name, simulation, path),
      config_(config),
      deadlines_(config.job_timeout_ps),
      driver_("driver", simulation, path + ".driver", config.driver, peers.iommus, peers.iommus, peers.devices,
              address_spaces, *this),
      submission_(*this, statistics_, config_, peers.ports, peers.endpoints, peers.streaming, peers.guests,
                  {driver_, *this, deadlines_, ends_}),
      completion_(*this, statistics_, config_, peers.memories, peers.interrupt_remappers, submission_, ends_),
      mappings_(*this, statistics_, address_spaces, driver_),
      ends_(statistics_),
      lost_ends_(*this, config_, peers.iommu_events, {submission_, completion_, deadlines_, ends_}) {}

std::vector<std::string> Host::WaitsFor(const Occupancy& held) const {
  if (submission_.HeldByDevices(held)) return PassesOnTo();
  return {};
}

}  // namespace siov
