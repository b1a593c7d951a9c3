// SPDX-License-Identifier: Apache-2.0
// The life of one job in Traffic: submitted, held if its place is taken, finished, counted, followed by the next.
#include <algorithm>

#include "models/base/invariant.h"
#include "models/workload/tenants/submitting_threads.h"
#include "models/workload/tenants/traffic.h"
#include "models/workload/tenants/traffic_class.h"

namespace siov {

void Traffic::SubmitFrom(Class& source, std::uint32_t tenant, std::uint32_t slot) {
  if (HasEnded(source.first_tenant + tenant)) return;
  Job& job = *jobs().Take();
  source.factory.Fill(tenant, source.job_random, &job);
  ++source.in_flight;
  Submit(job, slot);
}

bool Traffic::SubmitOutside(std::uint32_t tenant, std::uint32_t slot, const std::function<void(Job*)>& change) {
  for (const std::unique_ptr<Class>& source : classes_) {
    const std::uint32_t of_class = tenant - source->first_tenant;
    if (source->config.arrivals != ArrivalProcess::kOutside || of_class >= source->config.tenants) continue;
    if (!Submitting() || HasEnded(tenant)) return false;
    Job& job = *jobs().Take();
    source->factory.Fill(of_class, source->job_random, &job);
    change(&job);
    Submit(job, slot);
    return true;
  }
  return false;
}

void Traffic::Submit(Job& job, std::uint32_t slot) {
  job.id = submitted_++;
  job.ledger.Open(now());
  Submission& submission = *TakePacket<Submission>();
  submission.job = &job;
  submission.thread = ThreadOf(job);
  submission.slot = slot;
  submitted_jobs_.Add();
  in_flight_jobs_.Increment(now());
  Send(submission);
}

SubmittingThread Traffic::ThreadOf(const Job& job) const {
  if (job.tenant_class >= classes_.size()) return ProcessOf(job.pasid);
  const Class& source = *classes_[job.tenant_class];
  return siov::ThreadOf(source.config, job.tenant.value() - source.first_tenant, job.pasid);
}

void Traffic::Send(Submission& submission) {
  const Job& job = *submission.job;
  (job.from_device ? *to_device[job.endpoint] : to_host).Send(submission, 0);
}

// A device without room: the packet comes again in the line's next slot, and those behind it wait.
void Traffic::Hold(Submission& submission) {
  Class& source = *classes_[submission.job->tenant_class];
  CheckInvariant(source.fixed.has_value() && source.held == nullptr, [&] {
    return path() + ": a job of " + source.config.name + " found no room in its device, and has no slot to come again";
  });
  submission.refused = false;
  source.held = &submission;
  repeats_.Add();
}

void Traffic::SendHeld(Class& source) {
  Submission& submission = *source.held;
  source.held = nullptr;
  source.fixed->Repeated();
  submission.job->ledger.Mark(Stage::kSubmitWait, now());
  submission.ledger.Open(now());
  Send(submission);
}

void Traffic::Finish(Submission& submission) {
  CheckArrival(submission);
  if (submission.refused) return Hold(submission);
  Job& job = *submission.job;
  const std::uint32_t slot = submission.slot;
  job_statistics_.Finish(job, now());
  if (sink_ != nullptr) sink_->OnJobFinished(job, now());
  CountOutcome(job);
  in_flight_jobs_.Decrement(now());
  ++finished_;
  if (job.ledger.start() == now()) CheckTimeGoesOn(job);
  const std::uint32_t tenant_class = job.tenant_class;
  const TenantId tenant = job.tenant;
  if (job.status == JobStatus::kSuccess) {
    succeeded_at_ = now();
    longest_success_ = std::max(longest_success_, now() - job.ledger.start());
  }
  if (outside_ && tenant_class < classes_.size() &&
      classes_[tenant_class]->config.arrivals == ArrivalProcess::kOutside) {
    outside_(slot, job);
  }
  jobs().Give(&job);
  GivePacket(submission);
  if (tenant_class < classes_.size()) {
    Class& source = *classes_[tenant_class];
    --source.in_flight;
    if (source.full) ResumeArrivals(tenant_class);
  }
  if (Submitting()) Continue(tenant_class, tenant, slot);
  if (done()) simulation().agenda.Stop();
}

// A closed loop of jobs that take no time never lets time go on; what is configured so is refused, but a device may
// also come to refuse its jobs at once, when its function is reset.
void Traffic::CheckTimeGoesOn(const Job& job) {
  constexpr std::uint32_t kMost = 1u << 22;  // beyond what a million tenants that all begin at once need
  if (timeless_at_ != now()) timeless_jobs_ = 0;
  timeless_at_ = now();
  CheckInvariant(++timeless_jobs_ < kMost, [&] {
    return path() + ": livelock at " + std::to_string(now()) + " ps: " + std::to_string(kMost) +
           " jobs began and ended without time going on, the last of " +
           (job.tenant_class < classes_.size() ? "class " + classes_[job.tenant_class]->config.name : "the replay");
  });
}

void Traffic::CountOutcome(const Job& job) {
  bytes_.Add(job.bytes_completed);
  switch (job.status) {
    case JobStatus::kPending:  // refused by JobStatistics
      break;
    case JobStatus::kSuccess:
      return succeeded_.Add();
    case JobStatus::kPageFault:
      return page_faulted_.Add();
    case JobStatus::kTranslationFailed:
      return translation_failed_.Add();
    case JobStatus::kRejected:
      return rejected_.Add();
    case JobStatus::kInvalidHandle:
      return invalid_handle_.Add();
    case JobStatus::kException:
      return exceptions_.Add();
  }
}

// What the end of a job sets off.
void Traffic::Continue(std::uint32_t tenant_class, TenantId tenant, std::uint32_t slot) {
  if (tenant_class == classes_.size()) {
    if (ordered_) return AccessDone(tenant.value() - replay_group_.first_tenant);
    if (config_.replay.timing == ReplayTiming::kAsFastAsPossible) PlayNext(tenant.value() - replay_group_.first_tenant);
    return;
  }
  Class& source = *classes_[tenant_class];
  if (source.config.arrivals != ArrivalProcess::kClosedLoop) return;
  const Picoseconds think = source.config.think_time.Draw(source.arrival_random);
  if (think == 0) {
    SubmitFrom(source, tenant.value() - source.first_tenant, slot);
    return;
  }
  wake_ups_.Schedule(slot, now() + think);
  ArmWakeUps();
}

}  // namespace siov
