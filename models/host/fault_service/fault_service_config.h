// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the operating system's page-fault service.
#ifndef SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CONFIG_H_
#define SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/base/units.h"

namespace siov {

struct FaultServiceConfig {
  std::uint32_t handlers = 1;       // threads that serve page request groups, shared by all IOMMUs
  Picoseconds wakeup_ps = 0;        // page request event until the thread that reads the ring runs
  std::uint32_t batch_entries = 0;  // of the ring read before its head is moved; 0: all there are
  Picoseconds entry_ps = 0;         // reading one entry of the ring
  Distribution minor_service;       // a page that only has to be mapped
  Distribution major_service;       // a page that has to be read back first
  double major_fraction = 0.0;      // of pages never swapped out that are major all the same (files)
  // First-stage faults of a nested address space are the guest's.
  Picoseconds guest_inject_ps = 0;      // the host's thread hands a group over: exit, virtual event
  Distribution guest_service;           // the guest's handler, for a page
  Picoseconds guest_respond_ps = 0;     // the guest's answer until the host has written the response descriptor
  double swap_out_per_second = 0.0;     // pages that came by a fault and are taken away again, one at a time
  bool processes_exit = false;          // pages that came by a fault are remembered and freed with their process
  Picoseconds pin_page_ps = 0;          // CPU time to pin one page before the first job
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
