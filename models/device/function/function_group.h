// SPDX-License-Identifier: Apache-2.0
// The functions of one device, and which of them depend on each other.
//
// The dependency links of their S-IOV capabilities make rings (requirement DVS-02): each function names the next, the
// last the first, one by itself its own number. Flag H says that those of a ring are in S-IOV mode together; a mix with
// SR-IOV is undefined and recorded where it came about (DVS-03). Pure.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_GROUP_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_GROUP_H_

#include <deque>
#include <vector>

#include "models/device/function/function_core.h"

namespace siov {

// What no function's configuration can check alone: numbers, rings, flags.
ConfigFaults ValidateFunctions(const std::vector<FunctionConfig>& functions);

class FunctionGroup {
 public:
  // REQUIRES each Validate() and ValidateFunctions() without faults.
  explicit FunctionGroup(const std::vector<FunctionConfig>& functions);

  // Null: the device has no function of that number.
  FunctionCore* Find(std::uint32_t number);
  // As those of the function, and what its new mode means for others. REQUIRE that it is there.
  ConfigOutcome Write(std::uint32_t number, ConfigOffset offset, std::uint32_t value, unsigned bytes = 4);
  ConfigOutcome EnableAdis(std::uint32_t number);

  // That depend on it, itself first, in the order of the links.
  std::vector<std::uint32_t> Dependents(std::uint32_t number);
  std::deque<FunctionCore>& functions() { return functions_; }

 private:
  ConfigOutcome CheckModes(FunctionCore& one, FunctionMode before, const ConfigOutcome& outcome, ConfigOffset offset,
                           std::uint32_t value);

  std::deque<FunctionCore> functions_;  // by number
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_GROUP_H_
