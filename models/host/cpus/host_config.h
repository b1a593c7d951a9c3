// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the submitting CPUs, the completion path and the page-fault service.
#ifndef SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_
#define SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_

#include "models/base/config_fault.h"
#include "models/host/cpus/host_parameters.h"
#include "models/host/driver/driver_config.h"
#include "models/host/fault_service/fault_service_config.h"

namespace siov {

struct HostConfig : HostParameters {
  FaultServiceConfig faults;
  DriverConfig driver;                // mapping work
  bool coalesced_interrupts = false;  // devices mask messages: an interrupt may tell of several jobs
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_HOST_CONFIG_H_
