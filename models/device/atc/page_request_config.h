// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of a device's page request interface.
#ifndef SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_
#define SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/units.h"

namespace siov {

struct PageRequestConfig {
  bool enabled = true;
  std::uint32_t capacity = 65536;  // Outstanding Page Request Capacity: what the function can track
  std::uint32_t allocation = 32;   // Outstanding Page Request Allocation software wishes for: credits, at most capacity
  std::uint32_t group_pages = 1;   // most page requests of one group
  Picoseconds group_window_ps = 0;      // how long a group waits for further pages of its PASID
  std::uint32_t retry_limit = 8;        // translation requests after successful page responses before giving up
  bool response_pasid_required = true;  // PRG Response PASID Required (status bit 15)
  std::uint32_t credits() const { return allocation < capacity ? allocation : capacity; }
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_CONFIG_H_
