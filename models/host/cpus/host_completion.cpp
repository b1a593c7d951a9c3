// SPDX-License-Identifier: Apache-2.0
// How a tenant notices that its job is done: records that become visible, interrupts, and the answer.
#include <algorithm>

#include "models/base/invariant.h"
#include "models/host/cpus/host.h"

namespace siov {

void Host::ObserveRecord(ObservedWrite& record) {
  CheckArrival(record);
  Job& job = *record.job;
  if (job.end_watch == nullptr) return IgnoreLate(record);
  KnowEnd(job, record.ledger);
  GivePacket(record);
}

// The driver can tell the tenant: the record is there, or a fault says why it never will be. `told`: how that came.
void Host::KnowEnd(Job& job, const Ledger& told) {
  job.record_observed = true;
  if (!job.wants_interrupt) {
    polls_.Add();
    job.ledger.Append(told);
    job.ledger.Mark(Stage::kCompletion, now() + config_.poll_latency_ps);
    Finish(job, config_.poll_latency_ps);
    return;
  }
  const auto early = std::find_if(early_interrupts_.begin(), early_interrupts_.end(),
                                  [&job](Notification* interrupt) { return interrupt->job == &job; });
  if (early == early_interrupts_.end()) return;
  Notification& interrupt = **early;
  early_interrupts_.erase(early);
  interrupt.ledger.Mark(Stage::kInterruptWait, now());
  ServeInterrupt(interrupt);
}

// The handler reads the completion record, so an interrupt that overtook it has to wait.
void Host::Notify(Notification& interrupt) {
  CheckArrival(interrupt);
  const Job* job = JobOfInterrupt(interrupt);
  if (job == nullptr) return IgnoreLate(interrupt);
  notifications_.Add();
  if (job->wants_record && !job->record_observed) {
    early_.Add();
    early_interrupts_.push_back(&interrupt);
    return;
  }
  ServeInterrupt(interrupt);
}

void Host::ServeInterrupt(Notification& interrupt) {
  Job& job = *interrupt.job;
  job.ledger.Append(interrupt.ledger);
  GivePacket(interrupt);
  const VcpuBank::Service service = vcpus_.Serve(job.tenant, now(), wakeup_random_);
  job.ledger.MarkServed(Stage::kInterruptWait, service.start, Stage::kInterrupt, service.handler);
  job.ledger.Mark(Stage::kCompletion, service.end);
  if (service.woken) wakeups_.Add();
  vcpus_busy_.Book(service.end - service.start);
  if (service.start > now()) {
    interrupts_waiting_.Increment(now());
    Due(service.start - now(), kHandlerStart);
  }
  Finish(job, service.end - now());
}

void Host::Finish(Job& job, Picoseconds delay) {
  job.FailIfWriteDropped();  // the fault event tells the driver
  if (!QueueOf(job).shared) Due(delay, kCreditFree, nullptr, CreditPoolOf(job));
  EndJob(job, delay);
}

// The device has no more use for the job's buffers, and nobody waits any more for what tells of its end.
void Host::EndJob(Job& job, Picoseconds delay) {
  job.end_watch = nullptr;
  if (!lost_ends_.empty()) lost_ends_.erase(&job);
  if (!job.mapped) return AnswerSubmission(job, delay);
  Due(delay, kUnmap, job.submission);
}

void Host::AnswerSubmission(Job& job, Picoseconds delay) {
  Submission& submission = *job.submission;
  submission.ledger.Open(now() + delay);
  from_traffic.Respond(submission, delay);
}

}  // namespace siov
