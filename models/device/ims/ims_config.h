// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the interrupt message store.
#ifndef SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_
#define SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/device/ims/ims_parameters.h"
#include "models/device/ims/interrupt_message.h"

namespace siov {

// An entry as the host driver has programmed it. Only work of `owner` may ask for it.
struct ImsEntry {
  InterruptMessage message;
  Pasid owner;
};

struct ImsConfig : ImsParameters {
  std::uint64_t table_address = 0;    // of the store in host memory
  std::vector<MessageMask> masks;     // during the run
  std::vector<ImsEntry> programmed;   // by handle, at most `entries`; those beyond are free and name no message
  InterruptMessage function_message;  // the function's own (its MSI-X vector 0), by which it reports errors
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_IMS_CONFIG_H_
