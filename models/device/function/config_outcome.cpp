// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/config_outcome.h"

namespace siov {

const char* Describe(Undefined what) {
  switch (what) {
    case Undefined::kNone:
      break;
    case Undefined::kPageSizeAfterMemorySpace:
      return "System Page Size written while Memory Space Enable is set; it keeps its value";
    case Undefined::kPageSizeNone:
      return "System Page Size written without any bit; it keeps its value";
    case Undefined::kPageSizeSeveral:
      return "System Page Size written with several bits; it keeps its value";
    case Undefined::kPageSizeUnsupported:
      return "System Page Size written with a size that is not supported; it keeps its value";
    case Undefined::kMixedModes:
      return "functions that must be in S-IOV mode together are in different modes; each keeps its own";
    case Undefined::kPasidWhileAts:
      return "PASID control changed while ATS is enabled; it keeps its value and the function halts until it is reset";
    case Undefined::kPasidOffWhileAdis:
      return "PASID disabled while ADIs are enabled; it stays enabled";
    case Undefined::kPageRequestsWithoutAts:
      return "page requests enabled while ATS is disabled; none are sent until it is enabled";
    case Undefined::kAtsOffWhilePageRequests:
      return "ATS disabled while page requests are enabled; none are sent until it is enabled again";
    case Undefined::kUnitWhileAts:
      return "smallest translation unit changed while ATS is enabled; it keeps its value";
    case Undefined::kVfsWhileEnabled:
      return "NumVFs or the page size of VFs changed while VFs are enabled; it keeps its value";
    case Undefined::kTooManyVfs:
      return "NumVFs above TotalVFs; it keeps its value";
  }
  return "";
}

const char* Describe(Refusal why) {
  switch (why) {
    case Refusal::kNone:
      break;
    case Refusal::kNoCapability:
      return "the function has not the capability";
    case Refusal::kPasidDisabled:
      return "the PASID capability is not enabled";
    case Refusal::kOtherMode:
      return "SR-IOV and S-IOV exclude each other on one function";
    case Refusal::kHalted:
      return "the function has halted until it is reset";
  }
  return "";
}

}  // namespace siov
