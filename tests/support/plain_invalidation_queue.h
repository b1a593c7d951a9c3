// SPDX-License-Identifier: Apache-2.0
// An invalidation queue that keeps every descriptor it ever got in one list and counts through it whenever it is asked:
// the rules of models/iommu/invalidation_queue as they are said, slow and obvious.
#ifndef SIOV_TESTS_SUPPORT_PLAIN_INVALIDATION_QUEUE_H_
#define SIOV_TESTS_SUPPORT_PLAIN_INVALIDATION_QUEUE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/iommu/invalidation_queue/invalidation_queue_core.h"

namespace siov::testing {

class PlainInvalidationQueue {
 public:
  using Block = InvalidationQueueCore::Block;
  using Step = QueueIssue::Step;
  using WaitStep = InvalidationQueueCore::WaitStep;

  struct Entry {
    enum class State : std::uint8_t { kRing, kFlight, kWaiting, kOver };
    QueueDescriptor descriptor;
    bool bad = false;
    State state = State::kRing;
    std::uint8_t itag = ItagTable::kNone;
    Picoseconds deadline = kNever;
    std::uint32_t received = 0;  // completions
    std::uint32_t slot = 0;      // as the queue under test calls it
    bool draining = false;
    bool drained = false;
    InvalidationKind kind() const { return descriptor.what.what.kind; }
    bool is_wait() const { return kind() == InvalidationKind::kWait; }
    bool holds_itag() const { return state == State::kFlight && itag != ItagTable::kNone; }
  };

  explicit PlainInvalidationQueue(const InvalidationQueueConfig& config) : config_(config) {}

  bool Push(const QueueDescriptor& descriptor, bool bad) {
    if (used() == config_.entries - 1) return false;
    all_.emplace_back();
    all_.back().descriptor = descriptor;
    all_.back().bad = bad;
    return true;
  }

  std::uint32_t Fetchable(std::uint32_t bytes) const {
    if (stop_ != QueueStop::kNone || fetched_ != 0) return 0;
    std::uint32_t count = 0;
    while (count < used() && (count == 0 || (head() + count) % config_.entries * config_.descriptor_bytes % bytes != 0))
      ++count;
    return count;
  }
  void BeginRead() { stops_at_read_ = stops_; }
  void EndRead(std::uint32_t count) {
    if (stops_ == stops_at_read_) fetched_ = count;
  }

  // The descriptor that is at the head, and what becomes of it.
  Step Issue(Picoseconds now, Entry** issued) {
    blocked_by_ = Block::kNone;
    if (stop_ != QueueStop::kNone || fetched_ == 0) return Step::kNothing;
    if (Any([](const Entry& one) { return one.state == Entry::State::kWaiting && one.descriptor.what.what.fence; })) {
      return Hold(Block::kFence);
    }
    Entry& entry = all_[head_];
    *issued = &entry;
    if (entry.bad) return StopWith(QueueStop::kQueueError);
    if (entry.is_wait() && config_.riscv()) {
      if (in_flight() != 0 || pending_waits() != 0) return Hold(Block::kFence);
      if (timed_out_) {
        timed_out_ = false;
        return StopWith(QueueStop::kTimeout);
      }
    }
    if (IsDeviceTlb(entry.kind())) {
      if (!config_.riscv() && Any([](const Entry& one) { return Flies(one) && OrdersDeviceTlb(one.kind()); })) {
        return Hold(Block::kOrder);
      }
      entry.itag = FreeItag(entry.descriptor);
      if (entry.itag == ItagTable::kNone) return Hold(Block::kItag);
      entry.deadline = now + config_.completion_timeout_ps;
    }
    ++head_;
    --fetched_;
    return Start(entry);
  }

  void End(Entry& entry) { entry.state = Entry::State::kOver; }

  // The oldest wait before which nothing is left of what came since the wait before it.
  WaitStep NextWait(Entry** wait) {
    for (std::size_t at = 0; at < all_.size(); ++at) {
      Entry& entry = all_[at];
      if (entry.state != Entry::State::kWaiting || !NothingFliesBefore(at)) continue;
      const bool drains = entry.descriptor.what.what.page_request_drain && !entry.drained;
      if (drains && entry.draining) continue;
      *wait = &entry;
      if (drains) {
        entry.draining = true;
        return WaitStep::kDrain;
      }
      End(entry);
      return WaitStep::kEnded;
    }
    return WaitStep::kNone;
  }

  void Drained(const void* owner) {
    for (Entry& entry : all_) entry.drained = entry.drained || entry.descriptor.owner == owner;
  }

  // The invalidate request that has been out for too long, if any; all waits that VT-d gives up go to *aborted.
  Entry* Expire(Picoseconds now, std::vector<void*>* aborted) {
    const auto late = std::find_if(all_.begin(), all_.end(),
                                   [now](const Entry& one) { return one.holds_itag() && one.deadline <= now; });
    if (late == all_.end()) return nullptr;
    if (config_.riscv()) {
      timed_out_ = true;
      return &*late;
    }
    if (stop_ == QueueStop::kNone) StopWith(QueueStop::kTimeout);
    for (Entry& entry : all_) {
      if (entry.state != Entry::State::kWaiting) continue;
      aborted->push_back(entry.descriptor.owner);
      End(entry);
    }
    return &*late;
  }
  Picoseconds NextDeadline() const {
    Picoseconds next = kNever;
    for (const Entry& one : all_) next = one.holds_itag() ? std::min(next, one.deadline) : next;
    return next;
  }
  Entry* FindItag(RequesterId requester, std::uint32_t itag) {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Entry& one) {
      return one.holds_itag() && one.itag == itag && one.descriptor.what.requester == requester;
    });
    return found == all_.end() ? nullptr : &*found;
  }
  void* ClearQueueError() {
    stop_ = QueueStop::kNone;
    End(all_[head_]);
    return all_[head_++].descriptor.owner;
  }
  void ClearTimeout() { stop_ = stop_ == QueueStop::kTimeout ? QueueStop::kNone : stop_; }

  // What flies, oldest first.
  std::vector<Entry*> Flying() {
    std::vector<Entry*> flying;
    for (Entry& one : all_) {
      if (Flies(one)) flying.push_back(&one);
    }
    return flying;
  }
  QueueStop stop() const { return stop_; }
  Block blocked_by() const { return blocked_by_; }
  std::uint32_t head() const { return static_cast<std::uint32_t>(head_ % config_.entries); }
  std::uint32_t used() const { return static_cast<std::uint32_t>(all_.size() - head_); }
  std::uint32_t fetched() const { return fetched_; }
  std::uint32_t in_flight() const { return Count(Flies); }
  std::uint32_t itags() const {
    return Count([](const Entry& one) { return one.holds_itag(); });
  }
  std::uint32_t pending_waits() const {
    return Count([](const Entry& one) { return one.state == Entry::State::kWaiting; });
  }

 private:
  static bool Flies(const Entry& one) { return one.state == Entry::State::kFlight; }
  template <class Which>
  std::uint32_t Count(Which which) const {
    return static_cast<std::uint32_t>(std::count_if(all_.begin(), all_.end(), which));
  }
  template <class Which>
  bool Any(Which which) const {
    return Count(which) != 0;
  }
  Step Hold(Block by) {
    blocked_by_ = by;
    return Step::kBlocked;
  }
  Step StopWith(QueueStop why) {
    stop_ = why;
    fetched_ = 0;
    ++stops_;
    return Step::kError;
  }
  static Step Start(Entry& entry) {
    entry.state = Entry::State::kFlight;
    switch (entry.kind()) {
      case InvalidationKind::kWait:
        entry.state = Entry::State::kWaiting;
        return Step::kWait;
      case InvalidationKind::kPageGroupResponse:
        entry.state = Entry::State::kOver;
        return Step::kResponse;
      case InvalidationKind::kInterruptEntry:
        return Step::kToInterrupts;
      default:
        return IsDeviceTlb(entry.kind()) ? Step::kToDevice : Step::kToIotlb;
    }
  }
  std::uint8_t FreeItag(const QueueDescriptor& descriptor) {
    const std::uint32_t asked = descriptor.what.what.max_pending;
    const std::uint32_t most = std::min(asked == 0 ? kMaxItags : asked, config_.outstanding_per_device);
    const RequesterId requester = descriptor.what.requester;
    const std::uint32_t busy =
        Count([requester](const Entry& one) { return one.holds_itag() && one.descriptor.what.requester == requester; });
    std::uint8_t itag = 0;
    while (FindItag(requester, itag) != nullptr) ++itag;
    return busy < most ? itag : ItagTable::kNone;
  }
  bool NothingFliesBefore(std::size_t wait) const {
    for (std::size_t at = wait; at-- > 0 && !all_[at].is_wait();) {
      if (Flies(all_[at])) return false;
    }
    return true;
  }

  InvalidationQueueConfig config_;
  std::vector<Entry> all_;
  std::size_t head_ = 0;
  std::uint32_t fetched_ = 0;
  std::uint32_t stops_ = 0;
  std::uint32_t stops_at_read_ = 0;
  QueueStop stop_ = QueueStop::kNone;
  Block blocked_by_ = Block::kNone;
  bool timed_out_ = false;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_PLAIN_INVALIDATION_QUEUE_H_
