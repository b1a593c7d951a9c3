// SPDX-License-Identifier: Apache-2.0
#include "models/device/atc/atc.h"

#include <algorithm>

#include "models/base/invariant.h"

namespace siov {
namespace {

std::uint64_t OffsetIn(std::uint64_t address, unsigned page_shift) {
  return address & ((std::uint64_t{1} << page_shift) - 1);
}

// Inside the device order is owed within a job stream only: one PASID's, in one context of the engines or one line of
// jobs that begin in the device. 16, 21 and 27 bits.
std::uint64_t JobStreamOf(const Tlp& tlp) {
  const std::uint64_t pasid = tlp.pasid.valid() ? tlp.pasid.value() + 1u : 0u;
  return (std::uint64_t{tlp.requester} << 48) | (pasid << 27) | tlp.job_stream;
}

}  // namespace

Atc::Atc(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const AtcConfig& config,
         const CachePartitions& partitions, const AtcSoftware& software)
    : PartedBlock(name, simulation, path),
      from_engine("from_engine", this, &Atc::FromEngine),
      from_port("from_port", this, &Atc::FromPort),
      to_port("to_port", this, &Atc::Backward),
      counts_(statistics_, config.outstanding_requests),
      reuse_(statistics_, "reuse", config.geometry.entries),
      entries_(config.geometry, partitions),
      page_requester_(*this, *this, misses_, config.pri, statistics_),
      invalidations_(*this, *this, misses_, config, statistics_),
      lookup_latency_(config.lookup_latency_ps),
      lookup_interval_(config.lookup_interval_ps),
      slots_(config.outstanding_requests),
      unit_shift_(kPageShift4K + config.smallest_translation_unit),
      unit_bytes_(std::uint64_t{1} << unit_shift_),
      no_write_requests_(config.no_write_requests),
      most_translations_(config.translations_per_request),
      prefetcher_(config.prefetch),
      config_events_(config.events) {
  entries_.set_watch(&reuse_);
  if (software.stops) {
    from_software = std::make_unique<TargetSocket<Atc, PasidStop>>("from_software", this, &Atc::FromSoftware);
  }
  if (software.hears) {
    to_traffic = std::make_unique<InitiatorSocket<Atc, PasidEnd>>("to_traffic", this, &Atc::TrafficBackward);
  }
  entries_.set_watch(&reuse_);
}

tlm::tlm_sync_enum Atc::FromEngine(std::uint32_t, Tlp& payload, Picoseconds delay) {
  if (delay == 0) {
    OnArrived(payload);
  } else {
    Due(delay, kArrived, &payload);
  }
  return tlm::TLM_ACCEPTED;
}

// Accepting a message never depends on anything, but invalidate requests stay in the link's buffer while more of them
// are under way than the device said it can queue.
tlm::tlm_sync_enum Atc::FromPort(std::uint32_t, Tlp& payload, Picoseconds delay) {
  const bool buffered = payload.kind == TlpKind::kInvalidateRequest;
  Arrive(delay, kMessage, payload);
  if (buffered) return tlm::TLM_ACCEPTED;
  return tlm::TLM_UPDATED;
}

void Atc::Backward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  const TlpKind kind = payload.kind;
  if (phase == tlm::END_REQ) {
    const bool engines = kind == TlpKind::kMemoryRead || kind == TlpKind::kMemoryWrite;  // else the ATC's own
    if (engines) from_engine.Release(payload, delay);
  } else if (kind == TlpKind::kTranslationRequest) {
    Arrive(delay, kTranslated, payload);
  } else if (delay == 0) {
    OnReadAnswered(payload);
  } else {
    Due(delay, kReadAnswered, &payload);
  }
}

void Atc::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PacketOf(item));
    case kLookup:
      return OnLookup(PacketOf(item));
    case kTranslated:
      return OnTranslated(PacketOf(item));
    case kReadAnswered:
      return OnReadAnswered(PacketOf(item));
    case kEvent:
      return OnEvent(config_events_[item.argument]);
    case kStop: {
      auto& stop = PacketOf<PasidStop>(item);
      CheckArrival(stop);
      return StopPasid(stop.pasid, stop.stop_marker, &stop);
    }
    case kMessage:
      return OnMessage(PacketOf(item));
    default:
      return PartedBlock::OnDue(item);
  }
}

void Atc::OnMessage(Tlp& payload) {
  CheckArrival(payload);
  const TlpKind kind = payload.kind;
  if (kind == TlpKind::kInvalidateRequest) return invalidations_.OnRequest(payload);
  CheckInvariant(kind == TlpKind::kPageGroupResponse,
                 [&] { return path() + ": neither an invalidate request nor a page group response arrived"; });
  page_requester_.OnResponse(payload);
  if (stops_.any_stopping()) FinishPasidStops();
}

void Atc::OnArrived(Tlp& payload) {
  CheckArrival(payload);
  const Picoseconds start = std::max(now(), port_free_);
  port_free_ = start + lookup_interval_;
  counts_.port.Serve(start, port_free_);
  const Picoseconds done = start + lookup_latency_;
  payload.ledger.MarkServed(Stage::kAtcWait, start, Stage::kAtc, done);
  Arrive(done - now(), kLookup, payload);
}

void Atc::OnLookup(Tlp& payload) {
  const Request request{&payload, {}};
  if (!control_.on() || !stops_.idle()) {
    if (HandleUnusual(request)) return;
  }
  Translation* found = entries_.Lookup(SpaceOf(payload), payload.virtual_address);
  if (found != nullptr && Permits(*found, request.IsWrite())) {
    counts_.hits.Add();
    return found->prefetched ? OnFirstUse(request, *found) : Deliver(request, *found);
  }
  (found == nullptr ? counts_.misses : counts_.rights_misses).Add();
  Miss(request, found != nullptr);
  if (prefetcher_.on()) PrefetchAfter(payload);
}

void Atc::Miss(Request request, bool lacks_right) {
  const Tlp& tlp = *request.payload;
  if (!request.ticket.valid() && request.IsWrite()) {
    request.ticket = writes_.Enter(JobStreamOf(tlp), OrderOfRequest(tlp));
  }
  const MissKey key = MissKey::Of(tlp.requester, SpaceOf(tlp), AlignDown(tlp.virtual_address, unit_bytes_));
  const std::uint32_t pending = misses_.Find(key);
  if (pending != Misses::kNone) {
    return Join(pending, request, lacks_right);
  }
  MissState state;
  state.has_writes = request.IsWrite();
  state.lacks_right = lacks_right;
  const std::uint32_t miss = misses_.Open(key, state);
  misses_.Wait(miss, request);
  AskTranslation(miss);
}

void Atc::Join(std::uint32_t pending, const Request& request, bool lacks_right) {
  MissState& state = misses_.state(pending);
  counts_.merged.Add();
  if (state.prefetch) ahead_stats_.useful.Add();
  state.prefetch = false;
  state.has_writes = state.has_writes || request.IsWrite();
  state.lacks_right = state.lacks_right || lacks_right;
  misses_.Wait(pending, request);
}

void Atc::Deliver(const Request& request, const Translation& translation) {
  if (translation.untranslated_only) return DeliverUntranslated(request);
  Tlp& payload = *request.payload;
  payload.at = AddressType::kTranslated;
  payload.translation.page_shift = translation.page_shift;  // what an invalidation has to know of its entry
  payload.translation.global = translation.global;
  payload.address = translation.address + OffsetIn(payload.virtual_address, translation.page_shift);
  invalidations_.NoteTrafficClass(payload.traffic_class);
  if (!request.IsWrite()) {
    payload.read_in_flight = invalidations_.BeginRead(
        {payload.virtual_address, SpaceOf(payload), translation.page_shift, translation.global, true});
    return SendOn(payload);
  }
  Leave(request);
}

// ATS is off, or the page may only be used so (U).
void Atc::DeliverUntranslated(const Request& request) {
  Tlp& tlp = *request.payload;
  counts_.untranslated.Add();
  tlp.at = AddressType::kUntranslated;
  request.payload->address = tlp.virtual_address;
  if (!request.IsWrite()) {
    tlp.read_in_flight = invalidations_.BeginRead({tlp.virtual_address, SpaceOf(tlp), 0, false, false});
    return SendOn(*request.payload);
  }
  Leave(request);
}

// A write, behind all older ones of its job stream unless it is relaxed.
void Atc::Leave(Request write) {
  const OrderAttributes order = OrderOfRequest(*write.payload);
  if (!write.ticket.valid()) {
    const std::uint64_t stream = JobStreamOf(*write.payload);
    if (order.relaxed || writes_.Idle(stream)) return SendOn(*write.payload);
    write.ticket = writes_.Enter(stream, order);
  }
  writes_.Ready(write.ticket, order, write, [this](const Request& next) { LeaveInOrder(next); });
}

void Atc::LeaveInOrder(const Request& request) {
  Ledger& ledger = request.payload->ledger;
  if (ledger.cursor() != now()) counts_.ordered_writes.Add();
  ledger.Mark(Stage::kOrderWait, now());
  SendOn(*request.payload);
  if (stops_.any_stopping()) FinishPasidStops();
}

void Atc::SendOn(Tlp& payload) {
  payload.Hold();  // a write may be consumed before the engine learns that it is gone
  const bool unbuffered = to_port.Send(payload, 0);
  if (unbuffered) from_engine.Release(payload);
  GivePacket(payload);
}

void Atc::OnReadAnswered(Tlp& payload) {
  invalidations_.EndRead(payload.read_in_flight);
  from_engine.Respond(payload, 0);
  if (stops_.any_stopping()) FinishPasidStops();
}

void Atc::FailMiss(std::uint32_t miss, CompletionStatus status) {
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  misses_.Close(miss);
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    request.payload->ledger.Mark(Stage::kAtsWait, now());
    Fail(request, status);
  }
}

void Atc::Fail(const Request& request, CompletionStatus status) {
  counts_.failed_requests.Add();
  Tlp& tlp = *request.payload;
  const OrderAttributes order = OrderOfRequest(tlp);
  tlp.status = status;
  from_engine.Respond(*request.payload, 0);
  if (request.ticket.valid()) {
    writes_.Drop(request.ticket, order, [this](const Request& next) { LeaveInOrder(next); });
  }
}

std::size_t Atc::Forget(const CacheInvalidation& what) {
  const std::size_t entries = entries_.Invalidate(what);
  ahead_stats_.useless.Add(entries_.TakeLostPrefetches());
  TakeBackWrites(what);
  return entries;
}

// Translated, but behind an older write that still waits: to wait for it could take as long as a page fault.
void Atc::TakeBackWrites(const CacheInvalidation& what) {
  const auto used_it = [&what](const Request& request) {
    const Tlp& tlp = *request.payload;
    if (tlp.at != AddressType::kTranslated) return false;
    const Pasid space = AtcEntries::EntrySpaceOf(SpaceOf(tlp), tlp.translation);
    return StaleShift(what, space, tlp.virtual_address) <= tlp.translation.page_shift;
  };
  writes_.TakeBack(used_it, [this](const OrderTicket& ticket, const Request& request) {
    taken_back_.push_back({request.payload, ticket});
  });
  invalidations_.CountTakenBack(taken_back_.size());
  for (const Request& request : taken_back_) {
    request.payload->ledger.Mark(Stage::kOrderWait, now());
    Miss(request, false);
  }
  taken_back_.clear();
}

}  // namespace siov
