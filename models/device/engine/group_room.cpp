// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/group_room.h"

#include <algorithm>

namespace siov {

GroupRoom::GroupRoom(const EngineConfig& config)
    : most_(config.read_buffers),
      group_of_engine_(config.group_of_engine),
      jobs_per_engine_(config.jobs_per_engine),
      groups_(std::size_t{*std::max_element(group_of_engine_.begin(), group_of_engine_.end())} + 1) {
  groups_.resize(
      std::max({groups_.size(), config.group_read_buffers_allowed.size(), config.group_read_buffers_reserved.size()}));
  for (std::size_t i = 0; i < config.group_read_buffers_allowed.size(); ++i) {
    groups_[i].allowed = config.group_read_buffers_allowed[i];
  }
  for (std::size_t i = 0; i < config.group_read_buffers_reserved.size(); ++i) {
    groups_[i].reserved = config.group_read_buffers_reserved[i];
  }
}

// Of the device's, others may leave untaken what is kept for them.
GroupRoom::Lack GroupRoom::LackOf(std::uint32_t group, std::uint32_t places) const {
  const Group& own = groups_[group];
  if (own.allowed != 0 && own.taken + places > own.allowed) return Lack::kOwn;
  if (most_ == 0) return Lack::kNothing;
  std::uint64_t gone = places;
  for (const Group& one : groups_) gone += &one == &own ? one.taken : std::max(one.taken, one.reserved);
  return gone > most_ ? Lack::kShared : Lack::kNothing;
}

}  // namespace siov
