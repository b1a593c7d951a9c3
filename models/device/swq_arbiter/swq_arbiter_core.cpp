// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter_core.h"

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {

SwqArbiterCore::SwqArbiterCore(const SwqArbiterConfig& config, const EngineSlots& slots)
    : config_(config),
      slots_(slots),
      occupancy_(config.queues.size()),
      position_in_group_(config.queues.size()),
      group_of_queue_(config.queues.size()),
      place_of_slot_(slots.count()) {
  AssignGroups();
  std::vector<std::vector<std::uint32_t>> members(config.groups + config.shares.size());
  for (std::uint32_t queue = 0; queue < config.queues.size(); ++queue) members[group_of_queue_[queue]].push_back(queue);
  for (const std::vector<std::uint32_t>& queues : members) AddGroup(queues);
  AddContexts();
}

void SwqArbiterCore::AssignGroups() {
  for (std::uint32_t queue = 0; queue < config_.queues.size(); ++queue) {
    group_of_queue_[queue] = config_.queues[queue].group;
  }
  for (std::uint32_t slot = 0; slot < slots_.count(); ++slot) {
    place_of_slot_[slot].group = slots_.group_of_engine[slot / slots_.jobs_per_engine];
  }
  for (std::uint32_t i = 0; i < config_.shares.size(); ++i) {
    const ContextShare& share = config_.shares[i];
    for (std::uint32_t q = 0; q < share.queues; ++q) group_of_queue_[share.first_queue + q] = config_.groups + i;
    for (std::uint32_t c = 0; c < share.contexts; ++c) {
      place_of_slot_[share.first_context + c].group = config_.groups + i;
    }
  }
}

void SwqArbiterCore::AddGroup(const std::vector<std::uint32_t>& queues) {
  std::vector<std::uint32_t> priorities;
  for (const std::uint32_t queue : queues) {
    position_in_group_[queue] = static_cast<std::uint32_t>(priorities.size());
    priorities.push_back(config_.queues[queue].priority);
  }
  groups_.emplace_back(priorities);
  groups_.back().queues = queues;
}

// Of each engine the contexts of a group together; the lowest is taken first.
void SwqArbiterCore::AddContexts() {
  constexpr std::uint32_t kNoEngine = 0xFFFF'FFFFu;
  std::vector<std::uint32_t> last_engine(groups_.size(), kNoEngine);
  for (std::uint32_t engine = 0; engine < slots_.group_of_engine.size(); ++engine) {
    for (std::uint32_t context = slots_.jobs_per_engine; context-- > 0;) {
      const std::uint32_t slot = engine * slots_.jobs_per_engine + context;
      SlotPlace& place = place_of_slot_[slot];
      Group& group = groups_[place.group];
      if (last_engine[place.group] != engine) group.engines.emplace_back();
      last_engine[place.group] = engine;
      place.engine = static_cast<std::uint32_t>(group.engines.size() - 1);
      group.engines.back().push_back(slot);
      ++group.free_slots;
    }
  }
}

SwqArbiterCore::Outcome SwqArbiterCore::Submit(std::uint64_t address, std::uint32_t size_bytes, bool deferrable) {
  const Portal portal = DecodePortal(address - config_.portal_base);
  const bool well_formed = size_bytes == kDescriptorBytes && address % kDescriptorBytes == 0;
  // Only interfaces with an interrupt message store are modelled, so the MSI-X pages of a queue are not there.
  if (portal.queue >= config_.queues.size() || portal.interrupts != PortalInterrupts::kIms) {
    if (!deferrable) return {Admission::kIgnored, kNone};
    return {well_formed ? Admission::kRetry : Admission::kUnsupported, kNone};
  }
  const std::uint32_t queue = static_cast<std::uint32_t>(portal.queue);
  if (!well_formed) return {deferrable ? Admission::kUnsupported : Admission::kIgnored, queue};
  const bool shared = config_.queues[queue].mode == QueueMode::kShared;
  const Admission admission = shared ? AdmitShared(queue, portal.limit == PortalLimit::kLimited, deferrable)
                                     : AdmitDedicated(queue, deferrable);
  if (admission == Admission::kAccepted) Occupy(queue);
  return {admission, queue};
}

bool SwqArbiterCore::SubmitOwn(std::uint32_t queue) {
  if (occupancy_[queue] >= config_.queues[queue].size) return false;
  Occupy(queue);
  return true;
}

void SwqArbiterCore::Occupy(std::uint32_t queue) {
  if (++occupancy_[queue] == 1) groups_[GroupOfQueue(queue)].arbiter.SetPending(position_in_group_[queue], true);
}

Admission SwqArbiterCore::AdmitShared(std::uint32_t queue, bool limited, bool deferrable) const {
  if (!deferrable) return Admission::kIgnored;
  const WorkQueueConfig& config = config_.queues[queue];
  return occupancy_[queue] < (limited ? config.threshold : config.size) ? Admission::kAccepted : Admission::kRetry;
}

Admission SwqArbiterCore::AdmitDedicated(std::uint32_t queue, bool deferrable) const {
  if (deferrable) return Admission::kRetry;
  return occupancy_[queue] < config_.queues[queue].size ? Admission::kAccepted : Admission::kDropped;
}

bool SwqArbiterCore::Choose(std::uint32_t group_index, Choice* choice) {
  Group& group = groups_[group_index];
  if (group.free_slots == 0) return false;
  const std::uint32_t position = group.arbiter.Choose();
  if (position == CreditArbiter::kNone) return false;
  const std::uint32_t queue = group.queues[position];
  if (--occupancy_[queue] == 0) group.arbiter.SetPending(position, false);
  *choice = {queue, TakeSlot(group)};
  return true;
}

void SwqArbiterCore::FreeSlot(std::uint32_t slot) {
  Group& group = groups_[place_of_slot_[slot].group];
  group.engines[place_of_slot_[slot].engine].push_back(slot);
  ++group.free_slots;
}

std::uint32_t SwqArbiterCore::TakeSlot(Group& group) {
  const std::uint32_t engines = static_cast<std::uint32_t>(group.engines.size());
  std::uint32_t best = group.next_engine;
  for (std::uint32_t step = 1; step < engines; ++step) {
    const std::uint32_t candidate = (group.next_engine + step) % engines;
    if (group.engines[candidate].size() > group.engines[best].size()) best = candidate;
  }
  group.next_engine = (best + 1) % engines;
  --group.free_slots;
  std::vector<std::uint32_t>& free_slots = group.engines[best];
  const std::uint32_t slot = free_slots.back();
  free_slots.pop_back();
  return slot;
}

}  // namespace siov
