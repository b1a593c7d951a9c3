// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the driver's mapping work.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_

#include <cstdint>

#include "models/host/driver/driver_parameters.h"

namespace siov {

struct DriverConfig : DriverParameters {
  std::uint32_t flush_queues = 1;    // deferred: CPUs that have a ring of each domain's flush queue
  std::uint8_t max_page_shift = 30;  // largest range one descriptor can name; beyond it the whole domain goes
  std::uint8_t descriptor_bytes = 32;
  std::uint32_t memory_home = 0;  // which of the host's memories holds the words that waits write
  bool riscv() const { return descriptor_bytes == 16; }
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_CONFIG_H_
