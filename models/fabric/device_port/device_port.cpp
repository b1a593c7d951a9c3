// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port.h"

#include <algorithm>

#include "models/kernel/posted_writes.h"

namespace siov {

DevicePort::DevicePort(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       const DevicePortConfig& config, std::uint32_t blocks, bool has_function)
    : Block(name, simulation, path),
      from_link("from_link", this, &DevicePort::FromLink),
      to_link("to_link", this, &DevicePort::LinkBackward),
      to_portal("to_portal", this, &DevicePort::DeviceBackward),
      to_atc("to_atc", this, &DevicePort::DeviceBackward),
      config_(config),
      own_memory_(config.own_memory),
      tags_(config.tags),
      timers_(config.tags, config.completion_timeout_ps),
      upstream_requests_(statistics_, "upstream_requests", "TLPs",
                         "Requests and messages of the device passed to the link."),
      downstream_requests_(statistics_, "downstream_requests", "TLPs",
                           "Requests and messages that came down the link."),
      answers_(statistics_, "answers", "requests", "Non-posted requests of the device that were answered."),
      pasid_refused_(statistics_, "pasid_refused", "TLPs", "Requests whose PASID exceeds the PASID width: never sent."),
      own_memory_refused_(statistics_, "own_memory_refused", "TLPs",
                          "Translated requests to registers of the device's own function: never sent."),
      unsupported_messages_(statistics_, "unsupported_messages", "TLPs",
                            "ATS messages to a device without ATS: dropped as Unsupported Requests."),
      completion_timeouts_(statistics_, "completion_timeouts", "requests",
                           "Non-posted requests of the device that nobody answered in time: they failed."),
      late_answers_(statistics_, "late_answers", "requests", "Answers to requests that had timed out: dropped."),
      late_data_(statistics_, "late_data", "requests", "Late answers to reads of memory, with what was read there."),
      tag_stalls_(statistics_, "tag_stalls", "requests", "Non-posted requests that had to wait for a tag."),
      posted_stalls_(statistics_, "posted_stalls", "TLPs", "Posted requests that found the queue to the wire full."),
      tags_in_use_(statistics_, "tags_in_use", "tags", "Tags of outstanding non-posted requests.", config.tags),
      tag_queue_(statistics_, "tag_queue", "requests", "Non-posted requests waiting for a tag.", 0),
      posted_waiting_(statistics_, "posted_waiting", "TLPs",
                      "Posted requests waiting in their blocks for a place in the queue to the wire.", 0) {
  if (has_function) to_function.emplace("to_function", this, &DevicePort::DeviceBackward);
  if (config.posted_queue != 0) {
    posted_places_.emplace(statistics_, "posted_queue", "TLPs",
                           "Places of posted requests between the blocks and the wire taken.", config.posted_queue);
  }
  for (std::uint32_t i = 0; i < blocks; ++i) {
    const std::string socket = "from_block_" + std::to_string(i);
    from_block.push_back(std::make_unique<TargetSocket<DevicePort>>(socket.c_str(), this, &DevicePort::FromBlock, i));
  }
}

tlm::tlm_sync_enum DevicePort::FromBlock(std::uint32_t block, Tlp& payload, Picoseconds delay) {
  const bool takes_place = IsPosted(payload.kind) && config_.posted_queue != 0;
  if (takes_place && !TakePlace(block, payload)) return tlm::TLM_ACCEPTED;
  Arrive(delay + config_.egress_latency_ps, kUpstream, payload, block);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum DevicePort::FromLink(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Arrive(delay + config_.ingress_latency_ps, kDownstream, payload);
  return tlm::TLM_ACCEPTED;  // it holds link credits until the portal or the ATC took it
}

// --- The queue of posted requests: from when a block hands one over until the wire has taken it whole ----------------

bool DevicePort::TakePlace(std::uint32_t block, Tlp& payload) {
  FreePlaces();
  if (waiting_for_place_.empty() && places_taken_ < config_.posted_queue) {
    ++places_taken_;
    posted_places_->Take(now(), 1);
    return true;
  }
  posted_stalls_.Add();
  posted_waiting_.Increment(now());
  waiting_for_place_.PushBack({&payload, block});
  posted_places_->SetShort(now(), true);
  ArmPlaceFree();
  return false;
}

void DevicePort::FreePlaces() {
  while (!places_free_at_.empty() && places_free_at_.front() <= now()) {
    places_free_at_.PopFront();
    --places_taken_;
  }
}

// When a place becomes free is known as soon as the wire's turn is.
void DevicePort::ArmPlaceFree() {
  if (place_free_due_ || waiting_for_place_.empty() || places_free_at_.empty()) return;
  place_free_due_ = true;
  Due(places_free_at_.front() > now() ? places_free_at_.front() - now() : 0, kPlaceFree);
}

void DevicePort::PassWaiting() {
  place_free_due_ = false;
  FreePlaces();
  while (!waiting_for_place_.empty() && places_taken_ < config_.posted_queue) {
    const Waiting next = waiting_for_place_.PopFront();
    ++places_taken_;
    posted_places_->Take(now(), 1);
    posted_waiting_.Decrement(now());
    Tlp& payload = *next.payload;
    Ledger& ledger = payload.ledger;
    const Picoseconds ready = std::max(now(), ledger.cursor());
    ledger.Mark(Stage::kLinkWait, ready);
    payload.Hold();  // it may be consumed before its block learns that it is gone
    Arrive(ready - now() + config_.egress_latency_ps, kUpstream, payload, next.block);
    from_block[next.block]->Release(payload);
    GivePacket(payload);
  }
  posted_places_->SetShort(now(), !waiting_for_place_.empty());
  ArmPlaceFree();
}

// Answers, and when posted requests have left.
void DevicePort::LinkBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) {
    if (payload.completed_read != nullptr && !payload.last_completion) return GivePacket(payload);
    return Arrive(delay + config_.ingress_latency_ps, kAnswered, payload);
  }
  if (config_.posted_queue == 0) return;
  places_free_at_.PushBack(now() + delay);
  posted_places_->Return(now() + delay, 1);
  ArmPlaceFree();
}

void DevicePort::DeviceBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::END_REQ) {
    from_link.Release(payload, delay);
    return;
  }
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kPort, ledger.cursor() + config_.egress_latency_ps);
  from_link.Respond(payload, delay + config_.egress_latency_ps);
}

void DevicePort::OnDue(const DueItem& item) {
  if (item.kind == kPlaceFree) return PassWaiting();
  if (item.kind == kTimeout) return CheckTimeouts();
  Tlp& payload = PacketOf(item);
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kPort,
              ledger.cursor() + (item.kind == kUpstream ? config_.egress_latency_ps : config_.ingress_latency_ps));
  CheckArrival(payload);
  switch (item.kind) {
    case kUpstream:
      Upstream(payload, item.argument);
      break;
    case kAnswered:
      Answered(payload.completed_read != nullptr ? ReadOf(payload) : payload);
      break;
    default:
      Downstream(payload);
  }
}

void DevicePort::Upstream(Tlp& payload, std::uint32_t block) {
  payload.requester = config_.requester;
  payload.id_based_ordering = config_.id_based_ordering;
  if (!PasidFits(payload.pasid, config_.pasid_width)) {
    pasid_refused_.Add();
    return Refuse(payload, block);
  }
  if (ReachesOwnMemory(own_memory_, payload)) {
    own_memory_refused_.Add();
    return Refuse(payload, block);
  }
  upstream_requests_.Add();
  if (IsPosted(payload.kind)) {
    to_link.Send(payload, 0);
    return;
  }
  payload.PushRoute(static_cast<std::uint8_t>(block));
  const std::uint16_t tag = tags_.Take();
  if (tag == TagPool::kNone) {
    tag_stalls_.Add();
    tag_queue_.Increment(now());
    waiting_for_tag_.PushBack(&payload);
    return;
  }
  tags_in_use_.Increment(now());
  Issue(payload, tag);
}

void DevicePort::Refuse(Tlp& payload, std::uint32_t block) {
  if (IsPosted(payload.kind)) {
    if (config_.posted_queue != 0) {
      --places_taken_;
      posted_places_->GiveBack(now(), 1);
      if (!waiting_for_place_.empty()) Due(0, kPlaceFree);
    }
    NoteDroppedWrite(payload);
    if (payload.completes_job) NoteLostEnd(payload.job);
    GivePacket(payload);
    return;
  }
  // A translation request must not look as if the other end had forbidden ATS.
  const bool translation = payload.kind == TlpKind::kTranslationRequest;
  payload.status = translation ? CompletionStatus::kCompleterAbort : CompletionStatus::kUnsupportedRequest;
  from_block[block]->Respond(payload, 0);
}

void DevicePort::Issue(Tlp& payload, std::uint16_t tag) {
  payload.tag = tag;
  payload.ledger.Mark(Stage::kTagWait, now());
  if (timers_.on()) {
    timers_.Issued(now(), tag, payload);
    if (!watching_) Watch();
  }
  to_link.Send(payload, 0);
}

// Of several completions the last one ends the read.
Tlp& DevicePort::ReadOf(Tlp& last_completion) {
  Tlp& read = *last_completion.completed_read;
  read.ledger.Append(last_completion.ledger);
  GivePacket(last_completion);
  return read;
}

void DevicePort::Answered(Tlp& payload) {
  if (payload.abandoned) return LateAnswer(payload);
  const std::uint8_t block = payload.PopRoute();
  answers_.Add();
  FreeTag(payload.tag);
  from_block[block]->Respond(payload, 0);
}

void DevicePort::FreeTag(std::uint16_t tag) {
  timers_.Ended(tag);
  if (waiting_for_tag_.empty()) {
    tags_.Give(tag);
    tags_in_use_.Decrement(now());
    if (tags_.in_use() == 0 && watching_) WatchNothing();
  } else {
    // The tag passes from hand to hand, first come, first served.
    Tlp& next = *waiting_for_tag_.PopFront();
    tag_queue_.Decrement(now());
    Issue(next, tag);
  }
}

void DevicePort::Downstream(Tlp& payload) {
  downstream_requests_.Add();
  const DownstreamRoute route = RouteDownstream(payload.kind);
  if (route == DownstreamRoute::kAtc && !config_.ats) {
    unsupported_messages_.Add();
    from_link.Release(payload);
    return GivePacket(payload);
  }
  payload.Hold();  // whoever takes it may consume it before its credits are returned here
  const bool unbuffered = SocketOf(route).Send(payload, 0);
  if (unbuffered) from_link.Release(payload);
  GivePacket(payload);
}

InitiatorSocket<DevicePort>& DevicePort::SocketOf(DownstreamRoute route) {
  switch (route) {
    case DownstreamRoute::kPortal:
      break;
    case DownstreamRoute::kAtc:
      return to_atc;
    case DownstreamRoute::kFunction:
      CheckInvariant(to_function.has_value(), [&] { return path() + ": nobody is there for a register access"; });
      return *to_function;
  }
  return to_portal;
}

}  // namespace siov
