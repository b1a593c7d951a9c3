// SPDX-License-Identifier: Apache-2.0
// What a root port does not pass on: malformed requests, and translated ones that the structures forbid.
#include "models/fabric/root_port/root_port.h"
#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

}  // namespace

// An odd number of double words, none, or more than the completion boundary (PCIe 10.2.2).
bool RootPort::IsMalformed(Tlp& payload) const {
  const std::uint32_t bytes = payload.length_bytes;
  return bytes == 0 || bytes % kTranslationBytes != 0 || bytes > config_.read_completion_boundary_bytes;
}

// Translated requests skip the IOTLB, so what is above the page tables is checked here; false: refused.
bool RootPort::MayPass(Tlp& payload) {
  if (structures_ == nullptr) return true;
  if (checked_.requester != payload.requester || checked_.version != structures_->version()) {
    checked_ = {payload.requester, structures_->version(), CheckRequester(*structures_, payload.requester)};
  }
  const TranslatedCheck check = CheckTranslated(*structures_, checked_.found, payload.requester, payload.pasid,
                                                payload.address, config_.host_address_bits, config_.containment);
  if (check.reason == kNoFault) return true;
  RefuseFault(payload, check.reason, check.fpd);
  return false;
}

// The record of a posted write's fault takes its story: if it was a completion record, who reads the fault can tell the
// tenant.
void RootPort::RefuseFault(Tlp& payload, FaultReason reason, bool fpd) {
  faults_.Add();
  const bool write = IsPosted(payload.kind);
  if (config_.profile == IommuProfile::kRiscv) reason = RiscvCause(reason, write);
  FaultRecord& record = *TakePacket<FaultRecord>();
  record.address = payload.address;
  record.pasid = payload.pasid;
  record.requester = payload.requester;
  record.reason = reason;
  record.at = AddressType::kTranslated;
  record.write = write;
  record.privileged = payload.privileged;
  record.fpd = fpd;
  if (write) {
    record.lost_record = payload.completes_job;
    record.job = payload.job;
    record.ledger = payload.ledger;
    refused_.Add();
    from_link.Release(payload);
    NoteDroppedWrite(payload);
    GivePacket(payload);
  } else {
    const bool abort = RuleOf(reason).translated == FaultAnswer::kCompleterAbort;
    Refuse(payload, abort ? CompletionStatus::kCompleterAbort : CompletionStatus::kUnsupportedRequest);
  }
  to_faults.Send(record, 0);
}

void RootPort::Refuse(Tlp& payload, CompletionStatus status) {
  refused_.Add();
  from_link.Release(payload);
  if (IsPosted(payload.kind)) {
    NoteDroppedWrite(payload);
    if (payload.completes_job) NoteLostEnd(payload.job);
    if (payload.interrupt) NoteLostEnd(JobOfInterrupt(payload));
    GivePacket(payload);
    return;
  }
  payload.status = status;
  payload.ledger.Mark(Stage::kPort, now() + config_.egress_latency_ps);
  from_link.Respond(payload, config_.egress_latency_ps);
}

}  // namespace siov
