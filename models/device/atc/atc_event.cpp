// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/atc_event.h"

#include <algorithm>
#include <numeric>

namespace siov {

const char* NameOf(AtcEvent::Kind kind) {
  switch (kind) {
    case AtcEvent::Kind::kAtsDisable:
      return "ATS_DISABLE";
    case AtcEvent::Kind::kAtsEnable:
      return "ATS_ENABLE";
    case AtcEvent::Kind::kPasidDisable:
      return "PASID_DISABLE";
    case AtcEvent::Kind::kPasidEnable:
      return "PASID_ENABLE";
    case AtcEvent::Kind::kFunctionReset:
      return "FUNCTION_RESET";
    case AtcEvent::Kind::kPasidStop:
      return "PASID_STOP";
    case AtcEvent::Kind::kPasidStopResponses:
      return "PASID_STOP_RESPONSES";
  }
  return "";
}

bool Apply(AtcEvent::Kind kind, AtsControl* control) {
  const AtsControl::State state = control->state();
  const bool pasid_enabled = control->pasid_enabled();
  switch (kind) {
    case AtcEvent::Kind::kAtsDisable:
      control->DisableAts();
      break;
    case AtcEvent::Kind::kAtsEnable:
      control->EnableAts();
      break;
    case AtcEvent::Kind::kPasidDisable:
    case AtcEvent::Kind::kPasidEnable:
      control->SetPasid(kind == AtcEvent::Kind::kPasidEnable);
      break;
    case AtcEvent::Kind::kFunctionReset:
      control->Reset();
      break;
    case AtcEvent::Kind::kPasidStop:
    case AtcEvent::Kind::kPasidStopResponses:
      break;
  }
  return control->state() != state || control->pasid_enabled() != pasid_enabled;
}

std::vector<std::size_t> InOrder(const std::vector<AtcEvent>& events) {
  std::vector<std::size_t> order(events.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&events](std::size_t a, std::size_t b) { return events[a].at_ps < events[b].at_ps; });
  return order;
}

}  // namespace siov
