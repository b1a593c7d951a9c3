// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the device's address translation cache.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_

#include <vector>

#include "models/base/config_fault.h"
#include "models/device/atc/atc_event.h"
#include "models/device/atc/atc_parameters.h"
#include "models/device/atc/page_request_config.h"

namespace siov {

struct AtcConfig : AtcParameters {
  std::vector<AtcEvent> events;
  PageRequestConfig pri;
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_CONFIG_H_
