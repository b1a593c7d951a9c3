// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/job_completion.h"

#include <algorithm>

namespace siov {

CompletionStatistics::CompletionStatistics(StatGroup& group, const VcpuBank& vcpus, std::uint32_t count)
    : polls(group, "polls", "jobs", "Completions noticed by polling."),
      notifications(group, "notifications", "interrupts", "Completions noticed by interrupt."),
      wakeups(group, "wakeups", "interrupts", "Interrupts that found their vCPU halted."),
      early(group, "early_interrupts", "interrupts",
            "Interrupts that came before the completion record they announce was visible."),
      coalesced(group, "coalesced_ends", "jobs", "Completions noticed in the handler of a later job's interrupt."),
      vcpus_busy(group, "vcpus_busy", "Share of the vCPUs' time in wake-up and interrupt handlers.", count,
                 [&vcpus](Picoseconds at) { return vcpus.BusyAfter(at); }),
      interrupts_waiting(group, "interrupts_waiting", "interrupts", "Interrupts behind other handlers of their vCPU.",
                         0) {}

JobCompletion::JobCompletion(PartedBlock& host, StatGroup& statistics, const HostConfig& config, std::uint32_t memories,
                             std::uint32_t remappers, JobSubmission& submission, EndStatistics& ends)
    : BlockPart(host),
      config_(config),
      submission_(submission),
      ends_(ends),
      vcpus_(config),
      wakeup_random_(MakeRandom().Split("wakeup")),
      statistics_(statistics, vcpus_, config.vcpus) {
  for (std::uint32_t i = 0; i < memories; ++i) {
    from_memory.push_back(std::make_unique<TargetSocket<JobCompletion, ObservedWrite>>(
        ("from_memory_" + std::to_string(i)).c_str(), this, &JobCompletion::OnRecord, i));
  }
  for (std::uint32_t i = 0; i < remappers; ++i) {
    from_interrupts.push_back(std::make_unique<TargetSocket<JobCompletion, Notification>>(
        ("from_interrupts_" + std::to_string(i)).c_str(), this, &JobCompletion::OnNotification, i));
  }
}

tlm::tlm_sync_enum JobCompletion::OnRecord(std::uint32_t, ObservedWrite& record, Picoseconds delay) {
  Arrive(delay, kRecord, record);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum JobCompletion::OnNotification(std::uint32_t, Notification& interrupt, Picoseconds delay) {
  Arrive(delay, kNotify, interrupt);
  return tlm::TLM_UPDATED;
}

void JobCompletion::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kRecord:
      return ObserveRecord(PacketOf<ObservedWrite>(item));
    case kNotify:
      return Notify(PacketOf<Notification>(item));
    case kHandlerStart:
      return statistics_.interrupts_waiting.Decrement(now());
  }
}

void JobCompletion::ObserveRecord(ObservedWrite& record) {
  CheckArrival(record);
  Job& job = *record.job.OfSoftware();
  if (job.end_watch == nullptr) return IgnoreLate(record);
  KnowEnd(job, record.ledger);
  GivePacket(record);
}

void JobCompletion::KnowEnd(Job& job, const Ledger& told) {
  job.record_observed = true;
  if (!job.wants_interrupt) {
    statistics_.polls.Add();
    job.ledger.Append(told);
    const Picoseconds delay = submission_.NoticeAfter(job);
    if (delay == kNever) return;
    job.ledger.Mark(Stage::kCompletion, now() + delay);
    return submission_.Finish(job, delay);
  }
  if (config_.coalesced_interrupts) found_[VectorOf(job)].push_back(&job);
  Notification* const interrupt = TakeEarly(job);
  if (interrupt == nullptr) return;
  interrupt->ledger.Mark(Stage::kInterruptWait, now());
  ServeInterrupt(*interrupt);
}

Notification* JobCompletion::TakeEarly(const Job& job) {
  const auto early =
      std::find_if(early_interrupts_.begin(), early_interrupts_.end(),
                   [&job](const Notification* interrupt) { return interrupt->job.OfSoftware() == &job; });
  if (early == early_interrupts_.end()) return nullptr;
  Notification* const interrupt = *early;
  early_interrupts_.erase(early);
  return interrupt;
}

// Who has a record is found when that is there.
void JobCompletion::Coalesced(Job& job) {
  if (!job.wants_record) found_[VectorOf(job)].push_back(&job);
}

// The driver that gives a job up finds the ends that its interrupt would have told of.
void JobCompletion::ForgetInterrupt(const Job& job) {
  if (Notification* const interrupt = TakeEarly(job)) GivePacket(*interrupt);
  if (!config_.coalesced_interrupts) return;
  for (Job* const found : TakeCoalesced(job)) {
    found->ledger.Mark(Stage::kInterruptWait, now());
    submission_.Finish(*found, 0);
  }
}

// Jobs of the vector that no interrupt of their own tells of; `told` is one that something else does.
std::vector<Job*> JobCompletion::TakeCoalesced(const Job& told) {
  std::vector<Job*>& jobs = found_[VectorOf(told)];
  jobs.erase(std::remove(jobs.begin(), jobs.end(), &told), jobs.end());
  const auto rest =
      std::stable_partition(jobs.begin(), jobs.end(), [](const Job* job) { return !job->interrupt_coalesced; });
  std::vector<Job*> coalesced(rest, jobs.end());
  jobs.erase(rest, jobs.end());
  return coalesced;
}

// The handler reads the completion record, so an interrupt that overtook it has to wait.
void JobCompletion::Notify(Notification& interrupt) {
  CheckArrival(interrupt);
  const Job* job = JobOfInterrupt(interrupt);
  if (job == nullptr) return IgnoreLate(interrupt);
  statistics_.notifications.Add();
  if (job->wants_record && !job->record_observed) {
    statistics_.early.Add();
    early_interrupts_.push_back(&interrupt);
    return;
  }
  ServeInterrupt(interrupt);
}

void JobCompletion::ServeInterrupt(Notification& interrupt) {
  Job& job = *interrupt.job.OfSoftware();
  job.ledger.Append(interrupt.ledger);
  const VcpuBank::Service service = vcpus_.Serve(interrupt.vcpu, now(), wakeup_random_);
  GivePacket(interrupt);
  job.ledger.MarkServed(Stage::kInterruptWait, service.start, Stage::kInterrupt, service.handler);
  job.ledger.Mark(Stage::kCompletion, service.end);
  if (service.woken) statistics_.wakeups.Add();
  statistics_.vcpus_busy.Book(service.end - service.start);
  if (service.start > now()) {
    statistics_.interrupts_waiting.Increment(now());
    Due(service.start - now(), kHandlerStart);
  }
  if (config_.coalesced_interrupts) ServeCoalesced(job, service);
  submission_.Finish(job, service.end - now());
}

// The handler looks at the records of all jobs of its vector.
void JobCompletion::ServeCoalesced(const Job& told, const VcpuBank::Service& service) {
  for (Job* const job : TakeCoalesced(told)) {
    statistics_.coalesced.Add();
    job->ledger.MarkServed(Stage::kInterruptWait, service.start, Stage::kInterrupt, service.handler);
    job->ledger.Mark(Stage::kCompletion, service.end);
    submission_.Finish(*job, service.end - now());
  }
}

}  // namespace siov
