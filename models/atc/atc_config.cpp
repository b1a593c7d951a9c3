// SPDX-License-Identifier: Apache-2.0
#include "models/atc/atc_config.h"

#include <string>

namespace siov {

ConfigFaults AtcConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  constexpr std::uint32_t kGroupIndices = 512;  // 9 bits; every page request is a group of its own
  if (page_requests && (page_request_allocation == 0 || page_request_allocation > kGroupIndices)) {
    faults.push_back({"page_request_allocation", std::to_string(page_request_allocation),
                      "1 to 512 (every page request is a group of its own, and a group index has 9 bits)"});
  }
  return faults;
}

}  // namespace siov
