// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims_config.h"

#include <string>

namespace siov {
namespace {

bool Overlap(const MessageMask& a, const MessageMask& b) {
  const bool entries = a.first_message < std::uint64_t{b.first_message} + b.messages &&
                       b.first_message < std::uint64_t{a.first_message} + a.messages;
  return entries && a.at_ps <= b.at_ps + b.for_ps && b.at_ps <= a.at_ps + a.for_ps;
}

void ValidateMasks(const ImsConfig& config, ConfigFaults* faults) {
  for (std::size_t i = 0; i < config.masks.size(); ++i) {
    const MessageMask& mask = config.masks[i];
    const std::string at = "masks[" + std::to_string(i) + "].";
    for (const ConfigFault& fault : mask.Validate()) faults->push_back({at + fault.field, fault.value, fault.allowed});
    Require(std::uint64_t{mask.first_message} + mask.messages <= config.entries, (at + "messages").c_str(),
            mask.messages, "such that the last message is below entries", faults);
    for (std::size_t j = 0; j < i; ++j) {
      if (!Overlap(mask, config.masks[j])) continue;
      faults->push_back({at + "first_message", std::to_string(mask.first_message),
                         "of entries that are not masked by masks[" + std::to_string(j) + "] meanwhile"});
    }
  }
}

}  // namespace

ConfigFaults ImsConfig::Validate() const {
  ConfigFaults faults = ImsParameters::Validate();
  ValidateMasks(*this, &faults);
  Require(programmed.size() <= entries, "programmed", programmed.size(), "at most entries", &faults);
  if (placement == ImsPlacement::kHostMemory) {
    Require(entry_bytes == 0 || table_address % entry_bytes == 0, "table_address", table_address,
            "a multiple of entry_bytes", &faults);
  } else {
    Require(cache.entries == 0, "cache.entries", cache.entries, "0: a store on the device has no cache", &faults);
  }
  return faults;
}

}  // namespace siov
