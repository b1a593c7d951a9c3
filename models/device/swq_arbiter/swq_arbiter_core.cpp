// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter_core.h"

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {

SwqArbiterCore::SwqArbiterCore(const SwqArbiterConfig& config, const EngineSlots& slots)
    : config_(config), slots_(slots), occupancy_(config.queues.size()), position_in_group_(config.queues.size()) {
  for (std::uint32_t group = 0; group < config.groups; ++group) {
    std::vector<std::uint32_t> priorities;
    std::vector<std::uint32_t> queues;
    for (std::uint32_t queue = 0; queue < config.queues.size(); ++queue) {
      if (config.queues[queue].group != group) continue;
      position_in_group_[queue] = static_cast<std::uint32_t>(queues.size());
      queues.push_back(queue);
      priorities.push_back(config.queues[queue].priority);
    }
    groups_.emplace_back(priorities);
    groups_.back().queues = queues;
  }
  for (std::uint32_t engine = 0; engine < slots.group_of_engine.size(); ++engine) {
    Group& group = groups_[slots.group_of_engine[engine]];
    group.engines.push_back(engine);
    group.free_slots += slots.jobs_per_engine;
    free_slots_.emplace_back();
    for (std::uint32_t context = slots.jobs_per_engine; context-- > 0;) {
      free_slots_.back().push_back(engine * slots.jobs_per_engine + context);
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
  free_slots_[slot / slots_.jobs_per_engine].push_back(slot);
  ++groups_[GroupOfSlot(slot)].free_slots;
}

std::uint32_t SwqArbiterCore::TakeSlot(Group& group) {
  const std::uint32_t engines = static_cast<std::uint32_t>(group.engines.size());
  std::uint32_t best = group.next_engine;
  for (std::uint32_t step = 1; step < engines; ++step) {
    const std::uint32_t candidate = (group.next_engine + step) % engines;
    if (free_slots_[group.engines[candidate]].size() > free_slots_[group.engines[best]].size()) best = candidate;
  }
  group.next_engine = (best + 1) % engines;
  --group.free_slots;
  std::vector<std::uint32_t>& free_slots = free_slots_[group.engines[best]];
  const std::uint32_t slot = free_slots.back();
  free_slots.pop_back();
  return slot;
}

}  // namespace siov
