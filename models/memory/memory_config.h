// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of host memory as devices see it: last-level cache and DRAM channels.
#ifndef SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_
#define SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_

#include "models/base/config_fault.h"
#include "models/memory/memory_parameters.h"

namespace siov {

struct MemoryConfig : MemoryParameters {
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_
