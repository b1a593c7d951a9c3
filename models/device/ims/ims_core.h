// SPDX-License-Identifier: Apache-2.0
// The interrupt message store without time: which entries are at hand, the message of each, and whether it may be sent.
//
// Entries hold what the host driver has programmed, a mask and a pending bit: an event of a masked entry sets that, and
// sends nothing; when the mask is taken off, one message is sent for however many events there were (SIOV-18). A store
// in host memory is read through a device cache; one on the device is always at hand.
#ifndef SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_
#define SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_

#include <cstdint>
#include <vector>

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
  enum class Event : std::uint8_t {
    kSend,
    kPend,      // nothing was pending before
    kCoalesce,  // something was
  };
  // REQUIRE Valid(handle).
  Event Raise(std::uint32_t handle) {
    if (state_.empty() || !state_[handle].masked) return Event::kSend;
    const bool before = state_[handle].pending;
    state_[handle].pending = true;
    return before ? Event::kCoalesce : Event::kPend;
  }
  void Mask(std::uint32_t handle) {
    if (state_.empty()) state_.resize(config_.programmed.size());
    state_[handle].masked = true;
  }
  // True: a message is pending, and is sent now.
  bool Unmask(std::uint32_t handle) {
    if (state_.empty()) return false;
    const bool pending = state_[handle].pending;
    state_[handle] = {};
    return pending;
  }
  bool masked(std::uint32_t handle) const { return !state_.empty() && state_[handle].masked; }
  bool pending(std::uint32_t handle) const { return !state_.empty() && state_[handle].pending; }

  const InterruptMessage& Message(std::uint32_t handle) const { return config_.programmed[handle].message; }

 private:
  struct Present {};
  struct State {
    bool masked = false;
    bool pending = false;
  };
  ImsConfig config_;
  SetAssociativeCache<std::uint32_t, Present> cache_;  // which entries are held
  std::vector<State> state_;                           // by handle; empty: none was ever masked
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_IMS_CORE_H_
