// SPDX-License-Identifier: Apache-2.0
// The PASIDs that a device is told to stop, and those it has stopped for good (requirements PAS-05).
//
// A stop is over when nothing of the PASID is under way in the device any more; who asked for it is told then. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_PASID_STOPS_H_
#define SIOV_MODELS_DEVICE_ATC_PASID_STOPS_H_

#include <algorithm>
#include <cstddef>
#include <unordered_set>
#include <vector>

#include "models/base/ids.h"
#include "models/protocol/pasid_end.h"

namespace siov {

class PasidStops {
 public:
  struct Stop {
    RequesterId requester = 0;
    Pasid pasid;
    bool stop_marker = false;      // in place of the responses that would be waited for
    PasidStop* command = nullptr;  // null: one of the configured events
  };

  // Nothing is or was stopped: every request may go on.
  bool idle() const { return stopping_.empty() && retired_.empty(); }
  bool any_stopping() const { return !stopping_.empty(); }
  void Begin(const Stop& stop) { stopping_.push_back(stop); }
  bool IsStopping(RequesterId requester, Pasid pasid) const {
    return std::any_of(stopping_.begin(), stopping_.end(),
                       [&](const Stop& stop) { return stop.requester == requester && stop.pasid == pasid; });
  }
  // Its process is gone: whatever the device still has to do for it is refused.
  void Retire(Pasid pasid) { retired_.insert(pasid.value()); }
  bool IsRetired(Pasid pasid) const { return !retired_.empty() && retired_.count(pasid.value()) != 0; }

  // Ends the stops of which nothing is under way: ended(stop), which may begin others.
  template <class UnderWay, class Ended>
  void Finish(UnderWay under_way, Ended ended) {
    for (std::size_t i = 0; i < stopping_.size();) {
      const Stop stop = stopping_[i];
      if (under_way(stop)) {
        ++i;
        continue;
      }
      stopping_.erase(stopping_.begin() + static_cast<std::ptrdiff_t>(i));
      ended(stop);
    }
  }

 private:
  std::vector<Stop> stopping_;
  std::unordered_set<std::uint32_t> retired_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PASID_STOPS_H_
