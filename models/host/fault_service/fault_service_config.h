// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the operating system's page-fault service.
#ifndef SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CONFIG_H_
#define SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/host/fault_service/fault_service_parameters.h"

namespace siov {

// First-stage faults of a nested address space are the guest's.
struct FaultServiceConfig : FaultServiceParameters {
  bool processes_exit = false;          // pages that came by a fault are remembered and freed with their process
  std::uint32_t descriptor_bytes = 32;  // of the invalidation queue
  std::vector<RequesterId> devices;     // whose requests are known; empty: all
  ConfigFaults Validate() const;
};

// What tenants hold before the first job.
struct MemoryAtStart {
  std::uint64_t resident_bytes = 0;  // of the buffers that jobs use
  std::uint64_t pinned_bytes = 0;
  std::uint64_t pinned_pages = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CONFIG_H_
