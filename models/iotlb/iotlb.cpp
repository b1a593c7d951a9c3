// SPDX-License-Identifier: Apache-2.0
#include "models/iotlb/iotlb.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint32_t kWalkBytes = 8;
constexpr std::uint32_t kTranslationBytes = 8;  // of one entry of a translation completion

std::uint64_t OffsetIn(std::uint64_t address, unsigned page_shift) {
  return address & ((std::uint64_t{1} << page_shift) - 1);
}

}  // namespace

Iotlb::Iotlb(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const IotlbConfig& config, std::size_t ports, const AddressSpaces& spaces,
             const CachePartitions& partitions)
    : Block(name, simulation, path),
      to_walker("to_walker", this, &Iotlb::FromWalker),
      to_memory("to_memory", this, &Iotlb::FromMemory),
      from_invalidation("from_invalidation", this, &Iotlb::FromInvalidation),
      core_(config, spaces, partitions),
      lookup_latency_(config.lookup_latency_ps),
      lookup_interval_(config.lookup_interval_ps),
      miss_slots_(config.miss_slots),
      walks_(statistics_, "walks", "misses", "misses in flight to the page walker", config.miss_slots) {
  for (std::uint32_t port = 0; port < ports; ++port) {
    const std::string socket = "from_port_" + std::to_string(port);
    from_port.push_back(std::make_unique<TargetSocket<Iotlb>>(socket.c_str(), this, &Iotlb::Forward, port));
  }
}

tlm::tlm_sync_enum Iotlb::Forward(std::uint32_t port, Payload& payload, tlm::tlm_phase&, Picoseconds delay) {
  Arrive(delay, kArrived, payload, port);
  return tlm::TLM_ACCEPTED;
}

void Iotlb::FromWalker(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  Arrive(delay, TlpOf(payload).kind == TlpKind::kInvalidation ? kInvalidated : kWalked, payload);
}

// Data on its way back: nothing happens to it here.
void Iotlb::FromMemory(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  drained_ = std::max(drained_, now() + delay);
  from_port[TlpOf(payload).PopRoute()]->Respond(payload, delay);
}

void Iotlb::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PayloadOf(item), item.argument);
    case kLookup:
      return OnLookup(PayloadOf(item), item.argument);
    case kWalked:
      return OnWalked(PayloadOf(item));
    case kInvalidate:
      return OnInvalidate(PayloadOf(item));
    default:
      return OnInvalidated(PayloadOf(item));
  }
}

void Iotlb::OnArrived(Payload& payload, std::uint32_t port) {
  CheckArrival(payload);
  const Picoseconds start = std::max(now(), port_free_);
  port_free_ = start + lookup_interval_;
  port_busy_.Add(lookup_interval_);
  const Picoseconds done = start + lookup_latency_;
  TlpOf(payload).ledger.MarkServed(Stage::kIotlbWait, start, Stage::kIotlb, done);
  Arrive(done - now(), kLookup, payload, port);
}

void Iotlb::OnLookup(Payload& payload, std::uint32_t port) {
  const Tlp& tlp = TlpOf(payload);
  Request request{&payload, kNoTicket, 0, port};
  if (!tlp.pasid.valid()) {
    no_pasid_.Add();
    Translation identity;
    identity.page_shift = kPageShift1G;
    identity.address = payload.get_address() - OffsetIn(payload.get_address(), kPageShift1G);
    identity.read = identity.write = true;
    if (tlp.kind == TlpKind::kTranslationRequest) return Answer(request, identity);
    return Pass(request);
  }
  const Translation* hit = core_.Lookup(tlp.requester, tlp.pasid, tlp.virtual_address);
  if (hit != nullptr) {
    hits_.Add();
    return Settle(request, *hit);
  }
  misses_count_.Add();
  if (tlp.kind == TlpKind::kMemoryWrite) request.ticket = writes_.Enter(tlp.requester);
  Miss(request);
}

void Iotlb::Miss(const Request& request) {
  const Tlp& tlp = TlpOf(*request.payload);
  const MissKey key = MissKey::Of(tlp.requester, tlp.pasid, tlp.virtual_address);
  const std::uint32_t pending = misses_.Find(key);
  if (pending != Misses::kNone) {
    merged_.Add();
    return misses_.Wait(pending, request);
  }
  const std::uint32_t miss = misses_.Open(key, MissState{});
  misses_.Wait(miss, request);
  if (SlotFree() && waiting_.empty()) return StartWalk(miss);
  waiting_.push_back(miss);
  slot_queue_.Increment(now());
}

void Iotlb::StartWalk(std::uint32_t miss) {
  ++in_flight_;
  walks_.Increment(now());
  misses_.state(miss).walks = true;
  Tlp& cause = TlpOf(*misses_.first(miss).payload);
  cause.ledger.Mark(Stage::kIotlbWait, now());
  Payload* walk = TakePayload(TlpKind::kWalk, cause.virtual_address, kWalkBytes);
  Tlp& tlp = TlpOf(*walk);
  tlp.requester = cause.requester;
  tlp.pasid = cause.pasid;
  tlp.tenant = cause.tenant;
  tlp.adi = cause.adi;
  tlp.job = cause.job;
  tlp.virtual_address = cause.virtual_address;
  tlp.at = cause.kind == TlpKind::kTranslationRequest ? AddressType::kTranslationRequest : AddressType::kUntranslated;
  tlp.privileged = cause.privileged;
  tlp.traffic_class = cause.traffic_class;
  tlp.wants_write = tlp.at == AddressType::kTranslationRequest ? !cause.no_write : cause.kind != TlpKind::kMemoryRead;
  tlp.context = miss;
  to_walker.Send(*walk, 0);
}

void Iotlb::OnWalked(Payload& walk) {
  CheckArrival(walk);
  Tlp& walked = TlpOf(walk);
  const auto miss = static_cast<std::uint32_t>(walked.context);
  const Translation translation = walked.translation;
  const MissState state = misses_.state(miss);
  if (state.stale || translation.overtaken) {
    stale_walks_.Add();
  } else if (core_.Fill(walked.requester, walked.pasid, walked.virtual_address, translation)) {
    evictions_.Add();
  }
  TlpOf(*misses_.first(miss).payload).ledger.Append(walked.ledger);
  GivePayload(walk);
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  misses_.Close(miss);
  --in_flight_;
  walks_.Decrement(now());
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    TlpOf(*request.payload).ledger.Mark(Stage::kWalkWait, now());
    Settle(request, translation);
  }
  if (state.waited_for_by != 0) StaleWalkEnded(state.waited_for_by);
  StartWaitingWalks();
}

// A miss that waited may have been filled meanwhile, by a larger page.
void Iotlb::StartWaitingWalks() {
  while (!waiting_.empty() && SlotFree()) {
    const std::uint32_t miss = waiting_.front();
    waiting_.pop_front();
    slot_queue_.Decrement(now());
    const MissKey key = misses_.key(miss);
    const Translation* hit = core_.Lookup(key.requester, Pasid(key.pasid), key.address());
    if (hit == nullptr) {
      StartWalk(miss);
      continue;
    }
    const Translation translation = *hit;
    Misses::Chain waiters = misses_.TakeWaiters(miss);
    misses_.Close(miss);
    Request request{};
    while (misses_.Pop(waiters, &request)) {
      TlpOf(*request.payload).ledger.Mark(Stage::kIotlbWait, now());
      Settle(request, translation);
    }
  }
}

// The page is known, for better or worse.
void Iotlb::Settle(const Request& request, const Translation& translation) {
  Tlp& tlp = TlpOf(*request.payload);
  if (tlp.kind == TlpKind::kTranslationRequest) return Answer(request, translation);
  if (AccessFault(translation, tlp.kind != TlpKind::kMemoryRead) != kNoFault) return Refuse(request);
  request.payload->set_address(translation.address + OffsetIn(tlp.virtual_address, translation.page_shift));
  Pass(request);
}

void Iotlb::Answer(const Request& request, const Translation& translation) {
  Tlp& tlp = TlpOf(*request.payload);
  translation_requests_.Add();
  tlp.translation = translation;
  tlp.translations = 1;
  request.payload->set_data_length(kTranslationBytes);
  tlp.status = CompletionStatus::kSuccess;
  if (AbortsTranslationRequest(translation)) {
    aborted_.Add();
    tlp.status = CompletionStatus::kCompleterAbort;
  } else if (!translation.read && !translation.write) {
    no_access_.Add();
  }
  from_port[request.port]->Release(*request.payload);
  from_port[request.port]->Respond(*request.payload, 0);
}

void Iotlb::Refuse(const Request& request) {
  Tlp& tlp = TlpOf(*request.payload);
  from_port[request.port]->Release(*request.payload);
  if (tlp.kind == TlpKind::kMemoryWrite) {
    dropped_writes_.Add();
    const RequesterId requester = tlp.requester;
    GivePayload(*request.payload);
    if (request.ticket != kNoTicket) {
      writes_.Drop(requester, request.ticket, [this](const Request& next) { LeaveInOrder(next); });
    }
    return;
  }
  refused_reads_.Add();
  tlp.status = CompletionStatus::kUnsupportedRequest;
  from_port[request.port]->Respond(*request.payload, 0);
}

// Translated: a write leaves behind all older ones of its requester.
void Iotlb::Pass(const Request& request) {
  const Tlp& tlp = TlpOf(*request.payload);
  if (tlp.kind != TlpKind::kMemoryWrite) return SendToMemory(request);
  const RequesterId requester = tlp.requester;
  std::uint64_t ticket = request.ticket;
  if (ticket == kNoTicket) {
    if (writes_.Idle(requester)) return SendToMemory(request);
    ticket = writes_.Enter(requester);
  }
  const Request held{request.payload, ticket, held_writes_.Enter(), request.port};
  writes_.Ready(requester, ticket, held, [this](const Request& next) { LeaveInOrder(next); });
}

void Iotlb::LeaveInOrder(const Request& request) {
  Ledger& ledger = TlpOf(*request.payload).ledger;
  if (ledger.cursor() != now()) ordered_writes_.Add();
  ledger.Mark(Stage::kOrderWait, now());
  SendToMemory(request);
  held_writes_.Leave(request.held);
  if (invalidating_slots_ != 0) AnswerInvalidations(invalidating_slots_);
}

// Memory knows on arrival when it will be done: a write's ledger then ends where it is visible.
void Iotlb::SendToMemory(const Request& request) {
  Payload& payload = *request.payload;
  from_port[request.port]->Release(payload);
  TlpOf(payload).PushRoute(static_cast<std::uint8_t>(request.port));
  if (TlpOf(payload).kind != TlpKind::kMemoryWrite) {
    to_memory.Send(payload, 0);
    return;
  }
  payload.acquire();  // memory consumes it
  to_memory.Send(payload, 0);
  drained_ = std::max(drained_, TlpOf(payload).ledger.cursor());
  payload.release();
}

}  // namespace siov
