// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/root_port_config.h"

#include <string>

namespace siov {

ConfigFaults RootPortConfig::Validate() const {
  ConfigFaults faults;
  constexpr std::uint32_t kMaxReads = 1u << 20;
  if (outstanding_reads > kMaxReads) {
    faults.push_back({"outstanding_reads", std::to_string(outstanding_reads), "0 (unlimited) to 1048576"});
  }
  return faults;
}

}  // namespace siov
