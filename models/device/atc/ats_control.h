// SPDX-License-Identifier: Apache-2.0
// The enable bits of a function's ATS and PASID capabilities and what they allow (requirements PAS-03, ATS-07, ATS-20).
//
// PASID is enabled before ATS and disabled after it; a change of the PASID control while ATS is on is undefined, and
// the device halts until it is reset. An Unsupported Request as the answer to a translation request means that the
// function may not use ATS: it stays so until software disables and enables ATS. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_ATS_CONTROL_H_
#define SIOV_MODELS_DEVICE_ATC_ATS_CONTROL_H_

#include <cstdint>

#include "models/base/ids.h"

namespace siov {

class AtsControl {
 public:
  enum class State : std::uint8_t {
    kOn,       // requests are translated
    kOff,      // requests leave untranslated
    kRefused,  // on, but answered Unsupported Request: requests fail
    kHalted,   // software did what it must not: requests fail
  };

  State state() const { return state_; }
  bool on() const { return state_ == State::kOn; }
  bool pasid_enabled() const { return pasid_enabled_; }

  // Sets the enable bit. True: 0 -> 1, whatever is cached is lost.
  bool EnableAts() {
    if (state_ != State::kOff) return false;
    state_ = State::kOn;
    return true;
  }
  // True: 1 -> 0.
  bool DisableAts() {
    if (state_ == State::kOff || state_ == State::kHalted) return false;
    state_ = State::kOff;
    return true;
  }
  // False: undefined while ATS is on; the device halts.
  bool SetPasid(bool enabled) {
    if (enabled == pasid_enabled_) return true;
    if (state_ != State::kOff) {
      state_ = State::kHalted;
      return false;
    }
    pasid_enabled_ = enabled;
    return true;
  }
  void Refuse() {
    if (state_ == State::kOn) state_ = State::kRefused;
  }
  // Function level reset, or a reset of all that uses the function.
  void Reset() {
    state_ = State::kOff;
    pasid_enabled_ = false;
  }

 private:
  State state_ = State::kOn;  // as software has left it before the simulation starts
  bool pasid_enabled_ = true;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATS_CONTROL_H_
