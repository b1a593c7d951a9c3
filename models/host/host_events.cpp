// SPDX-License-Identifier: Apache-2.0
// Event interrupts of IOMMUs: a handler looks, clears and answers; and what a fault tells of a job that waits for a
// completion record it will never see.
#include <algorithm>

#include "models/host/host.h"

namespace siov {

tlm::tlm_sync_enum Host::OnIommuEvent(std::uint32_t socket, Payload& payload, tlm::tlm_phase& phase,
                                      Picoseconds delay) {
  phase = tlm::END_REQ;
  Arrive(delay, kIommuEvent, payload, socket);
  return tlm::TLM_UPDATED;
}

void Host::ServeEvent(Payload& event, std::uint32_t socket) {
  CheckArrival(event);
  Tlp& tlp = TlpOf(event);
  if (tlp.job != nullptr) return EndJobWithoutRecord(event);
  iommu_events_.Add();
  tlp.ledger.Mark(Stage::kInterrupt, now() + config_.event_service_ps);
  from_iommu[socket]->Respond(event, config_.event_service_ps);
}

// The driver has read the fault and tells the tenant, or (the fault was not recorded) gives the job up when its time is
// over. From here on the job ends as if its record had been seen, with an error.
void Host::EndJobWithoutRecord(Payload& event) {
  Tlp& tlp = TlpOf(event);
  Job& job = *tlp.job;
  const bool recorded = tlp.status == CompletionStatus::kSuccess;
  const Picoseconds end = recorded ? now() : std::max(now(), job.ledger.start() + config_.job_timeout_ps);
  lost_records_.Add();
  if (!recorded) timeouts_.Add();
  job.status = JobStatus::kTranslationFailed;
  job.fault_address = tlp.virtual_address;
  tlp.ledger.Mark(Stage::kCompletion, end);
  Arrive(end - now(), kRecord, event);
}

}  // namespace siov
