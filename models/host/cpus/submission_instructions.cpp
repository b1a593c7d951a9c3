// SPDX-License-Identifier: Apache-2.0
// What the CPU that has a job does to submit it: prepares the descriptor, and executes ENQCMD, ENQCMDS or MOVDIR64B.
#include <algorithm>

#include "models/device/swq_arbiter/portal_map.h"
#include "models/host/cpus/job_submission.h"

namespace siov {

void JobSubmission::Issue(Submission& submission) {
  if (QueueOf(*submission.job).shared) return Enqueue(submission);
  Post(submission);
}

// The first time only: a command that was not accepted is sent again as it is. The CPU is busy until then; what it has
// written is visible then, or later if no fence waits for it.
Picoseconds JobSubmission::Prepare(Submission& submission) {
  Job& job = *submission.job;
  if (job.prepared_ps != 0) return 0;
  const Picoseconds work = config_.descriptor_preparation_ps;
  job.prepared_ps = now() + work + config_.store_drain_ps;
  const Picoseconds cost = submission.thread.fence ? work + config_.store_drain_ps : work;
  job.ledger.Mark(Stage::kSubmit, now() + cost);
  statistics_.cpu_time.Add(cost);
  return cost;
}

std::uint64_t JobSubmission::PortalOf(const Job& job) const {
  return portals_[job.endpoint].base + PortalAddress(job.queue.value(), PortalLimit::kLimited);
}

void JobSubmission::Enqueue(Submission& submission) {
  const EnqueueUnit::Step step = enqueue_.Execute(submission.thread, PortalOf(*submission.job));
  const bool guest = submission.thread.vm != SubmittingThread::kNoVm;
  const Picoseconds prepared = Prepare(submission);
  const Picoseconds translated = prepared + (guest ? config_.pasid_translation_ps : 0);
  switch (step.result) {
    case EnqueueUnit::Result::kException:
      return RaiseException(submission, prepared);
    case EnqueueUnit::Result::kExit:
      return ExitToHypervisor(submission, prepared);
    case EnqueueUnit::Result::kSend:
      break;
  }
  statistics_.enqcmds.Add();
  statistics_.enqcmds_in_flight.Increment(now());
  if (!submission.thread.portal) return Vanish(submission, prepared, translated + config_.enqcmd_latency_ps);
  SendCommand(submission, step.command, prepared, translated + config_.enqcmd_latency_ps);
}

// The branch of the command begins when it is prepared.
void JobSubmission::SendCommand(Submission& submission, const EnqueueCommand& command, Picoseconds prepared,
                                Picoseconds leaves) {
  Job& job = *submission.job;
  Tlp& write = *TakePacket(TlpKind::kDeferrableWrite, PortalOf(job), kDescriptorBytes);
  write.job = &job;
  write.tenant = job.tenant;
  write.pasid = command.pasid;
  write.Carry({job, command.pasid});
  write.privileged = command.privileged;
  if (KeepCpu(submission)) write.context = job.id + 1;
  write.ledger.Open(now() + prepared);
  write.ledger.Mark(Stage::kSubmit, now() + leaves);
  to_port[portals_[job.endpoint].port]->Send(write, leaves);
}

// Memory is no enqueue register: the store is dropped, and the CPU told so without leaving the die (DMW-05).
void JobSubmission::Vanish(Submission& submission, Picoseconds prepared, Picoseconds known) {
  statistics_.no_portal.Add();
  statistics_.enqcmd_round_trip.Add(known - prepared);
  statistics_.cpu_time.Add(known - prepared);
  submission.job->ledger.Mark(Stage::kSubmit, now() + known);
  Due(known, kNotAccepted, &submission);
}

void JobSubmission::NotAccepted(Submission& submission) {
  statistics_.enqcmds_in_flight.Decrement(now());
  FreeCpu();
  RetryOrGiveUp(*submission.job);
}

void JobSubmission::RaiseException(Submission& submission, Picoseconds after) {
  const Picoseconds heard = after + config_.exception_ps;
  statistics_.exceptions.Add();
  statistics_.cpu_time.Add(config_.exception_ps);
  submission.job->ledger.Mark(Stage::kExit, now() + heard);
  Due(heard, kException, &submission);
}

void JobSubmission::EndByException(Submission& submission) {
  FreeCpu();
  submission.job->status = JobStatus::kException;
  End(*submission.job, 0);
}

void JobSubmission::ExitToHypervisor(Submission& submission, Picoseconds prepared) {
  const Picoseconds cost = config_.pasid_translation_ps + config_.vm_exit_ps + config_.pasid_exit_service_ps;
  (submission.thread.kernel ? statistics_.enqcmds_exits : statistics_.enqcmd_exits).Add();
  statistics_.cpu_time.Add(cost);
  submission.job->ledger.Mark(Stage::kExit, now() + prepared + cost);
  Due(prepared + cost, kExitServed, &submission);
}

// The guest executes the instruction again.
void JobSubmission::ExitServed(Submission& submission) {
  if (enqueue_.ServeExit(submission.thread)) return Enqueue(submission);
  RaiseException(submission, 0);
}

// Its CPU stalls until a slot of its portal is free, and until there is a place on the way to the wire.
void JobSubmission::Post(Submission& submission) {
  const Job& job = *submission.job;
  const Picoseconds prepared = now() + Prepare(submission);
  const PostedWrite write{&submission, slots_.Take(job.tenant, prepared), prepared};
  PostedPath& path = paths_[portals_[job.endpoint].port];
  const Picoseconds from = path.waiting.empty() ? path.places.TakeFrom(write.turn.from, 1) : kNever;
  if (from != kNever) return Write(write, from);
  statistics_.posted_waiting.Increment(now());
  path.waiting.PushBack(write);
}

void JobSubmission::WriteLeft(std::uint32_t port, Picoseconds at) {
  PostedPath& path = paths_[port];
  path.places.Return(at, 1);
  if (path.waiting.empty()) return;
  const PostedWrite next = path.waiting.PopFront();
  statistics_.posted_waiting.Decrement(now());
  Write(next, path.places.TakeFrom(std::max(next.turn.from, now()), 1));
}

void JobSubmission::Write(const PostedWrite& posted, Picoseconds from) {
  Job& job = *posted.submission->job;
  const Picoseconds leaves = from + config_.movdir64b_latency_ps;
  const std::uint64_t slot = PortalOf(job) + std::uint64_t{posted.turn.slot} * kDescriptorBytes;
  Tlp& write = *TakePacket(TlpKind::kMemoryWrite, slot, kDescriptorBytes);
  write.job = &job;
  write.tenant = job.tenant;
  write.pasid = job.pasid;
  write.Carry({job, job.stated_pasid});
  write.ledger.Open(posted.prepared);
  write.ledger.Mark(Stage::kSubmit, posted.turn.from);
  write.ledger.Mark(Stage::kSubmitWait, from);
  write.ledger.Mark(Stage::kSubmit, leaves);
  statistics_.slot_stalls.Add(posted.turn.from - posted.prepared);
  statistics_.posted_stalls.Add(from - posted.turn.from);
  statistics_.movdir64bs.Add();
  statistics_.credits_used.Increment(now());
  statistics_.cpu_time.Add(leaves - posted.prepared);
  if (KeepCpu(*posted.submission)) {
    job.waits_from_ps = leaves;
  } else if (cpus_.unlimited()) {
    FreeCpu();
  } else {
    Due(leaves - now(), kCpuFree);
  }
  const std::uint32_t port = portals_[job.endpoint].port;
  const bool untold = to_port[port]->Send(write, leaves - now());
  Lending& places = paths_[port].places;
  if (untold && places.limited()) places.GiveBack(now(), 1);  // nobody will say when it has left
}

// True: the thread keeps its CPU until it has seen the job's end.
bool JobSubmission::KeepCpu(const Submission& submission) {
  Job& job = *submission.job;
  job.keeps_cpu = submission.thread.waiting != Waiting::kByOthers && !job.wants_interrupt;
  return job.keeps_cpu;
}

Picoseconds JobSubmission::NoticeAfter(const Job& job) const {
  if (!job.keeps_cpu) return config_.poll_latency_ps;
  if (job.waits_from_ps == kNever) return kNever;
  if (now() <= job.waits_from_ps) return job.waits_from_ps - now() + config_.poll_latency_ps;
  if (job.submission->thread.waiting == Waiting::kUmwait) return config_.umwait_wakeup_ps + config_.poll_latency_ps;
  const Picoseconds since = now() - job.waits_from_ps;
  return CeilDiv(since, config_.poll_interval_ps) * config_.poll_interval_ps - since + config_.poll_latency_ps;
}

// ENQCMD has returned. The record may have been written before.
void JobSubmission::StartWaiting(Job& job) {
  job.waits_from_ps = now();
  if (!job.record_observed) return;
  const Picoseconds delay = NoticeAfter(job);
  job.ledger.Mark(Stage::kCompletion, now() + delay);
  Finish(job, delay);
}

// The CPU of a job that ends while its ENQCMD is under way is free when that returns.
void JobSubmission::StopWaiting(Job& job, Picoseconds delay) {
  job.keeps_cpu = false;
  if (job.waits_from_ps == kNever) return;
  const bool asleep = job.submission->thread.waiting == Waiting::kUmwait;
  const Picoseconds end = now() + delay;
  (asleep ? statistics_.umwait_time : statistics_.spin_time).Add(end - std::min(end, job.waits_from_ps));
  Due(delay, kCpuFree);
}

// The job may be finished already when Success is known, unless its thread keeps the CPU for it; so only a Retry looks
// at it, and whoever has its place by then has another number.
void JobSubmission::Answered(Tlp& write) {
  CheckArrival(write);
  const Picoseconds round_trip = write.ledger.elapsed();
  statistics_.enqcmds_in_flight.Decrement(now());
  statistics_.enqcmd_round_trip.Add(round_trip);
  statistics_.cpu_time.Add(round_trip);
  const bool accepted = write.status == CompletionStatus::kSuccess;
  Job& job = *write.job.OfSoftware();
  const bool waits = accepted && write.context == job.id + 1 && job.keeps_cpu;
  if (!accepted) job.ledger.Append(write.ledger);
  GivePacket(write);
  if (accepted) statistics_.accepted.Add();
  if (waits) return StartWaiting(job);
  FreeCpu();
  if (accepted) return;
  job.keeps_cpu = false;
  RetryOrGiveUp(job);
}

}  // namespace siov
