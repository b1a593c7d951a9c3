// SPDX-License-Identifier: Apache-2.0
// What software or the platform does to a function at a given time, and what that makes of its control bits. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_EVENT_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_EVENT_H_

#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/device/atc/ats_control.h"

namespace siov {

struct AtcEvent {
  enum class Kind : std::uint8_t {
    kAtsDisable,
    kAtsEnable,
    kPasidDisable,
    kPasidEnable,
    kFunctionReset,       // function level reset: ATS and PASID are off afterwards
    kPasidStop,           // the driver's stop request for `pasid`, with a Stop Marker
    kPasidStopResponses,  // the same, waiting for page responses
  };
  Picoseconds at_ps = 0;
  Kind kind = Kind::kAtsDisable;
  Pasid pasid;

  bool stops_pasid() const { return kind == Kind::kPasidStop || kind == Kind::kPasidStopResponses; }
};

const char* NameOf(AtcEvent::Kind kind);  // as the schema spells it: "ATS_DISABLE"

// False: the control bits are as they were before. A stop of a PASID is none of theirs.
bool Apply(AtcEvent::Kind kind, AtsControl* control);

// Places of `events` in the order in which they happen: by time, and as written at the same time.
std::vector<std::size_t> InOrder(const std::vector<AtcEvent>& events);

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_EVENT_H_
