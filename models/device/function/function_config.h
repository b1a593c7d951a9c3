// SPDX-License-Identifier: Apache-2.0
// What a function of a device is: its identity, base address registers and capabilities, as hardware is built. What
// software makes of it is state (function_core.h).
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/config_fault.h"

namespace siov {

// Memory behind a base address register.
struct BarConfig {
  std::uint32_t index = 0;  // 0..5; a 64-bit one takes the next as well
  std::uint64_t size_bytes = 0;
  bool wide = true;  // 64 bits
  bool prefetchable = true;
};

// PCI Express capability: what others have to know of the way to the function.
struct ExpressCapability {
  bool integrated = false;  // root complex integrated endpoint: no link of its own
  std::uint32_t max_payload_bytes = 512;
  std::uint32_t generation = 5;
  std::uint32_t lanes = 16;
  bool ten_bit_tags = true;
};

struct MsixCapability {
  std::uint32_t vectors = 1;
  std::uint32_t table_bar = 0;
  std::uint32_t table_offset = 0;
  std::uint32_t pending_bar = 0;
  std::uint32_t pending_offset = 0;
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

struct AcsCapability {
  bool request_redirect = false;
  bool completion_redirect = false;
  bool direct_translated = false;
};

struct SriovCapability {
  std::uint32_t total_vfs = 0;
  std::uint32_t first_offset = 1;
  std::uint32_t stride = 1;
  std::uint32_t vf_device_id = 0;
  std::uint32_t supported_page_sizes = 1;  // bit n: 2^(n+12) bytes
  std::vector<BarConfig> vf_bars;          // of one VF
};

struct SiovCapability {
  std::uint32_t supported_page_sizes = 1;  // bit n: 2^(n+12) bytes
  bool message_store = true;
  bool homogeneous = false;           // functions that depend on each other are in S-IOV mode together
  std::uint32_t dependency_link = 0;  // the next function of those that depend on each other; alone: itself
};

struct FunctionConfig {
  std::uint32_t number = 0;
  std::uint32_t vendor_id = 0x8086;
  std::uint32_t device_id = 0;
  std::uint32_t class_code = 0x088000;  // system peripheral, other
  std::uint32_t revision_id = 0;
  bool multi_function = false;  // the device has others
  bool strict = false;          // what is undefined is an error
  std::vector<BarConfig> bars;
  ExpressCapability express;
  std::optional<MsixCapability> msix;
  std::optional<AtsCapability> ats;
  std::optional<PriCapability> pri;
  std::optional<PasidCapability> pasid;
  std::optional<AcsCapability> acs;
  std::optional<SriovCapability> sriov;
  std::optional<SiovCapability> siov;

  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CONFIG_H_
