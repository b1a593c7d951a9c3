// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/lost_ends.h"

#include <algorithm>

namespace siov {

LostEnds::LostEnds(PartedBlock& host, const HostConfig& config, std::uint32_t iommus, const Neighbours& neighbours)
    : BlockPart(host), config_(config), others_(neighbours) {
  for (std::uint32_t i = 0; i < iommus; ++i) {
    const std::string number = std::to_string(i);
    from_iommu.push_back(std::make_unique<TargetSocket<LostEnds, IommuEvent>>(("from_iommu_" + number).c_str(), this,
                                                                              &LostEnds::OnEvent, i));
    from_faults.push_back(std::make_unique<TargetSocket<LostEnds, FaultRecord>>(("from_faults_" + number).c_str(), this,
                                                                                &LostEnds::OnFault, i));
  }
}

tlm::tlm_sync_enum LostEnds::OnEvent(std::uint32_t socket, IommuEvent& event, Picoseconds delay) {
  Arrive(delay, kEvent, event, socket);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum LostEnds::OnFault(std::uint32_t, FaultRecord& fault, Picoseconds delay) {
  Arrive(delay, kFault, fault);
  return tlm::TLM_UPDATED;
}

void LostEnds::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kEvent:
      return Serve(PacketOf<IommuEvent>(item), item.argument);
    case kFault:
      return EndWithoutRecord(PacketOf<FaultRecord>(item));
    case kFaultEnd:
      return TellOfFault(PacketOf<FaultRecord>(item));
    case kGiveUp:
      return GiveUp(*static_cast<Job*>(item.object), item.argument);
  }
}

void LostEnds::Serve(IommuEvent& event, std::uint32_t socket) {
  CheckArrival(event);
  others_.ends.iommu_events.Add();
  event.ledger.Mark(Stage::kInterrupt, now() + config_.event_service_ps);
  from_iommu[socket]->Respond(event, config_.event_service_ps);
}

// The driver has read the fault and tells the tenant, or (the fault was not recorded) gives the job up when its time is
// over. From here on the job ends as if its record had been seen, with an error.
void LostEnds::EndWithoutRecord(FaultRecord& fault) {
  CheckArrival(fault);
  Job& job = *fault.job.OfSoftware();
  if (fault.kept) {
    if (!others_.deadlines.Awaits(job, fault.job_number)) return GivePacket(fault);  // given up before
    others_.deadlines.Forget(job);
  }
  if (job.end_watch == nullptr) return IgnoreLate(fault);
  const Picoseconds end = fault.read ? now() : std::max(now(), others_.deadlines.Of(job));
  others_.ends.lost_records.Add();
  if (!fault.read) others_.ends.timeouts.Add();
  job.status = JobStatus::kTranslationFailed;
  job.fault_address = fault.address;
  fault.ledger.Mark(Stage::kCompletion, end);
  Arrive(end - now(), kFaultEnd, fault);
}

void LostEnds::TellOfFault(FaultRecord& fault) {
  CheckArrival(fault);
  Job& job = *fault.job.OfSoftware();
  if (job.end_watch == nullptr) return IgnoreLate(fault);
  others_.completion.KnowEnd(job, fault.ledger);
  GivePacket(fault);
}

void LostEnds::IgnoreLate(FaultRecord& fault) {
  others_.ends.late_notices.Add();
  GivePacket(fault);
}

void LostEnds::Await(Job& job) {
  if (!others_.deadlines.Await(job)) return;
  const Picoseconds deadline = others_.deadlines.Of(job);
  Due(deadline > now() ? deadline - now() : 0, kGiveUp, &job, static_cast<std::uint32_t>(job.id));
}

// Unless somebody has told of it meanwhile.
void LostEnds::GiveUp(Job& job, std::uint32_t id) {
  if (!others_.deadlines.AwaitsLow(job, id)) return;
  others_.ends.timeouts.Add();
  if (job.status == JobStatus::kPending || job.status == JobStatus::kSuccess) {
    job.status = JobStatus::kTranslationFailed;
    job.bytes_completed = 0;
  }
  others_.completion.ForgetInterrupt(job);
  job.record_observed = true;
  job.ledger.Mark(Stage::kCompletion, now());
  others_.submission.Finish(job, 0);
}

}  // namespace siov
