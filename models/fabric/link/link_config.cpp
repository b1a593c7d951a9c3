// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/link_config.h"

#include <string>

namespace siov {
namespace {

constexpr std::uint32_t kDeferrableWriteBytes = 64;

// A pool that cannot hold its largest packet would stop the link for ever.
void CheckPool(const std::string& name, std::uint32_t credits, std::uint32_t largest, ConfigFaults& faults) {
  if (credits == 0 || credits >= largest) return;
  faults.push_back({name, std::to_string(credits),
                    "0 (infinite) or at least " + std::to_string(largest) + ", the largest packet of its class"});
}

void CheckCredits(const std::string& name, const LinkCredits& credits, const LinkConfig& config, ConfigFaults& faults) {
  const std::uint32_t completions = 1 + config.max_read_request_bytes / config.max_payload_bytes;
  CheckPool(name + ".posted_data", credits.posted_data, config.max_payload_bytes / kCreditBytes, faults);
  CheckPool(name + ".nonposted_data", credits.nonposted_data, kDeferrableWriteBytes / kCreditBytes, faults);
  CheckPool(name + ".completion_header", credits.completion_header, completions, faults);
  CheckPool(name + ".completion_data", credits.completion_data,
            config.max_read_request_bytes / kCreditBytes + completions, faults);
}

}  // namespace

ConfigFaults LinkConfig::Validate() const {
  ConfigFaults faults = LinkParameters::Validate();
  Require(ack_interval_bytes == 0 || ack_interval_bytes >= 32, "ack_interval_bytes", ack_interval_bytes,
          "0 (the specification's limit) or at least 32", &faults);
  Require(ack_interval_bytes == 0 || generation < 6, "ack_interval_bytes", ack_interval_bytes,
          "0 in flit mode (generation 6), whose flits have room of their own for data-link packets", &faults);
  if (max_payload_bytes != 0) {
    CheckCredits("upstream", upstream, *this, faults);
    CheckCredits("downstream", downstream, *this, faults);
  }
  return faults;
}

}  // namespace siov
