// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/root_port.h"

#include <algorithm>

namespace siov {
namespace {

// By the time the IOTLB frees its buffer a write may have turned into what memory tells the host, or into a fault.
bool WasPosted(TlpKind kind) { return kind != TlpKind::kMemoryRead && kind != TlpKind::kTranslationRequest; }

}  // namespace

RootPort::RootPort(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   const RootPortConfig& config, std::uint8_t index, const TranslationStructures* structures,
                   bool asks_memory, bool has_accesses)
    : Block(name, simulation, path),
      from_host("from_host", this, &RootPort::Downstream),
      from_link("from_link", this, &RootPort::FromLink),
      from_pri_queue("from_pri_queue", this, &RootPort::Downstream),
      from_invalidation("from_invalidation", this, &RootPort::Downstream),
      to_link("to_link", this, &RootPort::LinkBackward),
      to_iotlb("to_iotlb", this, &RootPort::HostBackward, static_cast<std::uint32_t>(UpstreamRoute::kIotlb)),
      to_memory("to_memory", this, &RootPort::HostBackward, static_cast<std::uint32_t>(UpstreamRoute::kMemory)),
      to_pri_queue("to_pri_queue", this, &RootPort::HostBackward, static_cast<std::uint32_t>(UpstreamRoute::kPriQueue)),
      to_interrupts("to_interrupts", this, &RootPort::HostBackward,
                    static_cast<std::uint32_t>(UpstreamRoute::kInterrupts)),
      to_faults("to_faults", this, &RootPort::FaultBackward),
      to_invalidation("to_invalidation", this, &RootPort::HostBackward,
                      static_cast<std::uint32_t>(UpstreamRoute::kInvalidations)),
      config_(config),
      device_memory_(config.device_memory),
      index_(index),
      structures_(structures),
      asks_memory_(asks_memory),
      to_memory_requests_(statistics_, "to_memory", "requests", "Translated requests passed to memory."),
      to_iotlb_requests_(statistics_, "to_iotlb", "requests", "Untranslated and translation requests."),
      page_requests_(statistics_, "page_requests", "messages", "Page requests passed to the page request queue."),
      interrupts_(statistics_, "interrupts", "messages", "Interrupt messages passed to the remapper."),
      invalidate_completions_(statistics_, "invalidate_completions", "messages",
                              "Invalidate completions passed to the invalidation queue."),
      refused_(statistics_, "refused", "requests", "Requests refused as unsupported; posted ones are dropped."),
      peer_refused_(statistics_, "peer_refused", "requests",
                    "Translated requests to registers of devices, of those refused: they are not routed to peers."),
      malformed_(statistics_, "malformed", "requests", "Translation requests of an impossible length, refused."),
      faults_(statistics_, "faults", "requests", "Translated requests refused with a fault that is to be recorded."),
      downstream_requests_(statistics_, "downstream_requests", "TLPs", "Requests and messages sent down the link."),
      answers_(statistics_, "answers", "requests", "Completions sent down the link."),
      read_stalls_(statistics_, "read_stalls", "requests", "Reads that waited for others to leave the root complex."),
      window_stalls_(statistics_, "window_stalls", "requests",
                     "Untranslated reads that waited for a place among those whose translation is awaited in order."),
      in_window_(statistics_, "translation_window", "requests",
                 "Untranslated reads with a place among those awaited in order; kept only where there is a limit.",
                 config.translation_window),
      reads_outstanding_(statistics_, "reads_outstanding", "requests",
                         "Reads in the root complex; kept only where their number is limited.",
                         config.outstanding_reads),
      read_queue_(statistics_, "read_queue", "requests", "Reads waiting for others to leave the root complex.", 0),
      ordered_queue_(statistics_, "ordered_queue", "requests",
                     "Requests and completions waiting for older untranslated writes in the IOTLB.", 0),
      message_order_wait_(
          statistics_, "message_order_wait", "ps",
          "Time interrupt messages and invalidate completions waited for older writes to become visible.") {
  if (has_accesses) from_accesses.emplace("from_accesses", this, &RootPort::Access);
}

// Nothing is held here, so the packet is passed on at once with the time that remains.
tlm::tlm_sync_enum RootPort::Downstream(std::uint32_t, Tlp& payload, Picoseconds delay) {
  downstream_requests_.Add();
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kPort, ledger.cursor() + config_.egress_latency_ps);
  if (!to_link.Send(payload, delay + config_.egress_latency_ps)) return tlm::TLM_ACCEPTED;
  return tlm::TLM_UPDATED;
}

// As a bridge does: on the link of its function a configuration request is of type 0.
tlm::tlm_sync_enum RootPort::Access(std::uint32_t index, Tlp& payload, Picoseconds delay) {
  payload.type_1 = IsConfiguration(payload.kind) && !config_.below.ends_at_device;
  return Downstream(index, payload, delay);
}

tlm::tlm_sync_enum RootPort::FromLink(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Arrive(delay + config_.ingress_latency_ps + config_.fabric_latency_ps, kUpstream, payload);
  return tlm::TLM_ACCEPTED;
}

std::vector<std::string> RootPort::WaitsFor(const Occupancy& held) const {
  if (&held == &reads_outstanding_) return PeersOf(to_iotlb, to_memory);
  if (&held == &ordered_queue_ || &held == &in_window_) return PeersOf(to_iotlb);
  return {};
}

// Completions of the host's deferrable writes and register accesses.
void RootPort::LinkBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::END_REQ) {
    SenderOf(payload).Release(payload, delay);
    return;
  }
  Arrive(delay + config_.ingress_latency_ps + config_.fabric_latency_ps, kCompletion, payload);
}

// Behind what its device has written, as everything that comes up.
void RootPort::Completion(Tlp& payload) {
  if (ClassOf(payload).order.Admit(payload, OrderOfCompletion(payload), false))
    return SenderOf(payload).Respond(payload, 0);
  ordered_queue_.Increment(now());
}

// Memory and IOMMU: buffers freed, and answers on their way to the device.
void RootPort::HostBackward(std::uint32_t route, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (IsFlush(payload)) {
    if (phase == tlm::BEGIN_RESP) Arrive(delay, kFlushed, payload);
    return;
  }
  if (phase == tlm::END_REQ) {
    from_link.Release(payload, delay);
    if (static_cast<UpstreamRoute>(route) != UpstreamRoute::kIotlb) return;
    if (WasPosted(payload.kind)) {
      WriteLeavesIotlb(payload);
    } else if (config_.translation_window != 0 && payload.kind == TlpKind::kMemoryRead) {
      Translated(payload);
    }
    return;
  }
  answers_.Add();
  // The read leaves the root complex a fabric latency after its data came; the next one then needs another to get in.
  if (payload.kind == TlpKind::kMemoryRead && config_.outstanding_reads != 0) {
    Due(delay + 2 * config_.fabric_latency_ps, kReadDone);
  }
  const Picoseconds latency = config_.fabric_latency_ps + config_.egress_latency_ps;
  payload.ledger.Mark(Stage::kPort, payload.ledger.cursor() + latency);
  from_link.Respond(payload, delay + latency);
}

void RootPort::OnDue(const DueItem& item) {
  if (item.kind == kReadDone) return ReadDone();
  Tlp& payload = PacketOf(item);
  if (item.kind == kWriteLeftIotlb) return WriteLeftIotlb(payload);
  if (item.kind == kFlushed) return Flushed(payload);
  payload.ledger.Mark(Stage::kPort, payload.ledger.cursor() + config_.ingress_latency_ps + config_.fabric_latency_ps);
  CheckArrival(payload);
  if (item.kind == kCompletion) return Completion(payload);
  payload.source_port = index_;
  Upstream(payload);
}

void RootPort::Upstream(Tlp& payload) {
  const TlpKind kind = payload.kind;
  const UpstreamRoute route = RouteOf(payload);
  if (kind == TlpKind::kTranslationRequest && IsMalformed(payload)) {
    malformed_.Add();
    return Refuse(payload);
  }
  if (payload.at == AddressType::kTranslated && !config_.acs_translation_blocking && !MayPass(payload)) return;
  const bool to_peer = route == UpstreamRoute::kMemory && device_memory_.Meets(payload.address, payload.length_bytes);
  if (to_peer) peer_refused_.Add();
  if (to_peer || route == UpstreamRoute::kRefused) {
    Refuse(payload);
  } else {
    InOrder(payload, route);
  }
}

void RootPort::GoOn(Tlp& payload, UpstreamRoute route) {
  if (payload.kind == TlpKind::kMemoryRead && config_.outstanding_reads != 0) return Read(payload, route);
  Pass(payload, route);
}

void RootPort::Read(Tlp& payload, UpstreamRoute route) {
  if (reads_in_flight_ == config_.outstanding_reads) {
    read_stalls_.Add();
    read_queue_.Increment(now());
    waiting_reads_.PushBack(&payload);
    return;
  }
  ++reads_in_flight_;
  reads_outstanding_.Increment(now());
  Pass(payload, route);
}

void RootPort::ReadDone() {
  if (waiting_reads_.empty()) {
    reads_outstanding_.Decrement(now());
    --reads_in_flight_;
    return;
  }
  Tlp& next = *waiting_reads_.PopFront();  // its place goes on to the next
  read_queue_.Decrement(now());
  next.ledger.Mark(Stage::kMemoryWait, now());
  Pass(next, RouteOf(next));
}

void RootPort::Translate(Tlp& payload) {
  if (window_.size() == config_.translation_window) {
    window_stalls_.Add();
    waiting_for_window_.PushBack(&payload);
    return;
  }
  window_.PushBack(&payload);
  in_window_.Increment(now());
  PassAndRelease(to_iotlb, payload, 0);
}

// Places become free from the front: a read that is translated keeps its own until all before it are.
void RootPort::Translated(const Tlp& payload) {
  for (std::size_t i = 0; i < window_.size(); ++i) {
    if (window_[i] == &payload) window_[i] = nullptr;
  }
  while (!window_.empty() && window_.front() == nullptr) {
    window_.PopFront();
    in_window_.Decrement(now());
  }
  while (!waiting_for_window_.empty() && window_.size() < config_.translation_window) {
    Tlp& next = *waiting_for_window_.PopFront();
    next.ledger.Mark(Stage::kIotlbWait, now());
    Translate(next);
  }
}

void RootPort::Pass(Tlp& payload, UpstreamRoute route) {
  switch (route) {
    case UpstreamRoute::kMemory:
      to_memory_requests_.Add();
      PassToMemory(payload);
      break;
    case UpstreamRoute::kIotlb:
      to_iotlb_requests_.Add();
      if (config_.translation_window != 0 && payload.kind == TlpKind::kMemoryRead) return Translate(payload);
      PassAndRelease(to_iotlb, payload, 0);
      break;
    case UpstreamRoute::kPriQueue:
      page_requests_.Add();
      PassAndRelease(to_pri_queue, payload, 0);
      break;
    case UpstreamRoute::kInvalidations:
      invalidate_completions_.Add();
      PassAfterWrites(to_invalidation, payload);
      break;
    case UpstreamRoute::kInterrupts:
      interrupts_.Add();
      PassAfterWrites(to_interrupts, payload);
      break;
    case UpstreamRoute::kRefused:  // refused on arrival
      break;
  }
}

// Memory takes everything without holding it in a buffer, so the credits are free before it is asked.
void RootPort::PassToMemory(Tlp& payload) {
  from_link.Release(payload);
  if (!IsPosted(payload.kind)) {
    to_memory.Send(payload, 0);
    return;
  }
  payload.Hold();  // memory consumes it; its ledger then ends when it is visible
  to_memory.Send(payload, 0);
  Picoseconds& visible = ClassOf(payload).posted_visible;
  visible = std::max(visible, payload.ledger.cursor());
  GivePacket(payload);
}

void RootPort::PassAndRelease(InitiatorSocket<RootPort>& socket, Tlp& payload, Picoseconds delay) {
  const bool posted_to_iotlb = &socket == &to_iotlb && IsPosted(payload.kind);
  payload.Hold();  // whoever takes it may consume it before its credits are returned here
  if (socket.Send(payload, delay)) {
    from_link.Release(payload);
    if (posted_to_iotlb) WriteLeavesIotlb(payload);
  }
  GivePacket(payload);
}

UpstreamRoute RootPort::RouteOf(Tlp& payload) const {
  return RouteUpstream(payload.kind, payload.at, payload.address, payload.pasid.valid(),
                       config_.acs_translation_blocking, config_.containment);
}

}  // namespace siov
