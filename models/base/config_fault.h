// SPDX-License-Identifier: Apache-2.0
// One thing that is wrong with a configuration. Every block's Config::Validate() returns all of them at once; the
// resolver adds the dotted path and the place in the file.
#ifndef SIOV_MODELS_BASE_CONFIG_FAULT_H_
#define SIOV_MODELS_BASE_CONFIG_FAULT_H_

#include <string>
#include <vector>

namespace siov {

struct ConfigFault {
  std::string field;    // relative to the block, as the schema spells it: "entries", "psc.l2.ways"
  std::string value;    // as the user wrote it
  std::string allowed;  // one phrase: "a multiple of ways (8)"
};

using ConfigFaults = std::vector<ConfigFault>;

}  // namespace siov

#endif  // SIOV_MODELS_BASE_CONFIG_FAULT_H_
