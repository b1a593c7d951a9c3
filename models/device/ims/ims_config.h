// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the interrupt message store.
#ifndef SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_
#define SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/device/ims/ims_parameters.h"

namespace siov {

struct ImsConfig : ImsParameters {
  std::uint64_t table_address = 0;  // of the store in host memory
  // Entry i holds the message of index first_remapping_index + i of the interrupt remapping table, so that the devices
  // behind one IOMMU can be given ranges of their own.
  std::uint32_t first_remapping_index = 0;
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_
