// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host_config.h"

#include <string>

namespace siov {
namespace {

constexpr Picoseconds kLongestPause = 1000 * kPsPerSecond;  // doubling it stays far from overflow

}  // namespace

ConfigFaults HostConfig::Validate() const {
  ConfigFaults found = HostParameters::Validate();
  const auto check_time = [&found](bool good, const char* field, Picoseconds value, const char* allowed) {
    if (!good) found.push_back({field, std::to_string(value) + " ps", allowed});
  };
  check_time(retry_backoff_ps <= retry_backoff_max_ps, "retry_backoff", retry_backoff_ps, "at most retry_backoff_max");
  check_time(retry_backoff_max_ps <= kLongestPause, "retry_backoff_max", retry_backoff_max_ps, "at most 1000 s");
  for (const ConfigFault& fault : faults.Validate()) found.push_back(fault);
  AppendFaults("driver", driver.Validate(), &found);
  return found;
}

}  // namespace siov
