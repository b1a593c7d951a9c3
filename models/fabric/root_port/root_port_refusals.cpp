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

// A posted write becomes the record of its fault: if it was a completion record, who reads it can tell the tenant.
void RootPort::RefuseFault(Tlp& payload, FaultReason reason, bool fpd) {
  faults_.Add();
  const bool write = IsPosted(payload.kind);
  if (write) {
    refused_.Add();
    from_link.Release(payload);  // while it still is what the link knows
  }
  if (config_.profile == IommuProfile::kRiscv) reason = RiscvCause(reason, write);
  Tlp& record = write ? payload : *TakePacket(TlpKind::kFaultRecord, 0, 0);
  record.kind = TlpKind::kFaultRecord;
  record.requester = payload.requester;
  record.pasid = payload.pasid;
  record.tenant = payload.tenant;
  record.virtual_address = payload.address;
  record.at = AddressType::kTranslated;
  record.privileged = payload.privileged;
  record.wants_write = write;
  record.translation = Translation{};
  record.translation.fault_reason = reason;
  record.translation.fpd = fpd;
  if (write) {
    NoteDroppedWrite(record);
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
