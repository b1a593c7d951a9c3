// SPDX-License-Identifier: Apache-2.0
// What a function of a device is: its identity, base address registers and capabilities, as hardware is built. What
// software makes of it is state (function_core.h).
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/config_fault.h"
#include "models/device/function/function_parameters.h"

namespace siov {

// PCI Express capability: what others have to know of the way to the function.
struct ExpressCapability {
  bool integrated = false;  // root complex integrated endpoint: no link of its own
  std::uint32_t max_payload_bytes = 512;
  std::uint32_t generation = 5;
  std::uint32_t lanes = 16;
  std::uint32_t tags = 768;  // that its requests have at once: how wide they are
};

struct AtsCapability {
  std::uint32_t queue_depth = 32;
  bool page_aligned = true;
  bool global_invalidate = false;
};

struct PriCapability {
  std::uint32_t capacity = 0;
  bool response_pasid_required = true;
};

struct PasidCapability {
  std::uint32_t width = 20;
  bool execute = false;
  bool privileged = false;
};

struct SriovCapability : SriovParameters {
  std::vector<BarConfig> vf_bars;  // of one VF
};

struct SiovCapability : SiovParameters {
  bool message_store = true;
};

// What a function has: an absent one takes no place in its list.
struct FunctionCapabilities {
  ExpressCapability express;
  std::optional<MsixCapability> msix;
  std::optional<AtsCapability> ats;
  std::optional<PriCapability> pri;
  std::optional<PasidCapability> pasid;
  std::optional<AcsCapability> acs;
  std::optional<SriovCapability> sriov;
  std::optional<SiovCapability> siov;
};

struct FunctionConfig : FunctionParameters, FunctionCapabilities {
  bool multi_function = false;  // the device has others
  bool strict = false;          // what is undefined is an error
  std::vector<BarConfig> bars;

  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_
