// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/page_request_config.h"

#include <string>

namespace siov {

ConfigFaults PageRequestConfig::Validate() const {
  ConfigFaults faults;
  if (!enabled) return faults;
  if (allocation == 0) faults.push_back({"page_request_allocation", "0", "at least 1"});
  if (capacity == 0) faults.push_back({"page_request_capacity", "0", "at least 1"});
  if (group_pages == 0) faults.push_back({"page_group_pages", "0", "at least 1"});
  return faults;
}

}  // namespace siov
