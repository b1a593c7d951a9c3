// SPDX-License-Identifier: Apache-2.0
#include "models/kernel/due_queue.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/base/invariant.h"

namespace siov {

Agenda::Agenda(const sc_core::sc_module_name& name, Mode mode) : sc_module(name), mode_(mode) {
  SC_METHOD(Activate);
  sensitive << wake_;
  dont_initialize();
}

std::uint32_t Agenda::Register(DueHandler* handler, const std::string& block_name) {
  const auto index = static_cast<std::uint32_t>(handlers_.size());
  CheckInvariant(index < kOrdinalMask, [] { return "agenda: more blocks than the due order can name"; });
  CheckInvariant(std::find(names_.begin(), names_.end(), block_name) == names_.end(),
                 [&] { return "agenda: two blocks are named " + block_name; });
  handlers_.push_back(handler);
  names_.push_back(block_name);
  return index;
}

void Agenda::end_of_elaboration() {
  std::vector<std::uint32_t> by_name(names_.size());
  std::iota(by_name.begin(), by_name.end(), 0u);
  std::sort(by_name.begin(), by_name.end(), [this](std::uint32_t a, std::uint32_t b) { return names_[a] < names_[b]; });
  ordinals_.resize(names_.size());
  by_ordinal_.resize(names_.size());
  for (std::uint32_t ordinal = 0; ordinal < by_name.size(); ++ordinal) {
    ordinals_[by_name[ordinal]] = ordinal;
    by_ordinal_[ordinal] = handlers_[by_name[ordinal]];
  }
}

void Agenda::RunUntil(Picoseconds until) {
  horizon_ = until;
  stop_requested_ = false;
  Arm();
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const sc_core::sc_time end = sc_core::sc_time::from_value(until);
  if (end < now) return;
  in_run_until_ = true;
  sc_core::sc_start(end - now);
  // The kernel stops at `until` before it runs the processes of that very instant, but what is due then belongs to this
  // slice, as it does ahead of the kernel; so does what models from outside do then.
  const auto due = [&] { return !calendar_.empty() && calendar_.top().time <= until; };
  const auto stopped = [&] { return stop_requested_ || sc_core::sc_get_status() == sc_core::SC_STOPPED; };
  while (mode_ == Mode::kInStep && !stopped() && (due() || sc_core::sc_pending_activity_at_current_time())) {
    Arm();
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  in_run_until_ = false;
  CheckInvariant(sc_core::sc_get_status() != sc_core::SC_STOPPED,
                 [] { return "agenda: a model from outside has stopped the kernel (sc_stop), and it cannot go on"; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Agenda::CatchUp() {
  CheckInvariant(mode_ == Mode::kInStep, [] { return "agenda: ahead of the kernel, nobody outside may speak"; });
  if (!running_) now_ = std::max(now_, Picoseconds{sc_core::sc_time_stamp().value()});
}

void Agenda::Fail(std::exception_ptr failure) {
  if (!failure_) failure_ = std::move(failure);
  stop_requested_ = true;
  sc_core::sc_pause();
}

// In step with the kernel an idle watch is pending activity like that of models from outside.
bool Agenda::idle() const {
  return calendar_.size() == idle_ && (mode_ == Mode::kAhead || !sc_core::sc_pending_activity());
}

void Agenda::Arm() {
  if (calendar_.empty() || calendar_.top().time > horizon_) return;
  const Picoseconds kernel = sc_core::sc_time_stamp().value();
  const Picoseconds due = calendar_.top().time;
  if (mode_ == Mode::kAhead || due <= kernel) {
    wake_.notify(sc_core::SC_ZERO_TIME);
  } else {
    wake_.notify(sc_core::sc_time::from_value(due - kernel));
  }
}

void Agenda::Activate() {
  const Picoseconds kernel = sc_core::sc_time_stamp().value();
  const Picoseconds limit = mode_ == Mode::kAhead ? horizon_ : std::min(kernel, horizon_);
  try {
    RunDue(limit);
  } catch (...) {
    running_ = false;
    if (!in_run_until_) throw;
    failure_ = std::current_exception();
    stop_requested_ = true;
  }
  if (stop_requested_) {
    sc_core::sc_pause();
    return;
  }
  if (mode_ == Mode::kInStep) Arm();
}

void Agenda::RunDue(Picoseconds limit) {
  running_ = true;
  DueEntry entry;
  while (!stop_requested_ && calendar_.PopUntil(limit, &entry)) {
    now_ = entry.time;
    if (++events_ == instant_check_) CheckInstant(entry);
    by_ordinal_[OrdinalOf(entry)]->OnDue(entry.item);
  }
  running_ = false;
}

void Agenda::set_instant_limit(std::uint64_t events) {
  instant_limit_ = events;
  instant_check_ = events_ + events;
}

void Agenda::CheckInstant(const DueEntry& entry) {
  const std::size_t ordinal = OrdinalOf(entry);
  CheckInvariant(now_ != checked_at_, [&] {
    const auto owner = std::find(ordinals_.begin(), ordinals_.end(), ordinal) - ordinals_.begin();
    return "livelock at " + std::to_string(now_) + " ps: more than " + std::to_string(instant_limit_) +
           " events without time going on; the last is of " + names_[static_cast<std::size_t>(owner)];
  });
  checked_at_ = now_;
  instant_check_ = events_ + instant_limit_;
}

}  // namespace siov
