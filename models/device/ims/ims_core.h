// SPDX-License-Identifier: Apache-2.0
// The interrupt message store without time: which entries are at hand, and the message of each.
//
// Entries hold what the host driver has programmed. A store in host memory is read through a device cache; one on the
// device is always at hand.
#ifndef SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_
#define SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_

#include <cstdint>

#include "models/base/set_associative.h"
#include "models/device/ims/ims_config.h"
#include "models/device/ims/interrupt_message.h"

namespace siov {

class ImsCore {
 public:
  explicit ImsCore(const ImsConfig& config)
      : config_(config), cache_(config.placement == ImsPlacement::kHostMemory ? config.cache : CacheGeometry{}) {}

  bool Valid(std::uint32_t handle) const { return handle < config_.programmed.size(); }
  // Is the entry at hand without a memory read?
  bool Lookup(std::uint32_t handle) {
    return config_.placement == ImsPlacement::kOnDevice || cache_.Lookup(handle) != nullptr;
  }
  void Fill(std::uint32_t handle) { cache_.Insert(handle, {}); }
  std::uint64_t EntryAddress(std::uint32_t handle) const {
    return config_.table_address + std::uint64_t{handle} * config_.entry_bytes;
  }
  // REQUIRES Valid(handle).
  const InterruptMessage& Message(std::uint32_t handle) const { return config_.programmed[handle].message; }

 private:
  struct Present {};
  ImsConfig config_;
  SetAssociativeCache<std::uint32_t, Present> cache_;  // which entries are held
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_
