// SPDX-License-Identifier: Apache-2.0
#include "models/base/timing_wheel.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace siov {

TimingWheel::TimingWheel(Picoseconds tick_ps) : tick_ps_(tick_ps) {
  if (tick_ps == 0) throw std::invalid_argument("timing wheel: tick is 0 ps; allowed: at least 1");
}

void TimingWheel::Reserve(std::uint32_t ids) {
  due_.reserve(ids);
  next_.reserve(ids);
}

void TimingWheel::Schedule(std::uint32_t id, Picoseconds due) {
  if (id >= kReady || due == kNever || Pending(id)) {
    throw std::logic_error("timing wheel: id " + std::to_string(id) + " for " + std::to_string(due) +
                           " ps; allowed: an id below 2^32 - 3 that is not pending, at a time that comes");
  }
  if (id >= next_.size()) {
    due_.resize(std::size_t{id} + 1);
    next_.resize(std::size_t{id} + 1, kIdle);
  }
  due_[id] = due;
  ++size_;
  const std::uint64_t tick = due / tick_ps_;
  if (tick > current_tick_) {
    Place(id, tick);
  } else {
    PushLate(id);
  }
}

// The level is that of the highest digit in which the tick differs from the current one: until the current tick reaches
// that digit, nothing below it matters.
void TimingWheel::Place(std::uint32_t id, std::uint64_t tick) {
  const unsigned highest_bit = 63u - static_cast<unsigned>(__builtin_clzll(tick ^ current_tick_));
  const unsigned level_index = highest_bit / kSlotBits;
  const unsigned slot_index = static_cast<unsigned>(tick >> (level_index * kSlotBits)) % kSlots;
  Level& level = levels_[level_index];
  Slot& slot = level.slots[slot_index];
  next_[id] = slot.first;
  slot.first = id;
  slot.earliest = std::min(slot.earliest, due_[id]);
  level.occupied |= std::uint64_t{1} << slot_index;
  occupied_levels_ |= std::uint64_t{1} << level_index;
}

// A lower level's slots all come before a higher level's: they are within the current slot of the higher one.
const TimingWheel::Slot* TimingWheel::FirstSlot() const {
  if (occupied_levels_ == 0) return nullptr;
  const Level& level = levels_[static_cast<std::size_t>(__builtin_ctzll(occupied_levels_))];
  return &level.slots[static_cast<std::size_t>(__builtin_ctzll(level.occupied))];
}

Picoseconds TimingWheel::NextDue() const {
  Picoseconds next = kNever;
  if (!batch_.empty()) next = due_[batch_.back()];
  if (!late_.empty()) next = std::min(next, due_[late_.front()]);
  if (next != kNever) return next;
  const Slot* slot = FirstSlot();
  return slot == nullptr ? kNever : slot->earliest;
}

void TimingWheel::AdvanceToFirstSlot() {
  const auto level_index = static_cast<std::size_t>(__builtin_ctzll(occupied_levels_));
  Level& level = levels_[level_index];
  const auto slot_index = static_cast<std::size_t>(__builtin_ctzll(level.occupied));
  const Slot slot = level.slots[slot_index];
  level.slots[slot_index] = Slot();
  level.occupied &= level.occupied - 1;
  if (level.occupied == 0) occupied_levels_ &= occupied_levels_ - 1;

  current_tick_ = slot.earliest / tick_ps_;
  for (std::uint32_t id = slot.first; id != kEnd;) {
    const std::uint32_t following = next_[id];
    const std::uint64_t tick = due_[id] / tick_ps_;
    if (tick == current_tick_) {
      next_[id] = kReady;
      batch_.push_back(id);
    } else {
      Place(id, tick);
    }
    id = following;
  }
  std::sort(batch_.begin(), batch_.end(), [this](std::uint32_t a, std::uint32_t b) { return Before(b, a); });
}

void TimingWheel::PushLate(std::uint32_t id) {
  next_[id] = kReady;
  late_.push_back(id);
  std::push_heap(late_.begin(), late_.end(), [this](std::uint32_t a, std::uint32_t b) { return Before(b, a); });
}

std::uint32_t TimingWheel::PopLate() {
  std::pop_heap(late_.begin(), late_.end(), [this](std::uint32_t a, std::uint32_t b) { return Before(b, a); });
  const std::uint32_t id = late_.back();
  late_.pop_back();
  return id;
}

bool TimingWheel::PopDue(Picoseconds now, std::uint32_t* id, Picoseconds* due) {
  if (NextDue() > now || size_ == 0) return false;
  if (batch_.empty() && late_.empty()) AdvanceToFirstSlot();
  if (batch_.empty() || (!late_.empty() && Before(late_.front(), batch_.back()))) {
    *id = PopLate();
  } else {
    *id = batch_.back();
    batch_.pop_back();
  }
  *due = due_[*id];
  next_[*id] = kIdle;
  --size_;
  return true;
}

}  // namespace siov
