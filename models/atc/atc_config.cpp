// SPDX-License-Identifier: Apache-2.0
#include "models/atc/atc_config.h"

#include <string>

namespace siov {

ConfigFaults AtcConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  for (const ConfigFault& fault : pri.Validate()) faults.push_back(fault);
  constexpr std::uint32_t kMostTranslations = 16;  // 8 bytes each, within a read completion boundary of 128 bytes
  if (translations_per_request == 0 || translations_per_request > kMostTranslations) {
    faults.push_back({"translations_per_request", std::to_string(translations_per_request), "1 to 16"});
  }
  if (prefetch.on() && geometry.entries == 0) {
    faults.push_back({"entries", "0", "at least 1, for prefetches to be held"});
  }
  for (const ConfigFault& fault : prefetch.Validate()) {
    faults.push_back({"prefetch_" + fault.field, fault.value, fault.allowed});
  }
  for (const AtcEvent& event : events) {
    const bool stop = event.kind == AtcEvent::Kind::kPasidStop || event.kind == AtcEvent::Kind::kPasidStopResponses;
    if (stop != event.pasid.valid()) {
      faults.push_back(
          {"events", stop ? "a PASID stop without pasid" : "a pasid", "pasid for PASID stops, and only for them"});
    }
  }
  if (smallest_translation_unit > 31) {
    faults.push_back({"smallest_translation_unit", std::to_string(smallest_translation_unit), "0 to 31 (5 bits)"});
  }
  if (invalidate_queue_depth == 0 || invalidate_queue_depth > 32) {
    faults.push_back({"invalidate_queue_depth", std::to_string(invalidate_queue_depth), "1 to 32 (a field of 5 bits)"});
  }
  return faults;
}

}  // namespace siov
