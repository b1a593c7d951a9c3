// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/atc_config.h"

#include <string>

namespace siov {
namespace {

// "at that time ATS is on and PASID enabled"
std::string StateText(const AtsControl& control) {
  return std::string("at that time ATS is ") + (control.state() == AtsControl::State::kOff ? "off" : "on") +
         " and PASID " + (control.pasid_enabled() ? "enabled" : "disabled");
}

// Events that change nothing are refused: whoever wrote them expects something of them. Bits are as the device has them
// (ats_control.h) but for a refusal of ATS by the IOMMU, after which ATS is on as before and its requests fail.
void CheckEvents(const std::vector<AtcEvent>& events, ConfigFaults* faults) {
  AtsControl control;
  bool reset = false;  // and nothing enabled since
  for (const std::size_t i : InOrder(events)) {
    const AtcEvent& event = events[i];
    const std::string path = "events[" + std::to_string(i) + "]";
    if (event.stops_pasid() != event.pasid.valid()) {
      faults->push_back({path + (event.stops_pasid() ? ".kind" : ".pasid"),
                         event.stops_pasid() ? NameOf(event.kind) : std::to_string(event.pasid.value()),
                         event.stops_pasid() ? "with the pasid that is stopped" : "for PASID stops only"});
    }
    if (event.stops_pasid()) continue;
    const bool halted = control.state() == AtsControl::State::kHalted;
    const std::string state = StateText(control);
    const bool ends_what_waits = event.kind == AtcEvent::Kind::kFunctionReset && !reset;
    const bool changes = Apply(event.kind, &control) || ends_what_waits;
    reset = event.kind == AtcEvent::Kind::kFunctionReset || (reset && !changes);
    if (changes) continue;
    faults->push_back({path + ".kind", NameOf(event.kind),
                       halted ? "FUNCTION_RESET: the device has halted, and nothing else changes it"
                              : "a kind that changes something: " + state + " already"});
  }
}

}  // namespace

ConfigFaults AtcConfig::Validate() const {
  ConfigFaults faults = geometry.Validate("");
  for (const ConfigFault& fault : AtcParameters::Validate()) faults.push_back(fault);
  for (const ConfigFault& fault : pri.Validate()) faults.push_back(fault);
  if (prefetch.on() && geometry.entries == 0) {
    faults.push_back({"entries", "0", "at least 1, for prefetches to be held"});
  }
  for (const ConfigFault& fault : prefetch.Validate()) {
    faults.push_back({"prefetch_" + fault.field, fault.value, fault.allowed});
  }
  CheckEvents(events, &faults);
  return faults;
}

}  // namespace siov
