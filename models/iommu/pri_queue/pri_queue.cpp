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

tlm::tlm_sync_enum PriQueue::Forward(std::uint32_t port, Tlp& payload, Picoseconds delay) {
  payload.source_port = static_cast<std::uint8_t>(port);  // the answer leaves by the same port
  Arrive(delay, kArrived, payload);
  // a full ring answers, it never holds a message back
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum PriQueue::FromInvalidation(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kCommand, payload);
  return tlm::TLM_UPDATED;
}

// What is posted needs no attention any more.
void PriQueue::Ignore(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}

// The event is answered when software has cleared what it told.
void PriQueue::FromHost(std::uint32_t, Tlp& event, tlm::tlm_phase_enum phase, Picoseconds) {
  if (phase == tlm::BEGIN_RESP) GivePacket(event);
}

void PriQueue::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PacketOf(item));
    case kStored:
      return OnStored(PacketOf(item), item.argument);
    case kVisible:
      return OnVisible(PacketOf(item));
    case kCommand:
      return OnCommand(PacketOf(item));
    default:
      return OnRespond(PacketOf(item));
  }
}

void PriQueue::OnArrived(Tlp& payload) {
  CheckArrival(payload);
  CheckInvariant(payload.kind == TlpKind::kPageRequest, [&] { return path() + ": expected a page request"; });
  requests_.Add();
  if (FieldsOf(payload).IsStopMarker()) stop_markers_.Add();
  const PageRequestFault fault =
      FindPageRequestFault(spaces_, payload.requester, payload.pasid, config_.riscv, config_.device_directory_levels);
  if (fault.reason != kNoFault) {
    table_errors_.Add();
    if (IsRecorded(fault)) RecordFault(payload, fault.reason);
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
  for (TranslationInvalidator* invalidator : invalidators_)
    invalidator->InvalidatePage(payload.pasid, payload.virtual_address);
  payload.ledger.Mark(Stage::kPageRequest, now() + config_.enqueue_latency_ps);
  Arrive(config_.enqueue_latency_ps, kStored, payload, *slot);
}

void PriQueue::RecordFault(const Tlp& request, FaultReason reason) {
  Tlp* record = TakePacket(TlpKind::kFaultRecord, 0, 0);
  record->requester = request.requester;
  record->pasid = request.pasid;
  record->tenant = request.tenant;
  record->virtual_address = request.virtual_address;
  record->wants_write = request.wants_write;
  record->privileged = request.privileged;
  record->execute = request.execute;
  record->translation.fault_reason = reason;
  to_faults.Send(*record, 0);
}

// Not queued. Only the last request of a group has an answer, and a Stop Marker never has one.
void PriQueue::Refuse(Tlp& payload, PageResponseCode code) {
  if (!payload.last_in_group || FieldsOf(payload).IsStopMarker()) {
    dropped_.Add();
    return GivePacket(payload);
  }
  hardware_.Add();
  ++own_answers_;
  payload.response_code = code;
  payload.kind = TlpKind::kPageRequest;  // until it leaves: the hardware's own
  payload.ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespond, payload);
}

void PriQueue::OnStored(Tlp& payload, std::uint32_t slot) {
  const std::uint64_t address = ring_address_ + std::uint64_t{slot} * config_.descriptor_bytes;
  TableAccess* descriptor = TakeAccess(TableAccess::Kind::kWrite, address, config_.descriptor_bytes);
  descriptor->tenant = payload.tenant;
  descriptor->context = reinterpret_cast<std::uintptr_t>(&payload);
  writing_.PushBack({&payload});
  to_memory.Send(*descriptor, 0);
}

// When the descriptor is visible; the tail follows in order.
void PriQueue::FromMemory(std::uint32_t, TableAccess& descriptor, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  CheckServed(descriptor);
  const auto* request = reinterpret_cast<Tlp*>(static_cast<std::uintptr_t>(descriptor.context));
  GivePacket(descriptor);
  for (std::size_t i = 0; i < writing_.size(); ++i) {
    if (writing_[i].request == request) writing_[i].visible = now() + delay;
  }
  while (!writing_.empty() && writing_.front().visible != kNever) {
    const Writing written = writing_.PopFront();
    last_visible_ = std::max(last_visible_, written.visible);
    written.request->ledger.Mark(Stage::kPageRequest, last_visible_);
    Arrive(last_visible_ - now(), kVisible, *written.request);
  }
}

void PriQueue::OnVisible(Tlp& payload) {
  CheckArrival(payload);
  ring_.Publish(FieldsOf(payload), &payload);
  if (ring_.SetPending()) SendEvent();
  AnswerDrains();
}

void PriQueue::SendEvent() {
  events_.Add();
  Tlp* event = TakePacket(TlpKind::kIommuEvent, 0, 0);
  event->event = IommuEvent::kPageRequest;
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
void PriQueue::OnCommand(Tlp& payload) {
  CheckArrival(payload);
  if (payload.kind == TlpKind::kInvalidation) {
    drains_.PushBack(&payload);
    if (ring_.unpublished() > 0 || own_answers_ > 0) drained_.Add();
    return AnswerDrains();
  }
  payload.length_bytes = 0;  // the message, unlike its descriptor, carries no data
  payload.kind = TlpKind::kPageGroupResponse;
  payload.ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespond, payload);
}

// Every request received so far is visible to software, or its answer has left.
void PriQueue::AnswerDrains() {
  while (!drains_.empty() && ring_.unpublished() == 0 && own_answers_ == 0) {
    Tlp& drain = *drains_.PopFront();
    drain.ledger.Mark(Stage::kInvalidateWait, now());
    from_invalidation.Respond(drain, 0);
  }
}

void PriQueue::OnRespond(Tlp& payload) {
  CheckArrival(payload);
  switch (payload.response_code) {
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
  const bool own = payload.kind == TlpKind::kPageRequest;
  payload.kind = TlpKind::kPageGroupResponse;
  if (!payload.response_with_pasid) payload.pasid = Pasid();
  payload.ClearRoute();
  to_port[payload.source_port]->Send(payload, 0);
  if (!own) return;
  --own_answers_;
  AnswerDrains();
}

}  // namespace siov
