// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/pri_queue/pri_queue.h"

#include <algorithm>
#include <utility>

#include "models/base/invariant.h"
#include "models/iommu/pri_queue/page_request_checks.h"
#include "models/translation/ring_place.h"

namespace siov {
namespace {

PageRequestFields FieldsOf(const Tlp& tlp) {
  PageRequestFields request;
  request.page = tlp.virtual_address;
  request.read = tlp.wants_read;
  request.write = tlp.wants_write;
  request.last = tlp.last_in_group;
  request.index = tlp.page_group;
  request.requester = tlp.requester;
  request.pasid = tlp.pasid;
  request.execute = tlp.execute;
  request.privileged = tlp.privileged;
  return request;
}

}  // namespace

PriQueue::PriQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces,
                   std::vector<TranslationInvalidator*> invalidators)
    : Block(name, simulation, path),
      from_invalidation("from_invalidation", this, &PriQueue::FromInvalidation),
      to_memory("to_memory", this, &PriQueue::FromMemory),
      to_host("to_host", this, &PriQueue::FromHost),
      to_faults("to_faults", this, &PriQueue::Ignore),
      config_(config),
      ring_(config),
      spaces_(spaces),
      invalidators_(std::move(invalidators)),
      ring_address_(RingPlace(MakeRandom())),
      occupied_(statistics_, "ring", "requests", "places of the ring that are taken", config.entries - 1) {
  for (std::uint32_t port = 0; port < ports; ++port) {
    const std::string suffix = std::to_string(port);
    from_port.push_back(
        std::make_unique<TargetSocket<PriQueue>>(("from_port_" + suffix).c_str(), this, &PriQueue::Forward, port));
    to_port.push_back(
        std::make_unique<InitiatorSocket<PriQueue>>(("to_port_" + suffix).c_str(), this, &PriQueue::Ignore, port));
  }
}

tlm::tlm_sync_enum PriQueue::Forward(std::uint32_t port, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay) {
  TlpOf(payload).source_port = static_cast<std::uint8_t>(port);  // the answer leaves by the same port
  Arrive(delay, kArrived, payload);
  phase = tlm::END_REQ;  // a full ring answers, it never holds a message back
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum PriQueue::FromInvalidation(std::uint32_t, Payload& payload, tlm::tlm_phase& phase,
                                              Picoseconds delay) {
  Arrive(delay, kCommand, payload);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// What is posted needs no attention any more.
void PriQueue::Ignore(std::uint32_t, Payload&, const tlm::tlm_phase&, Picoseconds) {}

// The event is answered when software has cleared what it told.
void PriQueue::FromHost(std::uint32_t, Payload& event, const tlm::tlm_phase& phase, Picoseconds) {
  if (phase == tlm::BEGIN_RESP) GivePayload(event);
}

void PriQueue::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PayloadOf(item));
    case kStored:
      return OnStored(PayloadOf(item), item.argument);
    case kVisible:
      return OnVisible(PayloadOf(item));
    case kCommand:
      return OnCommand(PayloadOf(item));
    case kWritten:
      return OnWritten(PayloadOf(item));
    default:
      return OnRespond(PayloadOf(item));
  }
}

void PriQueue::OnArrived(Payload& payload) {
  CheckArrival(payload);
  Tlp& tlp = TlpOf(payload);
  CheckInvariant(tlp.kind == TlpKind::kPageRequest, [&] { return path() + ": expected a page request"; });
  requests_.Add();
  if (FieldsOf(tlp).IsStopMarker()) stop_markers_.Add();
  const PageRequestFault fault =
      FindPageRequestFault(spaces_, tlp.requester, tlp.pasid, config_.riscv, config_.device_directory_levels);
  if (fault.reason != kNoFault) {
    table_errors_.Add();
    if (IsRecorded(fault)) RecordFault(tlp, fault.reason);
    return Refuse(payload, AnswerTo(fault, config_.riscv));
  }
  const auto slot = config_.enabled ? ring_.Reserve() : std::nullopt;
  if (!slot) {
    overflows_.Add();
    if (config_.enabled && ring_.SetOverflow()) SendEvent();
    const bool off = !config_.enabled && config_.riscv;
    return Refuse(payload, off ? PageResponseCode::kFailure : config_.overflow_response);
  }
  occupied_.Increment(now());
  for (TranslationInvalidator* invalidator : invalidators_) invalidator->InvalidatePage(tlp.pasid, tlp.virtual_address);
  tlp.ledger.Mark(Stage::kPageRequest, now() + config_.enqueue_latency_ps);
  Arrive(config_.enqueue_latency_ps, kStored, payload, *slot);
}

void PriQueue::RecordFault(const Tlp& request, FaultReason reason) {
  Payload* record = TakePayload(TlpKind::kFaultRecord, 0, 0);
  Tlp& tlp = TlpOf(*record);
  tlp.requester = request.requester;
  tlp.pasid = request.pasid;
  tlp.tenant = request.tenant;
  tlp.virtual_address = request.virtual_address;
  tlp.wants_write = request.wants_write;
  tlp.privileged = request.privileged;
  tlp.execute = request.execute;
  tlp.translation.fault_reason = reason;
  to_faults.Send(*record, 0);
}

// Not queued. Only the last request of a group has an answer, and a Stop Marker never has one.
void PriQueue::Refuse(Payload& payload, PageResponseCode code) {
  Tlp& tlp = TlpOf(payload);
  if (!tlp.last_in_group || FieldsOf(tlp).IsStopMarker()) {
    dropped_.Add();
    return GivePayload(payload);
  }
  hardware_.Add();
  ++own_answers_;
  tlp.response_code = code;
  tlp.kind = TlpKind::kPageRequest;  // until it leaves: the hardware's own
  tlp.ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespond, payload);
}

// The memory knows at once when what it is given will be visible; the tail follows in order.
void PriQueue::OnStored(Payload& payload, std::uint32_t slot) {
  const std::uint64_t address = ring_address_ + std::uint64_t{slot} * config_.descriptor_bytes;
  const bool answered = simulation().memory_outside;
  Payload* descriptor =
      TakePayload(answered ? TlpKind::kDeferrableWrite : TlpKind::kMemoryWrite, address, config_.descriptor_bytes);
  TlpOf(*descriptor).virtual_address = address;
  TlpOf(*descriptor).tenant = TlpOf(payload).tenant;
  if (answered) {
    TlpOf(*descriptor).context = reinterpret_cast<std::uintptr_t>(&payload);
    writing_.PushBack({&payload, false});
    to_memory.Send(*descriptor, 0);
    return;
  }
  descriptor->acquire();
  to_memory.Send(*descriptor, 0);
  last_visible_ = std::max(last_visible_, TlpOf(*descriptor).ledger.cursor());
  descriptor->release();
  TlpOf(payload).ledger.Mark(Stage::kPageRequest, last_visible_);
  Arrive(last_visible_ - now(), kVisible, payload);
}

void PriQueue::FromMemory(std::uint32_t, Payload& descriptor, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kWritten, descriptor);
}

void PriQueue::OnWritten(Payload& descriptor) {
  CheckServed(descriptor);
  const auto* request = reinterpret_cast<Payload*>(static_cast<std::uintptr_t>(TlpOf(descriptor).context));
  GivePayload(descriptor);
  for (std::size_t i = 0; i < writing_.size(); ++i) writing_[i].visible |= writing_[i].request == request;
  while (!writing_.empty() && writing_.front().visible) {
    Payload& visible = *writing_.PopFront().request;
    TlpOf(visible).ledger.Mark(Stage::kPageRequest, now());
    OnVisible(visible);
  }
}

void PriQueue::OnVisible(Payload& payload) {
  CheckArrival(payload);
  ring_.Publish(FieldsOf(TlpOf(payload)), &payload);
  if (ring_.SetPending()) SendEvent();
  AnswerDrains();
}

void PriQueue::SendEvent() {
  events_.Add();
  Payload* event = TakePayload(TlpKind::kIommuEvent, 0, 0);
  TlpOf(*event).event = IommuEvent::kPageRequest;
  to_host.Send(*event, 0);
}

void PriQueue::AdvanceHead(std::uint32_t entries) {
  ring_.AdvanceHead(entries);
  occupied_.Set(now(), occupied_.level() - entries);
}

void PriQueue::MaskEvent(bool masked) {
  if (ring_.Mask(masked)) SendEvent();
}

// From the invalidation queue: the answer of a group, or a wait that asks for a drain (PD).
void PriQueue::OnCommand(Payload& payload) {
  CheckArrival(payload);
  if (TlpOf(payload).kind == TlpKind::kInvalidation) {
    drains_.PushBack(&payload);
    if (ring_.unpublished() > 0 || own_answers_ > 0) drained_.Add();
    return AnswerDrains();
  }
  payload.set_data_length(0);  // the message, unlike its descriptor, carries no data
  TlpOf(payload).kind = TlpKind::kPageGroupResponse;
  TlpOf(payload).ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespond, payload);
}

// Every request received so far is visible to software, or its answer has left.
void PriQueue::AnswerDrains() {
  while (!drains_.empty() && ring_.unpublished() == 0 && own_answers_ == 0) {
    Payload& drain = *drains_.PopFront();
    TlpOf(drain).ledger.Mark(Stage::kInvalidateWait, now());
    from_invalidation.Respond(drain, 0);
  }
}

void PriQueue::OnRespond(Payload& payload) {
  CheckArrival(payload);
  Tlp& tlp = TlpOf(payload);
  switch (tlp.response_code) {
    case PageResponseCode::kSuccess:
      success_.Add();
      break;
    case PageResponseCode::kInvalidRequest:
      invalid_.Add();
      break;
    case PageResponseCode::kFailure:
      failure_.Add();
      break;
  }
  const bool own = tlp.kind == TlpKind::kPageRequest;
  tlp.kind = TlpKind::kPageGroupResponse;
  if (!tlp.response_with_pasid) tlp.pasid = Pasid();
  tlp.ClearRoute();
  to_port[tlp.source_port]->Send(payload, 0);
  if (!own) return;
  --own_answers_;
  AnswerDrains();
}

}  // namespace siov
