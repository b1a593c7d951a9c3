// SPDX-License-Identifier: Apache-2.0
#include "models/atc/atc.h"

#include <algorithm>

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;

std::uint64_t OffsetIn(std::uint64_t address, unsigned page_shift) {
  return address & ((std::uint64_t{1} << page_shift) - 1);
}

}  // namespace

Atc::Atc(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const AtcConfig& config)
    : Block(name, simulation, path),
      from_engine("from_engine", this, &Atc::FromEngine),
      from_port("from_port", this, &Atc::FromPort),
      to_port("to_port", this, &Atc::Backward),
      cache_(config.geometry),
      pri_(config.pri),
      pri_config_(config.pri),
      lookup_latency_(config.lookup_latency_ps),
      lookup_interval_(config.lookup_interval_ps),
      slots_(config.outstanding_requests),
      translating_(statistics_, "translations", "requests", "translation requests in flight",
                   config.outstanding_requests),
      pri_stats_(statistics_, config.pri.credits()) {
  if (config.pri.enabled) pri_.Enable();
}

// What the device's own packets say about the request they are sent for.
void Atc::CopyOrigin(const Tlp& cause, Tlp& tlp) {
  tlp.requester = cause.requester;
  tlp.pasid = cause.pasid;
  tlp.tenant = cause.tenant;
  tlp.adi = cause.adi;
  tlp.job = cause.job;
  tlp.traffic_class = cause.traffic_class;
}

tlm::tlm_sync_enum Atc::FromEngine(std::uint32_t, Payload& payload, tlm::tlm_phase&, Picoseconds delay) {
  Arrive(delay, kArrived, payload);
  return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum Atc::FromPort(std::uint32_t, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay) {
  Arrive(delay, kMessage, payload);
  phase = tlm::END_REQ;  // accepting a message never depends on anything
  return tlm::TLM_UPDATED;
}

void Atc::Backward(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  const TlpKind kind = TlpOf(payload).kind;
  if (phase == tlm::END_REQ) {
    const bool engines = kind == TlpKind::kMemoryRead || kind == TlpKind::kMemoryWrite;  // else the ATC's own
    if (engines) from_engine.Release(payload, delay);
  } else if (kind == TlpKind::kTranslationRequest) {
    Arrive(delay, kTranslated, payload);
  } else {
    from_engine.Respond(payload, delay);
  }
}

void Atc::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PayloadOf(item));
    case kLookup:
      return OnLookup(PayloadOf(item));
    case kTranslated:
      return OnTranslated(PayloadOf(item));
    case kGroupWindow:
      return OnGroupWindow(item.argument);
    default:
      return OnMessage(PayloadOf(item));
  }
}

void Atc::OnMessage(Payload& payload) {
  CheckArrival(payload);
  CheckInvariant(TlpOf(payload).kind == TlpKind::kPageGroupResponse,
                 [&] { return path() + ": a message other than a page group response arrived"; });
  OnPageGroupResponse(payload);
}

void Atc::OnArrived(Payload& payload) {
  CheckArrival(payload);
  const Picoseconds start = std::max(now(), port_free_);
  port_free_ = start + lookup_interval_;
  port_busy_.Add(lookup_interval_);
  const Picoseconds done = start + lookup_latency_;
  TlpOf(payload).ledger.MarkServed(Stage::kAtcWait, start, Stage::kAtc, done);
  Arrive(done - now(), kLookup, payload);
}

void Atc::OnLookup(Payload& payload) {
  const Tlp& tlp = TlpOf(payload);
  const Request request{&payload, kNoTicket};
  if (translation_stopped_) return Fail(request, CompletionStatus::kUnsupportedRequest);
  const Translation* found = cache_.Lookup(tlp.requester, tlp.pasid, tlp.virtual_address);
  if (found != nullptr && Permits(*found, IsWrite(request))) {
    hits_.Add();
    return Deliver(request, *found);
  }
  (found == nullptr ? misses_count_ : rights_misses_).Add();
  Miss(payload);
}

void Atc::Miss(Payload& payload) {
  const Tlp& tlp = TlpOf(payload);
  Request request{&payload, kNoTicket};
  if (IsWrite(request)) request.ticket = writes_.Enter(tlp.requester);
  const MissKey key = MissKey::Of(tlp.requester, tlp.pasid, tlp.virtual_address);
  const std::uint32_t pending = misses_.Find(key);
  if (pending != Misses::kNone) {
    merged_.Add();
    return misses_.Wait(pending, request);
  }
  const std::uint32_t miss = misses_.Open(key, MissState{});
  misses_.Wait(miss, request);
  AskTranslation(miss);
}

void Atc::AskTranslation(std::uint32_t miss) {
  misses_.state(miss).phase = Phase::kWaitsForSlot;
  if (SlotFree() && waiting_.empty()) return SendTranslationRequest(miss);
  waiting_.push_back(miss);
  slot_queue_.Increment(now());
}

void Atc::SendTranslationRequest(std::uint32_t miss) {
  ++in_flight_;
  translating_.Increment(now());
  translation_requests_.Add();
  misses_.state(miss).phase = Phase::kTranslates;
  Tlp& cause = TlpOf(*misses_.first(miss).payload);
  cause.ledger.Mark(Stage::kAtcWait, now());
  const std::uint64_t page = misses_.key(miss).address();
  Payload* request = TakePayload(TlpKind::kTranslationRequest, page, kTranslationBytes);
  Tlp& tlp = TlpOf(*request);
  CopyOrigin(cause, tlp);
  tlp.at = AddressType::kTranslationRequest;
  tlp.virtual_address = page;
  tlp.context = miss;
  to_port.Send(*request, 0);
}

// A miss that waited may have been served meanwhile, by a larger page.
void Atc::StartWaitingTranslations() {
  while (!waiting_.empty() && SlotFree()) {
    const std::uint32_t miss = waiting_.front();
    waiting_.pop_front();
    slot_queue_.Decrement(now());
    if (translation_stopped_) {
      TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtcWait, now());
      FailMiss(miss, CompletionStatus::kUnsupportedRequest);
      continue;
    }
    const MissKey key = misses_.key(miss);
    if (misses_.state(miss).retries == 0) {
      const Translation* found = cache_.Lookup(key.requester, Pasid(key.pasid), key.address());
      if (found != nullptr && Permits(*found, IsWrite(misses_.first(miss)))) {
        TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtcWait, now());
        const Translation translation = *found;
        ServePermitted(miss, translation);
        continue;
      }
    }
    SendTranslationRequest(miss);
  }
}

void Atc::OnTranslated(Payload& payload) {
  CheckArrival(payload);
  const Tlp& tlp = TlpOf(payload);
  const auto miss = static_cast<std::uint32_t>(tlp.context);
  const CompletionStatus status = tlp.status;
  const Translation translation = tlp.translation;
  TlpOf(*misses_.first(miss).payload).ledger.Append(tlp.ledger);
  GivePayload(payload);
  --in_flight_;
  translating_.Decrement(now());
  if (status == CompletionStatus::kSuccess) {
    const MissKey key = misses_.key(miss);
    if (cache_.Insert(key.requester, Pasid(key.pasid), key.address(), translation)) evictions_.Add();
    if (!translation.read && !translation.write) no_access_.Add();
    ServePermitted(miss, translation);
  } else {
    refused_.Add();
    if (status != CompletionStatus::kCompleterAbort) translation_stopped_ = true;
    FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  }
  StartWaitingTranslations();
  if (!stopping_.empty()) FinishPasidStops();
}

// Those who may use the page go; for the others it is a page fault. The first waiter's ledger stands at now.
void Atc::ServePermitted(std::uint32_t miss, const Translation& translation) {
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  Misses::Chain permitted;
  MissState& state = misses_.state(miss);
  state.wants_read = state.wants_write = false;
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    const bool write = IsWrite(request);
    if (Permits(translation, write)) {
      misses_.Append(permitted, request);
      continue;
    }
    state.wants_read = state.wants_read || !write;
    state.wants_write = state.wants_write || write;
    misses_.Wait(miss, request);
  }
  if (misses_.HasWaiters(miss)) {
    TlpOf(*misses_.first(miss).payload).ledger.Mark(Stage::kAtsWait, now());
    OnPageFault(miss);
  } else {
    misses_.Close(miss);
  }
  while (misses_.Pop(permitted, &request)) {
    TlpOf(*request.payload).ledger.Mark(Stage::kAtsWait, now());
    Deliver(request, translation);
  }
}

void Atc::Deliver(const Request& request, const Translation& translation) {
  Payload& payload = *request.payload;
  Tlp& tlp = TlpOf(payload);
  tlp.at = AddressType::kTranslated;
  payload.set_address(translation.address + OffsetIn(tlp.virtual_address, translation.page_shift));
  if (!IsWrite(request)) return SendOn(payload);
  const RequesterId requester = tlp.requester;
  std::uint64_t ticket = request.ticket;
  if (ticket == kNoTicket) {
    if (writes_.Idle(requester)) return SendOn(payload);
    ticket = writes_.Enter(requester);
  }
  writes_.Ready(requester, ticket, request, [this](const Request& next) { LeaveInOrder(next); });
}

void Atc::LeaveInOrder(const Request& request) {
  Ledger& ledger = TlpOf(*request.payload).ledger;
  if (ledger.cursor() != now()) ordered_writes_.Add();
  ledger.Mark(Stage::kOrderWait, now());
  SendOn(*request.payload);
}

void Atc::SendOn(Payload& payload) {
  payload.acquire();  // a write may be consumed before the engine learns that it is gone
  const bool unbuffered = to_port.Send(payload, 0);
  if (unbuffered) from_engine.Release(payload);
  payload.release();
}

void Atc::FailMiss(std::uint32_t miss, CompletionStatus status) {
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  misses_.Close(miss);
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    TlpOf(*request.payload).ledger.Mark(Stage::kAtsWait, now());
    Fail(request, status);
  }
}

void Atc::Fail(const Request& request, CompletionStatus status) {
  failed_requests_.Add();
  Tlp& tlp = TlpOf(*request.payload);
  const RequesterId requester = tlp.requester;
  tlp.status = status;
  from_engine.Respond(*request.payload, 0);
  if (request.ticket != kNoTicket) {
    writes_.Drop(requester, request.ticket, [this](const Request& next) { LeaveInOrder(next); });
  }
}

}  // namespace siov
