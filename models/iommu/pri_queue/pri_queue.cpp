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
                   const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces)
    : Block(name, simulation, path),
      from_invalidation("from_invalidation", this, &PriQueue::FromInvalidation),
      from_page_responses("from_page_responses", this, &PriQueue::FromPageResponses),
      to_iotlb("to_iotlb", this, &PriQueue::FromIotlb),
      to_memory("to_memory", this, &PriQueue::FromMemory),
      to_host("to_host", this, &PriQueue::FromHost),
      to_faults("to_faults", this, &PriQueue::FromFaults),
      from_software("from_software", this, &PriQueue::FromSoftware),
      config_(config),
      ring_(config),
      spaces_(spaces),
      ring_address_(RingPlace(MakeRandom(), config.tables_home)),
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

tlm::tlm_sync_enum PriQueue::FromInvalidation(std::uint32_t, InvalidationRequest& drain, Picoseconds delay) {
  Arrive(delay, kDrain, drain);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum PriQueue::FromPageResponses(std::uint32_t, Tlp& response, Picoseconds delay) {
  Arrive(delay, kResponse, response);
  return tlm::TLM_UPDATED;
}

// What is posted needs no attention any more.
void PriQueue::Ignore(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}

// The event is answered when software has cleared what it told.
void PriQueue::FromHost(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds) {
  if (phase == tlm::BEGIN_RESP) GivePacket(event);
}

void PriQueue::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PacketOf(item));
    case kForgotten:
      return OnForgotten(PacketOf<InvalidationRequest>(item));
    case kStored:
      return OnStored(PacketOf(item), item.argument);
    case kVisible:
      return OnVisible(PacketOf(item));
    case kDrain:
      return OnDrain(PacketOf<InvalidationRequest>(item));
    case kResponse:
      return OnResponse(PacketOf(item));
    case kRespond:
      return Respond(PacketOf(item));
    default:
      Respond(PacketOf(item));
      --own_answers_;
      return AnswerDrains();
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
  Forget(payload, *slot);
}

// What the handler will write must be seen by the first translation request after its answer.
void PriQueue::Forget(Tlp& request, std::uint32_t slot) {
  forgetting_.PushBack({&request, slot});
  InvalidationRequest* forget = TakePacket<InvalidationRequest>();
  forget->before_page_request = true;
  forget->what.requester = request.requester;
  forget->what.pasid = request.pasid;
  forget->what.address = request.virtual_address;
  to_iotlb.Send(*forget, 0);
}

// In the order they were asked.
void PriQueue::FromIotlb(std::uint32_t, InvalidationRequest& request, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kForgotten, request);
}

void PriQueue::OnForgotten(InvalidationRequest& forgotten) {
  CheckArrival(forgotten);
  GivePacket(forgotten);
  const Forgetting next = forgetting_.PopFront();
  next.request->ledger.Mark(Stage::kPageRequest, now() + config_.enqueue_latency_ps);
  Arrive(config_.enqueue_latency_ps, kStored, *next.request, next.slot);
}

void PriQueue::RecordFault(const Tlp& request, FaultReason reason) {
  FaultRecord* record = TakePacket<FaultRecord>();
  record->address = request.virtual_address;
  record->pasid = request.pasid;
  record->requester = request.requester;
  record->reason = reason;
  record->write = request.wants_write;
  record->privileged = request.privileged;
  record->execute = request.execute;
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
  Tlp& response = *TakePacket(TlpKind::kPageGroupResponse, 0, 0);
  response.requester = payload.requester;
  response.pasid = payload.pasid;
  response.page_group = payload.page_group;
  response.response_code = code;
  response.response_with_pasid = payload.response_with_pasid;
  response.source_port = payload.source_port;
  response.ledger = payload.ledger;
  GivePacket(payload);
  response.ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespondOwn, response);
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
  IommuEvent* event = TakePacket<IommuEvent>();
  event->kind = IommuEventKind::kPageRequest;
  to_host.Send(*event, 0);
}

tlm::tlm_sync_enum PriQueue::FromSoftware(std::uint32_t, PageRequestAccess& access, Picoseconds delay) {
  switch (access.kind) {
    case PageRequestAccess::Kind::kReadStatus:
      access.used = ring_.used();
      access.overflow = ring_.overflow();
      break;
    case PageRequestAccess::Kind::kReadEntry:
      access.request = ring_.Read(access.value);
      access.message = static_cast<Tlp*>(ring_.packet(access.value));
      break;
    case PageRequestAccess::Kind::kAdvanceHead:
      ring_.AdvanceHead(access.value);
      occupied_.Set(now(), occupied_.level() - access.value);
      break;
    case PageRequestAccess::Kind::kClearPending:
      ring_.ClearPending();
      break;
    case PageRequestAccess::Kind::kClearOverflow:
      ring_.ClearOverflow();
      break;
  }
  from_software.Respond(access, delay);
  return tlm::TLM_UPDATED;
}

void PriQueue::MaskEvent(bool masked) {
  if (ring_.Mask(masked)) SendEvent();
}

void PriQueue::OnDrain(InvalidationRequest& drain) {
  CheckArrival(drain);
  drains_.PushBack(&drain);
  if (ring_.unpublished() > 0 || own_answers_ > 0) drained_.Add();
  AnswerDrains();
}

void PriQueue::OnResponse(Tlp& response) {
  CheckArrival(response);
  response.ledger.Mark(Stage::kPageResponse, now() + config_.response_latency_ps);
  Arrive(config_.response_latency_ps, kRespond, response);
}

// Every request received so far is visible to software, or its answer has left.
void PriQueue::AnswerDrains() {
  while (!drains_.empty() && ring_.unpublished() == 0 && own_answers_ == 0) {
    InvalidationRequest& drain = *drains_.PopFront();
    drain.ledger.Mark(Stage::kInvalidateWait, now());
    from_invalidation.Respond(drain, 0);
  }
}

void PriQueue::Respond(Tlp& response) {
  CheckArrival(response);
  switch (response.response_code) {
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
  if (!response.response_with_pasid) response.pasid = Pasid();
  to_port[response.source_port]->Send(response, 0);
}

}  // namespace siov
