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

// A fault unless it holds. The checks of ranges that are generated from the schema are made of these.
template <class Number>
void Require(bool holds, const char* field, Number value, const char* allowed, ConfigFaults* faults) {
  if (!holds) faults->push_back({field, std::to_string(value), allowed});
}

// Appends the faults of a part, with its name before theirs.
inline void AppendFaults(const std::string& part, const ConfigFaults& found, ConfigFaults* faults) {
  for (const ConfigFault& fault : found) faults->push_back({part + "." + fault.field, fault.value, fault.allowed});
}

}  // namespace siov

#endif  // SIOV_MODELS_BASE_CONFIG_FAULT_H_
