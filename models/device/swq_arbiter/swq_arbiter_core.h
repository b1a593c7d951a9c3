// SPDX-License-Identifier: Apache-2.0
// The work queues of a device without time: who is admitted, whose turn it is, and which engine context takes it.
//
// Admission (DSA-04, DSA-05 of the requirements):
//   shared queue,    DMWr 64 B: accepted below `threshold` (limited portal) or `size` (unlimited); else Retry
//   shared queue,    MWr:       silently ignored
//   dedicated queue, MWr 64 B:  accepted below `size`; else dropped and recorded as a software error
//   dedicated queue, DMWr:      Retry
//   no such portal:             DMWr Retry, MWr silently ignored
//   DMWr of another size or alignment: Unsupported Request; MWr likewise: silently ignored
//
// Only counts are kept here; what the entries are is the shell's business.
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CORE_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CORE_H_

#include <cstdint>
#include <vector>

#include "models/device/swq_arbiter/credit_arbiter.h"
#include "models/device/swq_arbiter/swq_arbiter_config.h"

namespace siov {

// The contexts of the device's engines. Slot = engine * jobs_per_engine + context.
struct EngineSlots {
  std::vector<std::uint32_t> group_of_engine = {0};
  std::uint32_t jobs_per_engine = 1;
  std::uint32_t count() const { return static_cast<std::uint32_t>(group_of_engine.size()) * jobs_per_engine; }
};

// A group has both queues and engines, or neither (DSA-07): what the two configurations cannot check alone.
ConfigFaults ValidateGroups(const SwqArbiterConfig& config, const EngineSlots& slots);

enum class Admission : std::uint8_t { kAccepted, kRetry, kUnsupported, kIgnored, kDropped };

class SwqArbiterCore {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

  struct Outcome {
    Admission admission;
    std::uint32_t queue;  // kNone: no such portal
  };
  struct Choice {
    std::uint32_t queue;
    std::uint32_t slot;
  };

  // REQUIRES config.Validate() and ValidateGroups(config, slots) without faults.
  SwqArbiterCore(const SwqArbiterConfig& config, const EngineSlots& slots);

  // A write to a portal. If accepted, the queue holds one more.
  Outcome Submit(std::uint64_t address, std::uint32_t size_bytes, bool deferrable);

  // A job that begins in the device. True if the queue took it; else it is full.
  bool SubmitOwn(std::uint32_t queue);

  // Takes the next descriptor of the group to a free slot of one of its engines: the one with the fewest jobs, in turn
  // among equals. False if there is no work or no slot.
  bool Choose(std::uint32_t group, Choice* choice);
  void FreeSlot(std::uint32_t slot);

  // On whose behalf a descriptor is executed (DSA-06): a dedicated queue's is what the queue is bound to, whatever was
  // submitted; a shared queue's is the submission's.
  Pasid PasidOf(std::uint32_t queue, Pasid submitted) const {
    if (config_.queues[queue].mode == QueueMode::kShared) return submitted;
    return queue < config_.queue_pasids.size() ? config_.queue_pasids[queue] : Pasid();
  }

  std::uint32_t occupancy(std::uint32_t queue) const { return occupancy_[queue]; }
  // Those of the configuration, and then a group for each share of contexts.
  std::uint32_t groups() const { return static_cast<std::uint32_t>(groups_.size()); }
  std::uint32_t GroupOfQueue(std::uint32_t queue) const { return group_of_queue_[queue]; }
  std::uint32_t GroupOfSlot(std::uint32_t slot) const { return place_of_slot_[slot].group; }

 private:
  struct Group {
    explicit Group(const std::vector<std::uint32_t>& priorities) : arbiter(priorities) {}
    CreditArbiter arbiter;
    std::vector<std::uint32_t> queues;                // by position in the arbiter
    std::vector<std::vector<std::uint32_t>> engines;  // free contexts of each
    std::uint32_t next_engine = 0;                    // where the search for a slot starts
    std::uint32_t free_slots = 0;
  };
  struct SlotPlace {
    std::uint32_t group = 0;
    std::uint32_t engine = 0;  // position among the group's
  };
  void AssignGroups();
  void AddGroup(const std::vector<std::uint32_t>& queues);
  void AddContexts();
  Admission AdmitShared(std::uint32_t queue, bool limited, bool deferrable) const;
  Admission AdmitDedicated(std::uint32_t queue, bool deferrable) const;
  void Occupy(std::uint32_t queue);
  std::uint32_t TakeSlot(Group& group);

  SwqArbiterConfig config_;
  EngineSlots slots_;
  std::vector<std::uint32_t> occupancy_;          // by queue
  std::vector<std::uint32_t> position_in_group_;  // by queue
  std::vector<std::uint32_t> group_of_queue_;
  std::vector<SlotPlace> place_of_slot_;
  std::vector<Group> groups_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_CORE_H_
