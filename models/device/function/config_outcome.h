// SPDX-License-Identifier: Apache-2.0
// What came of a write to configuration space, or of a request to a function's driver interface.
//
// Undefined is what a specification calls so (requirement GEN-02): the function records it, does the default that
// Describe() names and goes on; a strict one reports an error instead.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_CONFIG_OUTCOME_H_
#define SIOV_MODELS_DEVICE_FUNCTION_CONFIG_OUTCOME_H_

#include <cstdint>

#include "models/device/function/config_words.h"

namespace siov {

enum class Undefined : std::uint8_t {
  kNone,
  kPageSizeAfterMemorySpace,  // S2 7.8
  kPageSizeNone,
  kPageSizeSeveral,
  kPageSizeUnsupported,
  kMixedModes,              // S2 7.8, flag H
  kPasidWhileAts,           // PAS-03
  kPasidOffWhileAdis,       // SIOV-04 backwards
  kPageRequestsWithoutAts,  // PAS-03
  kAtsOffWhilePageRequests,
  kUnitWhileAts,
  kVfsWhileEnabled,  // SRV-01: NumVFs or page size
  kTooManyVfs,
};
// What was done, and what the function made of it.
const char* Describe(Undefined what);

enum class Refusal : std::uint8_t {
  kNone,
  kNoCapability,
  kPasidDisabled,  // SIOV-04
  kOtherMode,      // SIOV-25: SR-IOV and S-IOV exclude each other
  kHalted,
};
const char* Describe(Refusal why);

struct ConfigOutcome {
  enum class Status : std::uint8_t { kTaken, kRefused, kUndefined, kError };
  Status status = Status::kTaken;
  Undefined undefined = Undefined::kNone;
  Refusal refusal = Refusal::kNone;
  bool reset = false;  // the write has reset the function
};

struct UndefinedEvent {
  Undefined what = Undefined::kNone;
  ConfigOffset offset = 0;  // of the register; 0: no register was written
  std::uint32_t value = 0;  // that was written
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_CONFIG_OUTCOME_H_
