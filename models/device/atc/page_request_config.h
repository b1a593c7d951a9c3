// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of a device's page request interface.
#ifndef SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_
#define SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_

#include <cstdint>

#include "models/device/atc/page_request_parameters.h"

namespace siov {

struct PageRequestConfig : PageRequestParameters {
  std::uint32_t credits() const { return allocation < capacity ? allocation : capacity; }
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_
