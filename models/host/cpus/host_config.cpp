// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host_config.h"

#include <string>

namespace siov {
namespace {

constexpr std::uint32_t kMaxServers = 1u << 20;
constexpr Picoseconds kLongestPause = 1000 * kPsPerSecond;  // doubling it stays far from overflow

bool IsFraction(double value) { return value >= 0.0 && value <= 1.0; }

}  // namespace

ConfigFaults HostConfig::Validate() const {
  ConfigFaults found;
  const auto check = [&found](bool good, const char* field, const std::string& value, const char* allowed) {
    if (!good) found.push_back({field, value, allowed});
  };
  check(cpus <= kMaxServers, "cpus", std::to_string(cpus), "0 (one for each tenant) to 1048576");
  check(retry_backoff_ps <= retry_backoff_max_ps, "retry_backoff", std::to_string(retry_backoff_ps) + " ps",
        "at most retry_backoff_max");
  check(retry_backoff_max_ps <= kLongestPause, "retry_backoff_max", std::to_string(retry_backoff_max_ps) + " ps",
        "at most 1000 s");
  check(retry_limit <= 65'535, "retry_limit", std::to_string(retry_limit), "0 (never give up) to 65535");
  check(IsFraction(retry_jitter), "retry_jitter", std::to_string(retry_jitter), "0 to 1");
  check(vcpus >= 1 && vcpus <= kMaxServers, "vcpus", std::to_string(vcpus), "1 to 1048576");
  check(IsFraction(halted_fraction), "halted_fraction", std::to_string(halted_fraction), "0 to 1");
  for (const ConfigFault& fault : faults.Validate()) found.push_back(fault);
  for (const ConfigFault& fault : driver.Validate()) {
    found.push_back({"driver." + fault.field, fault.value, fault.allowed});
  }
  return found;
}

}  // namespace siov
