// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the submitting CPUs, the completion path and the page-fault service.
#ifndef SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_
#define SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/random.h"
#include "models/base/units.h"
#include "models/host/driver/driver_config.h"
#include "models/host/fault_service/fault_service_config.h"

namespace siov {

struct HostConfig {
  std::uint32_t cpus = 0;                // submitting CPUs shared by all tenants; 0 = one per tenant (never waited for)
  Picoseconds enqcmd_latency_ps = 0;     // issue cost of ENQCMD, before the DMWr leaves
  Picoseconds movdir64b_latency_ps = 0;  // issue cost of MOVDIR64B
  Picoseconds retry_backoff_ps = 0;      // first pause after a Retry; doubles up to the maximum
  Picoseconds retry_backoff_max_ps = 0;
  std::uint32_t retry_limit = 0;         // Retry answers before the submitter gives up; 0 = never
  double retry_jitter = 0.0;             // +- fraction of the pause, uniformly drawn; 0..1
  Picoseconds poll_latency_ps = 0;       // completion record visible to tenant sees it
  Picoseconds interrupt_handler_ps = 0;  // notification at the CPU to tenant sees it
  std::uint32_t vcpus = 1;               // targets of posted interrupts; tenant t runs on vCPU t % vcpus
  double halted_fraction = 0.0;          // of notifications that find the vCPU halted: wake-up first
  Picoseconds wakeup_latency_ps = 0;
  FaultServiceConfig faults;
  Picoseconds event_service_ps = 0;  // reading and clearing one fault record of an IOMMU
  // From submission until the driver gives up a job whose completion record is lost and whose fault is not recorded.
  Picoseconds job_timeout_ps = 100 * kPsPerMs;
  DriverConfig driver;  // mapping work
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_
