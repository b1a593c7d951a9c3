// SPDX-License-Identifier: Apache-2.0
// Wake-ups of very many ids (tenants that think, submissions in back-off) behind a handful of agenda items.
//
// A million entries in the agenda would slow down every event of the simulation; here they wait in a timing wheel and
// only the earliest one is in the agenda. Pure: the block pushes an item whenever Arm() asks for one and calls Fired()
// when such an item comes:
//
//   wake_ups.Schedule(id, due);
//   if (delay = wake_ups.Arm(now); delay != kNever) Due(delay, kWake);
//   on kWake: wake_ups.Fired(); while (wake_ups.Pop(now, &id)) ...; arm again
#ifndef SIOV_MODELS_KERNEL_WAKE_UPS_H_
#define SIOV_MODELS_KERNEL_WAKE_UPS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/timing_wheel.h"
#include "models/base/units.h"

namespace siov {

class WakeUps {
 public:
  // The tick decides speed alone, never order: near the mean gap between wake-ups is good.
  explicit WakeUps(Picoseconds tick_ps) : wheel_(tick_ps == 0 ? 1 : tick_ps) {}

  void Reserve(std::uint32_t ids) { wheel_.Reserve(ids); }
  // REQUIRES: id is not pending.
  void Schedule(std::uint32_t id, Picoseconds due) { wheel_.Schedule(id, due); }
  // Delay of the agenda item that is missing, or kNever.
  Picoseconds Arm(Picoseconds now) {
    const Picoseconds next = wheel_.NextDue();
    if (next == kNever || (!armed_.empty() && armed_.back() <= next)) return kNever;
    armed_.push_back(next);
    return next > now ? next - now : 0;
  }
  // Items come in order of time, so the one that comes is always the last one armed.
  void Fired() { armed_.pop_back(); }
  // The next id due at `now`, in (due, id) order.
  bool Pop(Picoseconds now, std::uint32_t* id) {
    Picoseconds due = 0;
    return wheel_.PopDue(now, id, &due);
  }
  std::size_t size() const { return wheel_.size(); }

 private:
  TimingWheel wheel_;
  std::vector<Picoseconds> armed_;  // times of agenda items outstanding, falling
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_WAKE_UPS_H_
