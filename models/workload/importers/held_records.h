// SPDX-License-Identifier: Apache-2.0
// A queue of records in which one may be held until a later line has completed it. Order is kept: records behind a
// held one wait, but never more than kLongestWait of them; then the held one goes as it is.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_HELD_RECORDS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_HELD_RECORDS_H_

#include <cstdint>
#include <deque>
#include <utility>

#include "models/workload/trace/trace_record.h"

namespace siov {

class HeldRecords {
 public:
  static constexpr std::size_t kLongestWait = 4'096;
  using Ticket = std::uint64_t;

  Ticket Push(TraceRecord record, bool held) {
    slots_.push_back({std::move(record), held, false});
    return first_ + slots_.size() - 1;
  }
  // The record behind a ticket, or nullptr once it has left the queue.
  TraceRecord* Find(Ticket ticket) {
    return ticket < first_ || ticket - first_ >= slots_.size() ? nullptr : &slots_[ticket - first_].record;
  }
  // Takes a record back. One that has left the queue already stays: then false.
  bool Drop(Ticket ticket) {
    if (Find(ticket) == nullptr) return false;
    slots_[ticket - first_].dropped = true;
    slots_[ticket - first_].held = false;
    return true;
  }
  bool empty() const {
    for (const Slot& slot : slots_) {
      if (!slot.dropped) return false;
    }
    return true;
  }
  void Release(Ticket ticket) {
    if (Find(ticket) != nullptr) slots_[ticket - first_].held = false;
  }
  bool Pop(bool input_ended, TraceRecord* record) {
    while (!slots_.empty() && slots_.front().dropped) {
      slots_.pop_front();
      ++first_;
    }
    if (slots_.empty()) return false;
    if (slots_.front().held && !input_ended && slots_.size() <= kLongestWait) return false;
    *record = std::move(slots_.front().record);
    slots_.pop_front();
    ++first_;
    return true;
  }
  void Clear() {
    first_ += slots_.size();
    slots_.clear();
  }

 private:
  struct Slot {
    TraceRecord record;
    bool held;
    bool dropped = false;
  };
  std::deque<Slot> slots_;
  Ticket first_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_HELD_RECORDS_H_
