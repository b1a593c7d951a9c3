// SPDX-License-Identifier: Apache-2.0
// Hierarchical timing wheel: one pending wake-up per id (a tenant's think time), for a million ids and more.
//
// Eleven wheels of 64 slots cover all of 64-bit time. Scheduling is O(1); a wake-up moves down at most one wheel per
// level it started above the lowest. Due times stay exact to the picosecond: the tick only decides how many wake-ups
// are sorted together, so choose it near the mean gap between wake-ups (think time / ids); order never depends on it.
// 12 bytes per id, plus 4 while it waits among those whose tick has come.
#ifndef SIOV_MODELS_BASE_TIMING_WHEEL_H_
#define SIOV_MODELS_BASE_TIMING_WHEEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/units.h"

namespace siov {

class TimingWheel {
 public:
  explicit TimingWheel(Picoseconds tick_ps);  // REQUIRES tick_ps > 0

  void Reserve(std::uint32_t ids);
  // REQUIRES that id is not pending (throws std::logic_error) and due != kNever. A due time in the past is allowed.
  void Schedule(std::uint32_t id, Picoseconds due);
  Picoseconds NextDue() const;  // of all that is pending; kNever if nothing is
  // Pops the first in (due, id) order if it is due at `now`.
  bool PopDue(Picoseconds now, std::uint32_t* id, Picoseconds* due);

  bool Pending(std::uint32_t id) const { return id < next_.size() && next_[id] != kIdle; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr unsigned kSlotBits = 6;
  static constexpr unsigned kSlots = 1u << kSlotBits;
  static constexpr unsigned kLevels = (64 + kSlotBits - 1) / kSlotBits;
  static constexpr std::uint32_t kEnd = 0xFFFF'FFFFu;    // of a slot's list
  static constexpr std::uint32_t kIdle = 0xFFFF'FFFEu;   // not pending
  static constexpr std::uint32_t kReady = 0xFFFF'FFFDu;  // pending, in batch_ or late_
  struct Slot {
    std::uint32_t first = kEnd;
    Picoseconds earliest = kNever;
  };
  struct Level {
    std::uint64_t occupied = 0;
    std::array<Slot, kSlots> slots;
  };

  bool Before(std::uint32_t a, std::uint32_t b) const { return due_[a] != due_[b] ? due_[a] < due_[b] : a < b; }
  void Place(std::uint32_t id, std::uint64_t tick);  // REQUIRES tick > current_tick_
  const Slot* FirstSlot() const;                     // nullptr if the wheels are empty
  void AdvanceToFirstSlot();                         // REQUIRES empty batch_ and late_
  void PushLate(std::uint32_t id);
  std::uint32_t PopLate();

  Picoseconds tick_ps_;
  std::uint64_t current_tick_ = 0;  // everything in the wheels is later; everything up to here is ready
  std::size_t size_ = 0;
  std::uint64_t occupied_levels_ = 0;
  std::array<Level, kLevels> levels_;
  std::vector<std::uint32_t> batch_;  // ready: those of current_tick_ when it came, first one at the back
  std::vector<std::uint32_t> late_;   // ready: scheduled after their tick had come; a heap, first one in front
  std::vector<Picoseconds> due_;      // by id
  std::vector<std::uint32_t> next_;   // by id: list link, or kIdle or kReady
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_TIMING_WHEEL_H_
