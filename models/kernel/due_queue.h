// SPDX-License-Identifier: Apache-2.0
// The due queue: how everything that happens later happens.
//
// A block puts an item into its due queue with a delay; its one handler, OnDue(), runs when the item is due. All due
// queues of a simulation share one agenda, and items due at the same time are ordered by (phase rank, block, sequence):
// never by the order in which SystemC happens to run processes or in which modules were elaborated.
//
// Two ways beneath, chosen at construction and bit-identical in result: in step with the kernel (one kernel activation
// for each distinct time; other SystemC processes may run between), or ahead of it (everything up to the end of the
// running slice in one activation; for platforms made of our blocks alone, where nothing else is pending).
#ifndef SIOV_MODELS_KERNEL_DUE_QUEUE_H_
#define SIOV_MODELS_KERNEL_DUE_QUEUE_H_

#include <cstdint>
#include <exception>
#include <string>
#include <systemc>
#include <vector>

#include "models/base/units.h"
#include "models/kernel/due_calendar.h"

namespace siov {

// Items due at the same time run in the order of these ranks: everything that arrives is there before anyone decides.
enum class DueRank : std::uint8_t {
  kArrive = 0,   // packets, answers, timers
  kDecide = 1,   // arbiters choose among what has arrived
  kObserve = 2,  // statistics and time series look at a settled instant
};

class DueHandler {
 public:
  virtual ~DueHandler() = default;
  virtual void OnDue(const DueItem& item) = 0;
};

class Agenda : public sc_core::sc_module {
 public:
  enum class Mode : std::uint8_t { kInStep, kAhead };
  SC_HAS_PROCESS(Agenda);
  Agenda(const sc_core::sc_module_name& name, Mode mode);

  Picoseconds now() const { return now_; }
  std::uint64_t events() const { return events_; }
  // Watches over what has ended meanwhile are not among them.
  std::size_t pending() const { return calendar_.size() + owed_ - idle_; }
  // When the next item is due; kNever if none is.
  Picoseconds next_due() { return calendar_.empty() ? kNever : calendar_.top().time; }

  // Runs the simulation to `until` (or until nothing is pending, or Stop()). Calls sc_start. What a handler throws
  // comes out of here as it was thrown; the kernel would turn it into a report of its own.
  void RunUntil(Picoseconds until);
  // Models from outside (models/bridge) run between this agenda's items. Before such a one says anything: time has gone
  // on to the kernel's. REQUIRES: in step.
  void CatchUp();
  // What went wrong in a call of its comes out of RunUntil() as it was thrown, which its process could not pass on.
  void Fail(std::exception_ptr failure);
  // It owes an answer, or has given it.
  void Owe() { ++owed_; }
  void Paid() { --owed_; }
  // One of the items that are due is a watch, and there is nothing that it watches over: it keeps no run from its rest.
  // Or there is something again, or it has come.
  void Idle() { ++idle_; }
  void Watching() { --idle_; }
  // Nothing will ever happen again by itself.
  bool idle() const;
  // Ends the running slice after the current item.
  void Stop() { stop_requested_ = true; }
  bool stop_requested() const { return stop_requested_; }
  // More events than this without time going on are a livelock, which ends the run (InvariantError). The default is far
  // beyond what a million tenants that all start at once need.
  void set_instant_limit(std::uint64_t events);

 private:
  friend class DueQueue;
  std::uint32_t Register(DueHandler* handler, const std::string& block_name);
  void Push(std::uint32_t owner, Picoseconds delay, DueRank rank, const DueItem& item) {
    const Picoseconds time = now_ + delay;
    const std::uint64_t order = (static_cast<std::uint64_t>(rank) << kRankShift) |
                                (static_cast<std::uint64_t>(ordinals_[owner]) << kOrdinalShift) | sequence_++;
    calendar_.Push({time, order, item});
    if (!running_) Arm();
  }
  void Arm();
  void Activate();
  void RunDue(Picoseconds limit);
  static std::size_t OrdinalOf(const DueEntry& entry) {
    return static_cast<std::size_t>(entry.order >> kOrdinalShift) & kOrdinalMask;
  }
  void CheckInstant(const DueEntry& entry);
  void end_of_elaboration() override;

  static constexpr unsigned kOrdinalShift = 46;  // 2^46 items: ten days of simulation at 10^8 items/s
  static constexpr unsigned kRankShift = 60;
  static constexpr std::uint32_t kOrdinalMask = (1u << (kRankShift - kOrdinalShift)) - 1;

  Mode mode_;
  DueCalendar calendar_;
  Picoseconds now_ = 0;
  Picoseconds horizon_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t instant_limit_ = std::uint64_t{1} << 26;
  std::uint64_t instant_check_ = instant_limit_;  // looked at when so many events have run
  Picoseconds checked_at_ = kNever;
  std::size_t owed_ = 0;
  std::size_t idle_ = 0;
  bool running_ = false;
  bool stop_requested_ = false;
  bool in_run_until_ = false;
  std::exception_ptr failure_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> ordinals_;  // registration index -> rank of the block's name
  std::vector<DueHandler*> handlers_;    // by registration index
  std::vector<DueHandler*> by_ordinal_;
  sc_core::sc_event wake_;
};

// A block's view of the agenda.
class DueQueue {
 public:
  // `block_name` is unique in the simulation; its alphabetical rank orders same-time items of different blocks.
  DueQueue(Agenda& agenda, DueHandler* handler, const std::string& block_name)
      : agenda_(&agenda), owner_(agenda.Register(handler, block_name)) {}
  Picoseconds now() const { return agenda_->now(); }
  // Only from start_of_simulation() on: the order of blocks is known when elaboration ends.
  void Push(Picoseconds delay, const DueItem& item, DueRank rank = DueRank::kArrive) {
    agenda_->Push(owner_, delay, rank, item);
  }

 private:
  Agenda* agenda_;
  std::uint32_t owner_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_DUE_QUEUE_H_
