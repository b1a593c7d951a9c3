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

// A receiver counts modulo the width of its counters, and at most half of what they count may be outstanding.
void CheckUnscaled(const std::string& name, std::uint32_t credits, std::uint32_t most, ConfigFaults& faults) {
  if (credits <= most) return;
  faults.push_back({name, std::to_string(credits),
                    "at most " + std::to_string(most) +
                        ": without scaled flow control (generation 4 and later) the counters hold no more"});
}

void CheckCounters(const std::string& name, const LinkCredits& credits, ConfigFaults& faults) {
  constexpr std::uint32_t kMostHeaders = 127;  // of 8 bits
  constexpr std::uint32_t kMostData = 2'047;   // of 12 bits
  CheckUnscaled(name + ".posted_header", credits.posted_header, kMostHeaders, faults);
  CheckUnscaled(name + ".posted_data", credits.posted_data, kMostData, faults);
  CheckUnscaled(name + ".nonposted_header", credits.nonposted_header, kMostHeaders, faults);
  CheckUnscaled(name + ".nonposted_data", credits.nonposted_data, kMostData, faults);
  CheckUnscaled(name + ".completion_header", credits.completion_header, kMostHeaders, faults);
  CheckUnscaled(name + ".completion_data", credits.completion_data, kMostData, faults);
}

void CheckCredits(const std::string& name, const LinkCredits& credits, const LinkConfig& config, ConfigFaults& faults) {
  CheckPool(name + ".posted_data", credits.posted_data, config.max_payload_bytes / kCreditBytes, faults);
  CheckPool(name + ".nonposted_data", credits.nonposted_data, kDeferrableWriteBytes / kCreditBytes, faults);
  CheckPool(name + ".completion_data", credits.completion_data, config.max_payload_bytes / kCreditBytes, faults);
}

}  // namespace

LinkConfig LinkOnDie(const OnDieParameters& parameters) {
  LinkConfig link;
  link.on_die = {parameters.bytes_per_second, parameters.header_bytes};
  link.max_payload_bytes = parameters.max_payload_bytes;
  link.max_read_request_bytes = parameters.max_read_request_bytes;
  link.read_completion_boundary_bytes = parameters.read_completion_boundary_bytes;
  link.propagation_ps = parameters.latency_ps;
  link.credit_return_ps = parameters.credit_return_ps;
  link.upstream = parameters.upstream;
  link.downstream = parameters.downstream;
  return link;
}

ConfigFaults LinkConfig::Validate() const {
  // What is on the die has ranges of its own, checked where it is read.
  ConfigFaults faults = on_die ? ConfigFaults{} : LinkParameters::Validate();
  Require(ack_interval_bytes == 0 || ack_interval_bytes >= 32, "ack_interval_bytes", ack_interval_bytes,
          "0 (the specification's limit) or at least 32", &faults);
  Require(ack_interval_bytes == 0 || generation < 6, "ack_interval_bytes", ack_interval_bytes,
          "0 in flit mode (generation 6), whose flits have room of their own for data-link packets", &faults);
  if (!dllps && generation >= 6) {
    faults.push_back({"dllps", "false",
                      "true in flit mode (generation 6), whose flits have room of their own for data-link packets"});
  }
  if (generation < 4 || !scaled_flow_control) {
    CheckCounters("upstream", upstream, faults);
    CheckCounters("downstream", downstream, faults);
  }
  if (max_payload_bytes != 0) {
    CheckCredits("upstream", upstream, *this, faults);
    CheckCredits("downstream", downstream, *this, faults);
  }
  return faults;
}

}  // namespace siov
