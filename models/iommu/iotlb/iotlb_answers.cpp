// SPDX-License-Identifier: Apache-2.0
// What the IOTLB answers, refuses, drops and reports.
#include <algorithm>

#include "models/iommu/iotlb/iotlb.h"
#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

}  // namespace

void Iotlb::Answer(const Request& request, const Translation& translation) {
  if (request.gathered != 0) {
    if (!AddTranslation(request, translation)) return EndGathering(request);
    Request next = request;
    ++next.gathered;
    return Gather(next);
  }
  Tlp& tlp = *request.payload;
  translation_requests_.Add();
  const bool guest_physical = containment_ == Containment::kSecondStage;
  const TranslationAnswer answer = AnswerTranslationRequest(tlp, translation, profile_, guest_physical);
  tlp.translation = answer.translation;
  tlp.status = answer.status;
  tlp.privileged = tlp.privileged && tlp.pasid.valid();  // the answer's Priv
  tlp.execute = false;                                   // and Exe: page tables grant none
  if (answer.status == CompletionStatus::kCompleterAbort) {
    aborted_.Add();
  } else if (answer.status == CompletionStatus::kUnsupportedRequest) {
    unsupported_.Add();
  } else if (!answer.translation.read && !answer.translation.write) {
    no_access_.Add();
  }
  if (answer.recorded) {
    Translation fault = translation;
    fault.fault_reason = answer.reason;
    to_faults.Send(TakeRecord(tlp, fault), 0);
  }
  const bool several = tlp.translations > 1 && (answer.translation.read || answer.translation.write);
  if (!several) {
    tlp.translations = 1;
    return Respond(request);
  }
  Request next = request;
  next.gathered = 1;
  Gather(next);
}

// The pages that a request for several asks for are walked for side by side, as far as there are slots: one after
// another they would take longer than requests for one page each. Each joins the completion when it is its turn. How
// large pages are the walks themselves find out, before they read the leaves.
void Iotlb::WalkAhead(const Tlp& request) {
  const unsigned shift = core_.LeafShift(request.requester, request.pasid, request.virtual_address);
  const std::uint64_t first = AlignDown(request.virtual_address, std::uint64_t{1} << shift);
  const auto pages = std::min<std::uint64_t>(request.translations, TranslationBatch::kMost);
  for (std::uint64_t i = 1; i < pages && SlotFree() && waiting_.empty(); ++i) {
    const std::uint64_t address = first + (i << shift);
    const MissKey key = MissKey::Of(request.requester, core_.TagOf(request.requester, request.pasid, false), address);
    if (misses_.Find(key) != Misses::kNone || core_.Holds(request.requester, request.pasid, address)) continue;
    MissState state;
    state.walks = state.ahead = true;
    ++in_flight_;
    walks_.Increment(now());
    Walk* walk = TakeWalk(misses_.Open(key, state), address);
    CopyCause(request, *walk);
    to_walker.Send(*walk, 0);
  }
}

// Further translations of one completion: the pages behind the first one, as long as they are of its size, allow
// something and are not more than asked for. What is not held is walked for, page by page.
void Iotlb::Gather(Request request) {
  const Tlp& tlp = *request.payload;
  const std::uint64_t page = std::uint64_t{1} << tlp.translation.page_shift;
  for (; request.gathered < std::min<std::size_t>(tlp.translations, TranslationBatch::kMost); ++request.gathered) {
    const std::uint64_t address = AlignDown(tlp.virtual_address, page) + page * request.gathered;
    const Picoseconds start = std::max(port_free_, now());
    port_free_ = start + lookup_interval_;
    port_busy_.Serve(start, port_free_);
    const Translation* held = core_.Lookup(tlp.requester, tlp.pasid, address);
    if (held == nullptr || NeedsWalk(*held, tlp)) return Miss(request, address);
    if (!AddTranslation(request, *held)) break;
  }
  EndGathering(request);
}

// False: this page ends the completion.
bool Iotlb::AddTranslation(const Request& request, const Translation& translation) {
  Tlp& tlp = *request.payload;
  const bool guest_physical = containment_ == Containment::kSecondStage;
  const TranslationAnswer answer = AnswerTranslationRequest(tlp, translation, profile_, guest_physical);
  const Translation& page = answer.translation;
  if (page.page_shift != tlp.translation.page_shift || !(page.read || page.write)) return false;
  request.payload->Batch().further[request.gathered - 1u] = {page.address, page.read, page.write, page.global};
  further_.Add();
  return true;
}

void Iotlb::EndGathering(const Request& request) {
  Tlp& tlp = *request.payload;
  tlp.translations = request.gathered;
  if (request.gathered > 1) tlp.batch = &request.payload->Batch();
  request.payload->length_bytes = kTranslationBytes * request.gathered;
  Respond(request);
}

void Iotlb::Respond(const Request& request) {
  if (!request.ticket.valid()) return RespondNow(request);
  if (request.payload->kind == TlpKind::kTranslationRequest) return Pass(request);
  const OrderAttributes order = OrderOfRequest(*request.payload);  // refused: it goes no further
  RespondNow(request);
  ForgetPlace(request, order);
}

void Iotlb::RespondNow(const Request& request) {
  from_port[request.port]->Release(*request.payload);
  from_port[request.port]->Respond(*request.payload, 0);
}

FaultReason Iotlb::FaultOf(const Translation& translation, const Tlp& tlp) const {
  const bool write = tlp.kind != TlpKind::kMemoryRead;
  return IsContained(tlp) ? ContainedFault(translation, write, tlp.privileged, containment_)
                          : AccessFault(translation, {!write, write, tlp.privileged});
}

// Every fault of an untranslated or translated request is recorded; reads are answered, posted writes cannot be.
void Iotlb::Refuse(const Request& request, const Translation& translation, FaultReason reason) {
  Tlp& tlp = *request.payload;
  const bool write = tlp.kind == TlpKind::kMemoryWrite;
  if (IsContained(tlp)) tlp.virtual_address = request.payload->address;  // what the record is about
  Translation fault = translation;
  fault.fault_reason = profile_ == IommuProfile::kRiscv ? RiscvCause(reason, write) : reason;
  if (write) return DropWrite(request, fault);
  refused_reads_.Add();
  const bool abort = IsContained(tlp) && RuleOf(reason).translated == FaultAnswer::kCompleterAbort;
  tlp.status = abort ? CompletionStatus::kCompleterAbort : CompletionStatus::kUnsupportedRequest;
  to_faults.Send(TakeRecord(tlp, fault), 0);
  Respond(request);
}

// The fault's record takes the write's story: if that was a completion record, who reads the fault can still tell the
// tenant.
void Iotlb::DropWrite(const Request& request, const Translation& fault) {
  const Tlp& payload = *request.payload;
  FaultRecord& record = TakeRecord(payload, fault);
  record.write = true;
  record.lost_record = payload.completes_job;
  record.job = payload.job;
  record.ledger = payload.ledger;
  const OrderAttributes order = ForgetWrite(request);
  to_faults.Send(record, 0);
  if (request.ticket.valid()) ForgetPlace(request, order);
}

// Returns the order it had; its place in it is yet to be given up.
OrderAttributes Iotlb::ForgetWrite(const Request& request) {
  Tlp& payload = *request.payload;
  from_port[request.port]->Release(payload);
  dropped_writes_.Add();
  const OrderAttributes order = OrderOfRequest(payload);
  NoteDroppedWrite(payload);
  GivePacket(payload);
  return order;
}

// Peer-to-peer traffic through a root complex is an option of PCI Express, which this one has not: whatever functions
// it is between, it ends here as an Unsupported Request. It is no fault of translation, so none is recorded.
void Iotlb::RefusePeer(const Request& request) {
  Tlp& payload = *request.payload;
  peer_refused_.Add();
  if (payload.kind != TlpKind::kMemoryWrite) {
    refused_reads_.Add();
    payload.status = CompletionStatus::kUnsupportedRequest;
    return Respond(request);
  }
  if (payload.completes_job) NoteLostEnd(payload.job);
  const OrderAttributes order = ForgetWrite(request);
  if (request.ticket.valid()) ForgetPlace(request, order);
}

// It will never leave.
void Iotlb::ForgetPlace(const Request& request, const OrderAttributes& order) {
  order_of_.Drop(request.ticket, order, [this](const Request& next) { LeaveInOrder(next); });
}

FaultRecord& Iotlb::TakeRecord(const Tlp& cause, const Translation& fault) {
  faults_.Add();
  FaultRecord& record = *TakePacket<FaultRecord>();
  record.address = cause.virtual_address;
  record.pasid = cause.pasid;
  record.requester = cause.requester;
  record.reason = fault.fault_reason;
  record.at = KindOf(cause).first;
  record.privileged = cause.privileged;
  record.fpd = fault.fpd;
  return record;
}

}  // namespace siov
