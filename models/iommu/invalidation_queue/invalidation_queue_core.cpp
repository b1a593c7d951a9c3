// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/invalidation_queue/invalidation_queue_core.h"

#include <algorithm>

namespace siov {

bool InvalidationQueueCore::Push(const QueueDescriptor& descriptor) {
  const std::uint32_t next = (tail_ + 1) % config_.entries;
  if (next == head_) return false;
  ring_[tail_] = descriptor;
  tail_ = next;
  return true;
}

void* InvalidationQueueCore::ClearQueueError() {
  stop_ = QueueStop::kNone;
  void* owner = ring_[head_].owner;
  head_ = (head_ + 1) % config_.entries;
  return owner;
}

std::uint32_t InvalidationQueueCore::Fetchable(std::uint32_t bytes) const {
  if (stop_ != QueueStop::kNone || fetched_ != 0) return 0;
  const std::uint32_t per_read = std::max(1u, bytes / config_.descriptor_bytes);
  return std::min(used(), std::min(per_read - head_ % per_read, config_.entries - head_));
}

void InvalidationQueueCore::Fetched(std::uint32_t count, std::uint32_t incarnation) {
  if (incarnation == incarnation_) fetched_ = count;
}

QueueIssue InvalidationQueueCore::Blocked(Block by) {
  blocked_by_ = by;
  QueueIssue issue;
  issue.step = QueueIssue::Step::kBlocked;
  return issue;
}

// What was fetched is forgotten: fetching goes on at the head when software has cleared the error.
QueueIssue InvalidationQueueCore::Stop(QueueStop why) {
  stop_ = why;
  fetched_ = 0;
  ++incarnation_;
  QueueIssue issue;
  issue.step = QueueIssue::Step::kError;
  issue.descriptor = ring_[head_];
  return issue;
}

QueueIssue InvalidationQueueCore::Issue(Picoseconds now) {
  blocked_by_ = Block::kNone;
  if (fetched_ == 0) return {};  // as while it is stopped
  if (fence_ != kNoFence) return Blocked(Block::kFence);
  const QueueDescriptor descriptor = ring_[head_];
  if (FaultOf(descriptor, config_) != nullptr) return Stop(QueueStop::kQueueError);
  switch (descriptor.what.what.kind) {
    case InvalidationKind::kWait:
      return IssueWait(descriptor);
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kPasidDeviceTlb:
      return IssueDeviceTlb(descriptor, now);
    case InvalidationKind::kPageGroupResponse: {
      QueueIssue issue;
      issue.step = QueueIssue::Step::kResponse;
      issue.descriptor = descriptor;
      Advance();
      return issue;
    }
    case InvalidationKind::kInterruptEntry:
      return Send(QueueIssue::Step::kToInterrupts, descriptor, TakeSlot());
    case InvalidationKind::kContext:
    case InvalidationKind::kIotlb:
    case InvalidationKind::kPasidIotlb:
    case InvalidationKind::kPasidCache:
    case InvalidationKind::kHostPermission:
      return Send(QueueIssue::Step::kToIotlb, descriptor, TakeSlot());
    case InvalidationKind::kNone:
      break;
  }
  return Stop(QueueStop::kQueueError);
}

// VT-d: the wait goes with what came since the previous one. RISC-V: a fence is held back until all is over, and tells
// of time-outs since the last one instead of completing (IOFENCE.C, cmd_to).
QueueIssue InvalidationQueueCore::IssueWait(const QueueDescriptor& descriptor) {
  if (config_.riscv()) {
    if (in_flight_ != 0 || !waits_.empty()) return Blocked(Block::kFence);
    if (timed_out_) {
      timed_out_ = false;
      return Stop(QueueStop::kTimeout);
    }
  }
  Wait wait;
  wait.descriptor = descriptor;
  wait.epoch = epoch_++;
  wait.outstanding = epoch_outstanding_;
  epoch_outstanding_ = 0;
  waits_.push_back(wait);
  if (descriptor.what.what.fence) fence_ = wait.epoch;
  QueueIssue issue;
  issue.step = QueueIssue::Step::kWait;
  issue.descriptor = descriptor;
  Advance();
  return issue;
}

QueueIssue InvalidationQueueCore::IssueDeviceTlb(const QueueDescriptor& descriptor, Picoseconds now) {
  if (!config_.riscv() && ordering_in_flight_ != 0) return Blocked(Block::kOrder);
  const std::uint32_t slot = TakeSlot();
  const std::uint8_t itag = itags_.Take(descriptor.what.requester, descriptor.what.what.max_pending, slot, now);
  if (itag == ItagTable::kNone) {
    free_slots_.push_back(slot);
    return Blocked(Block::kItag);
  }
  QueueIssue issue = Send(QueueIssue::Step::kToDevice, descriptor, slot);
  issue.itag = itag;
  return issue;
}

std::uint32_t InvalidationQueueCore::TakeSlot() {
  if (free_slots_.empty()) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

QueueIssue InvalidationQueueCore::Send(QueueIssue::Step step, const QueueDescriptor& descriptor, std::uint32_t slot) {
  const InvalidationKind kind = descriptor.what.what.kind;
  slots_[slot] = {descriptor.owner, epoch_, kind};
  ++in_flight_;
  ++epoch_outstanding_;
  if (OrdersDeviceTlb(kind)) ++ordering_in_flight_;
  QueueIssue issue;
  issue.step = step;
  issue.slot = slot;
  issue.descriptor = descriptor;
  Advance();
  return issue;
}

void InvalidationQueueCore::Advance() {
  head_ = (head_ + 1) % config_.entries;
  --fetched_;
}

InvalidationQueueCore::Wait* InvalidationQueueCore::WaitOf(std::uint64_t epoch) {
  const auto wait = std::find_if(waits_.begin(), waits_.end(), [epoch](const Wait& w) { return w.epoch == epoch; });
  return wait == waits_.end() ? nullptr : &*wait;
}

// The wait may be gone: aborted by a time-out.
void* InvalidationQueueCore::End(std::uint32_t slot) {
  const InFlight ended = slots_[slot];
  free_slots_.push_back(slot);
  --in_flight_;
  if (OrdersDeviceTlb(ended.kind)) --ordering_in_flight_;
  if (ended.epoch == epoch_) {
    --epoch_outstanding_;
  } else if (Wait* wait = WaitOf(ended.epoch)) {
    --wait->outstanding;
  }
  return ended.owner;
}

InvalidationQueueCore::WaitStep InvalidationQueueCore::NextWait(Wait* wait) {
  for (auto next = waits_.begin(); next != waits_.end(); ++next) {
    if (next->outstanding != 0 || (next->draining && !next->drained)) continue;
    const bool drain = next->descriptor.what.what.page_request_drain && !next->drained;
    if (drain) next->draining = true;
    *wait = *next;
    if (drain) return WaitStep::kDrain;
    if (fence_ == next->epoch) fence_ = kNoFence;
    waits_.erase(next);
    return WaitStep::kEnded;
  }
  return WaitStep::kNone;
}

void InvalidationQueueCore::Drained(std::uint64_t epoch) {
  if (Wait* wait = WaitOf(epoch)) wait->drained = true;
}

std::optional<std::uint32_t> InvalidationQueueCore::Expire(Picoseconds now, std::vector<void*>* aborted) {
  const auto expired = itags_.Expire(now);
  if (!expired) return std::nullopt;
  error_requester_ = expired->requester;
  if (config_.riscv()) {
    timed_out_ = true;
    return expired->slot;
  }
  if (stop_ == QueueStop::kNone) Stop(QueueStop::kTimeout);
  for (const Wait& wait : waits_) aborted->push_back(wait.descriptor.owner);
  waits_.clear();
  fence_ = kNoFence;
  return expired->slot;
}

std::string InvalidationQueueCore::WaitsFor() const {
  switch (stop_) {
    case QueueStop::kQueueError:
      return "waits for software to clear a queue error (IQE)";
    case QueueStop::kTimeout:
      return "waits for software to clear an invalidation time-out (ITE)";
    case QueueStop::kNone:
      break;
  }
  const std::string flight = std::to_string(in_flight_) + " descriptors in flight, " +
                             std::to_string(itags_in_flight()) + " of them invalidate requests, " +
                             std::to_string(waits_.size()) + " waits";
  switch (blocked_by_) {
    case Block::kFence:
      return "waits for a fence (" + flight + ")";
    case Block::kOrder:
      return "waits for the IOTLB before a device-TLB invalidation (" + flight + ")";
    case Block::kItag:
      return "waits for a free ITag of device " + std::to_string(ring_[head_].what.requester) + " (" + flight + ")";
    case Block::kNone:
      break;
  }
  return in_flight_ == 0 && waits_.empty() ? std::string() : "waits for " + flight;
}

}  // namespace siov
