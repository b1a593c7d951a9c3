// SPDX-License-Identifier: Apache-2.0
// Whether a function takes jobs, as configured events have left it, and from when on it never does again. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_FUNCTION_STOPS_H_
#define SIOV_MODELS_DEVICE_ATC_FUNCTION_STOPS_H_

#include <vector>

#include "models/device/atc/atc_event.h"

namespace siov {

// A function that is reset has its portals closed until software enables its PASIDs again, one that has halted until it
// is reset.
inline bool RefusesJobs(const AtsControl& control) {
  return !control.pasid_enabled() || control.state() == AtsControl::State::kHalted;
}

// From when on the function takes no job any more, as far as events up to `end` say; kNever: it does to the end.
inline Picoseconds RefusesJobsFrom(const std::vector<AtcEvent>& events, Picoseconds end = kNever) {
  AtsControl control;
  Picoseconds from = kNever;
  for (const std::size_t i : InOrder(events)) {
    if (events[i].at_ps > end) break;
    Apply(events[i].kind, &control);
    if (!RefusesJobs(control)) {
      from = kNever;
    } else if (from == kNever) {
      from = events[i].at_ps;
    }
  }
  return from;
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_FUNCTION_STOPS_H_
