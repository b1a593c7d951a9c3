// SPDX-License-Identifier: Apache-2.0
// How descriptors end: completions, waits, time-outs, and what software is told.
#include <vector>

#include "models/base/invariant.h"
#include "models/iommu/invalidation_queue/invalidation_queue.h"

namespace siov {
namespace {

constexpr std::uint32_t kStatusBytes = 4;

}  // namespace

// IOTLB and interrupt remapper: the entries are gone and what used them has drained. Page request queue: drained.
void InvalidationQueue::Ended(InvalidationRequest& invalidation) {
  CheckArrival(invalidation);
  const std::uint64_t context = invalidation.context;
  const bool drain = invalidation.what.what.kind == InvalidationKind::kWait;
  GivePacket(invalidation);
  if (drain) {
    core_.Drained(context);
    return EndWaits();
  }
  EndSlot(static_cast<std::uint32_t>(context), CompletionStatus::kSuccess);
}

void InvalidationQueue::EndSlot(std::uint32_t slot, CompletionStatus status) {
  auto& command = *static_cast<InvalidationCommand*>(core_.End(slot));
  in_flight_.Decrement(now());
  AnswerHost(command, status, now());
  EndWaits();
}

// Something has ended: waits may have too, and the head may go on.
void InvalidationQueue::EndWaits() {
  InvalidationQueueCore::Wait wait;
  for (auto step = core_.NextWait(&wait); step != InvalidationQueueCore::WaitStep::kNone;
       step = core_.NextWait(&wait)) {
    if (step == InvalidationQueueCore::WaitStep::kEnded) {
      EndWait(wait);
      continue;
    }
    InvalidationRequest* drain = TakePacket<InvalidationRequest>();
    drain->what.what = wait.descriptor.what.what;
    drain->context = wait.epoch;
    to_pri_queue.Send(*drain, 0);
  }
  if (core_.blocked_by() == InvalidationQueueCore::Block::kNone) return;
  Issue();
  if (core_.blocked_by() != InvalidationQueueCore::Block::kNone) return;
  executing_ = false;
  Advance();
}

void InvalidationQueue::EndWait(const InvalidationQueueCore::Wait& wait) {
  const Invalidation& what = wait.descriptor.what.what;
  waits_done_.Add();
  pending_waits_.Decrement(now());
  auto& owner = *static_cast<InvalidationCommand*>(wait.descriptor.owner);
  if (what.interrupt) Raise(IommuEventKind::kWaitDone, 0);
  if (what.status_write) return WriteStatus(wait.descriptor.what.address, owner);
  AnswerHost(owner, CompletionStatus::kSuccess, now());
}

void InvalidationQueue::WriteStatus(std::uint64_t address, InvalidationCommand& owner) {
  status_writes_.Add();
  TableAccess* write = TakeAccess(TableAccess::Kind::kWrite, address, kStatusBytes);
  write->context = reinterpret_cast<std::uintptr_t>(&owner);
  to_memory.Send(*write, 0);
}

// Memory says when it is visible, which may be later.
void InvalidationQueue::StatusWritten(TableAccess& write, Picoseconds visible) {
  CheckServed(write);
  auto& owner = *reinterpret_cast<InvalidationCommand*>(static_cast<std::uintptr_t>(write.context));
  GivePacket(write);
  AnswerHost(owner, CompletionStatus::kSuccess, visible);
}

void InvalidationQueue::AnswerHost(InvalidationCommand& command, CompletionStatus status, Picoseconds at) {
  command.status = status;
  command.ledger.Mark(Stage::kInvalidateWait, at);
  answered_.Add();
  service_time_.Add(command.ledger.elapsed());
  if (command.what.what.kind == InvalidationKind::kWait) wait_latency_.Record(command.ledger.elapsed());
  SocketOf(command).Respond(command, at - now());
}

void InvalidationQueue::InvalidateCompletion(Tlp& completion) {
  CheckArrival(completion);
  completions_.Add();
  const Tlp tlp = completion;
  GivePacket(completion);
  for (std::uint32_t tags = tlp.itags; tags != 0; tags &= tags - 1) {
    CompleteTag(tlp, static_cast<std::uint32_t>(__builtin_ctz(tags)));
  }
}

void InvalidationQueue::CompleteTag(const Tlp& completion, std::uint32_t itag) {
  std::uint32_t slot = 0;
  switch (core_.Complete(completion.requester, itag, completion.completion_count, &slot)) {
    case ItagTable::Outcome::kMore:
      return;
    case ItagTable::Outcome::kDone:
      itags_in_use_.Decrement(now());
      return EndSlot(slot, CompletionStatus::kSuccess);
    case ItagTable::Outcome::kUnknown:
      completion_errors_.Add();
      if (config_.riscv()) return;  // an unexpected completion, ignored
      core_.set_error_requester(completion.requester);
      return Raise(IommuEventKind::kCompletionError, completion.requester);
  }
}

void InvalidationQueue::ArmTimer() {
  const Picoseconds deadline = core_.NextDeadline();
  if (deadline == kNever || timer_at_ != kNever) return;
  timer_at_ = deadline;
  Due(deadline - now(), kTimer);
}

void InvalidationQueue::Timer() {
  timer_at_ = kNever;
  std::vector<void*> aborted;
  while (const auto slot = core_.Expire(now(), &aborted)) {
    timeouts_.Add();
    itags_in_use_.Decrement(now());
    for (void* wait : aborted) {
      aborted_waits_.Add();
      pending_waits_.Decrement(now());
      AnswerHost(*static_cast<InvalidationCommand*>(wait), CompletionStatus::kCompleterAbort, now());
    }
    aborted.clear();
    if (!config_.riscv()) {
      executing_ = false;  // what was fetched is forgotten
      busy_.Stop(now());
      Raise(IommuEventKind::kTimeout, core_.error_requester());
    }
    EndSlot(*slot, CompletionStatus::kCompleterAbort);
  }
  ArmTimer();
}

// One interrupt until software has cleared what it told.
void InvalidationQueue::Raise(IommuEventKind kind, RequesterId requester) {
  bool& raised = raised_[static_cast<std::size_t>(kind)];
  if (kind == IommuEventKind::kWaitDone) (raised ? wait_coalesced_ : wait_interrupts_).Add();
  if (raised) return;
  raised = true;
  IommuEvent* event = TakePacket<IommuEvent>();
  event->kind = kind;
  event->requester = requester;
  to_host.Send(*event, 0);
}

void InvalidationQueue::Cleared(IommuEvent& event) {
  const IommuEventKind kind = event.kind;
  GivePacket(event);
  raised_[static_cast<std::size_t>(kind)] = false;
  if (kind == IommuEventKind::kQueueError) {
    auto& bad = *static_cast<InvalidationCommand*>(core_.ClearQueueError());
    PlaceWaiting();
    AnswerHost(bad, CompletionStatus::kCompleterAbort, now());
  } else if (kind == IommuEventKind::kTimeout) {
    core_.ClearTimeout();
  }
  Advance();
}

}  // namespace siov
