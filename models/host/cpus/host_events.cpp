// SPDX-License-Identifier: Apache-2.0
// Event interrupts of IOMMUs: a handler looks, clears and answers; and what a fault tells of a job that waits for a
// completion record it will never see.
#include <algorithm>

#include "models/host/cpus/host.h"

namespace siov {

tlm::tlm_sync_enum Host::OnIommuEvent(std::uint32_t socket, IommuEvent& event, Picoseconds delay) {
  Arrive(delay, kIommuEvent, event, socket);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum Host::OnFault(std::uint32_t, FaultRecord& fault, Picoseconds delay) {
  Arrive(delay, kFault, fault);
  return tlm::TLM_UPDATED;
}

void Host::ServeEvent(IommuEvent& event, std::uint32_t socket) {
  CheckArrival(event);
  iommu_events_.Add();
  event.ledger.Mark(Stage::kInterrupt, now() + config_.event_service_ps);
  from_iommu[socket]->Respond(event, config_.event_service_ps);
}

Picoseconds Host::DeadlineOf(const Job& job) const { return job.ledger.start() + config_.job_timeout_ps; }

// The driver has read the fault and tells the tenant, or (the fault was not recorded) gives the job up when its time is
// over. From here on the job ends as if its record had been seen, with an error.
void Host::EndJobWithoutRecord(FaultRecord& fault) {
  CheckArrival(fault);
  Job& job = *fault.job;
  if (fault.kept) {
    const auto waiting = lost_ends_.find(&job);
    if (waiting == lost_ends_.end() || waiting->second != fault.job_number)
      return GivePacket(fault);  // given up before
    lost_ends_.erase(waiting);
  }
  if (job.end_watch == nullptr) return IgnoreLate(fault);
  const Picoseconds end = fault.read ? now() : std::max(now(), DeadlineOf(job));
  lost_records_.Add();
  if (!fault.read) timeouts_.Add();
  job.status = JobStatus::kTranslationFailed;
  job.fault_address = fault.address;
  fault.ledger.Mark(Stage::kCompletion, end);
  Arrive(end - now(), kFaultEnd, fault);
}

void Host::TellOfFault(FaultRecord& fault) {
  CheckArrival(fault);
  Job& job = *fault.job;
  if (job.end_watch == nullptr) return IgnoreLate(fault);
  KnowEnd(job, fault.ledger);
  GivePacket(fault);
}

void Host::OnEndLost(Job& job) {
  if (!lost_ends_.emplace(&job, job.id).second) return;
  const Picoseconds deadline = DeadlineOf(job);
  Due(deadline > now() ? deadline - now() : 0, kGiveUp, &job, static_cast<std::uint32_t>(job.id));
}

// Unless somebody has told of it meanwhile.
void Host::GiveUp(Job& job, std::uint32_t id) {
  const auto waiting = lost_ends_.find(&job);
  if (waiting == lost_ends_.end() || static_cast<std::uint32_t>(waiting->second) != id) return;
  timeouts_.Add();
  if (job.status == JobStatus::kPending || job.status == JobStatus::kSuccess) {
    job.status = JobStatus::kTranslationFailed;
    job.bytes_completed = 0;
  }
  const auto early = std::find_if(early_interrupts_.begin(), early_interrupts_.end(),
                                  [&job](Notification* interrupt) { return interrupt->job == &job; });
  if (early != early_interrupts_.end()) {
    GivePacket(**early);
    early_interrupts_.erase(early);
  }
  job.record_observed = true;
  job.ledger.Mark(Stage::kCompletion, now());
  Finish(job, 0);
}

}  // namespace siov
