// SPDX-License-Identifier: Apache-2.0
// The functions of a platform, asked directly: what accesses to registers would come to, by the routing of bridges and
// the answers of functions that a run has, without time.
#ifndef SIOV_PLATFORMS_RESOLVE_REGISTER_TRIAL_H_
#define SIOV_PLATFORMS_RESOLVE_REGISTER_TRIAL_H_

#include <memory>
#include <optional>
#include <vector>

#include "models/device/function/function_registers.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class RegisterTrial {
 public:
  // REQUIRES a platform without faults, which outlives this.
  explicit RegisterTrial(const ResolvedPlatform& platform);

  struct Result {
    std::optional<std::size_t> endpoint;  // nothing: no bridge passes it on to a device
    RegisterAnswer answer;
  };
  Result Try(const RegisterAccess& access);
  FunctionRegisters& Of(std::size_t endpoint) { return *devices_[endpoint]; }

 private:
  bool Reaches(std::size_t endpoint, const RegisterAccess& access) const;

  const ResolvedPlatform& platform_;
  std::vector<std::unique_ptr<FunctionRegisters>> devices_;  // by endpoint
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_REGISTER_TRIAL_H_
