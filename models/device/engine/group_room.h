// SPDX-License-Identifier: Apache-2.0
// How the groups of a device share its read buffers, counted in places: how many a group may have, and how many are
// kept for it; those that wait, in the order in which they came. Pure.
#ifndef SIOV_MODELS_DEVICE_ENGINE_GROUP_ROOM_H_
#define SIOV_MODELS_DEVICE_ENGINE_GROUP_ROOM_H_

#include <cstdint>
#include <vector>

#include "models/device/engine/engine_config.h"

namespace siov {

class GroupRoom {
 public:
  static constexpr std::size_t kMostGroups = 256;

  explicit GroupRoom(const EngineConfig& config);

  // What keeps a group from so many places more.
  enum class Lack : std::uint8_t { kNothing, kOwn, kShared };
  Lack LackOf(std::uint32_t group, std::uint32_t places) const;
  // They are of those kept for it, so that nobody else can have them.
  bool AreReserved(std::uint32_t group, std::uint32_t places) const {
    return groups_[group].taken + places <= groups_[group].reserved;
  }
  void Take(std::uint32_t group, std::uint32_t places) { groups_[group].taken += places; }
  void Give(std::uint32_t group, std::uint32_t places) { groups_[group].taken -= places; }
  std::size_t groups() const { return groups_.size(); }
  std::uint64_t taken(std::size_t group) const { return groups_[group].taken; }
  std::uint32_t GroupOf(std::uint32_t slot) const { return group_of_engine_[slot / jobs_per_engine_]; }

 private:
  struct Group {
    std::uint64_t allowed = 0;  // 0: all
    std::uint64_t reserved = 0;
    std::uint64_t taken = 0;
  };

  std::uint64_t most_;  // of the device; 0: no limit
  std::vector<std::uint32_t> group_of_engine_;
  std::uint32_t jobs_per_engine_;
  std::vector<Group> groups_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_GROUP_ROOM_H_
