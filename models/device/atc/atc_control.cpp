// SPDX-License-Identifier: Apache-2.0
// What software and the platform do to the ATC: enable, disable, reset, stop a PASID.
#include "models/device/atc/atc.h"

namespace siov {

void Atc::start_of_simulation() {
  for (std::uint32_t i = 0; i < config_events_.size(); ++i) Due(config_events_[i].at_ps, kEvent, nullptr, i);
}

void Atc::OnEvent(const AtcEvent& event) {
  switch (event.kind) {
    case AtcEvent::Kind::kAtsDisable:
      return DisableAts();
    case AtcEvent::Kind::kAtsEnable:
      return EnableAts();
    case AtcEvent::Kind::kPasidDisable:
      return SetPasidEnable(false);
    case AtcEvent::Kind::kPasidEnable:
      return SetPasidEnable(true);
    case AtcEvent::Kind::kFunctionReset:
      return ResetFunction();
    case AtcEvent::Kind::kPasidStop:
      return StopByEvent(event.pasid, true);
    case AtcEvent::Kind::kPasidStopResponses:
      return StopByEvent(event.pasid, false);
  }
}

tlm::tlm_sync_enum Atc::FromSoftware(std::uint32_t, PasidStop& stop, Picoseconds delay) {
  Arrive(delay, kStop, stop);
  return tlm::TLM_UPDATED;
}

// Software that has the device stop a PASID submits nothing more under it.
void Atc::StopByEvent(Pasid pasid, bool stop_marker) {
  if (to_traffic) {
    PasidEnd* end = TakePacket<PasidEnd>();
    end->pasid = pasid;
    to_traffic->Send(*end, 0);
  }
  StopPasid(pasid, stop_marker, nullptr);
}

void Atc::EnableAts() {
  if (!control_.EnableAts()) return;
  counts_.enables.Add();
  counts_.dropped.Add(entries_.Clear());
}

// Requests that wait for a slot leave untranslated at once; those whose translation or page is under way when it comes.
void Atc::DisableAts() {
  if (!control_.DisableAts()) return;
  DiscardTranslationsUnderWay();
  StartWaitingTranslations();
}

void Atc::DiscardTranslationsUnderWay() {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) misses_.state(miss).stale_from_shift = 0;
}

void Atc::SetPasidEnable(bool enabled) {
  if (control_.SetPasid(enabled)) return;
  counts_.halts.Add();
  StartWaitingTranslations();
}

void Atc::ResetFunction() {
  counts_.resets.Add();
  control_.Reset();
  DiscardTranslationsUnderWay();
  counts_.dropped.Add(entries_.Clear());
  ResetPageRequests();
  StartWaitingTranslations();
}

// True: the request was dealt with; it needs no translation or gets none.
bool Atc::HandleUnusual(const Request& request) {
  const Pasid pasid = request.payload->pasid;
  const bool no_pasid_allowed = pasid.valid() && !control_.pasid_enabled();
  const bool stops = stops_.any_stopping() && IsStopping({0, pasid.value(), request.payload->requester});
  if (no_pasid_allowed || stops || stops_.IsRetired(pasid)) {
    Fail(request, CompletionStatus::kUnsupportedRequest);
    return true;
  }
  switch (control_.state()) {
    case AtsControl::State::kOn:
      return false;
    case AtsControl::State::kOff:
      DeliverUntranslated(request);
      return true;
    case AtsControl::State::kRefused:
    case AtsControl::State::kHalted:
      break;
  }
  Fail(request, CompletionStatus::kUnsupportedRequest);
  return true;
}

// Its translation will not be asked for. The first waiter's ledger stands at now.
void Atc::GiveUpMiss(std::uint32_t miss) {
  const bool allowed = control_.state() == AtsControl::State::kOff && control_.pasid_enabled();
  if (!allowed) return FailMiss(miss, CompletionStatus::kUnsupportedRequest);
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  misses_.Close(miss);
  Request request{};
  while (misses_.Pop(waiters, &request)) {
    request.payload->ledger.Mark(Stage::kAtsWait, now());
    DeliverUntranslated(request);
  }
}

// Reads that are not answered, and writes that have not left. What waits for a translation or a page is not counted.
bool Atc::HasRequestsUnderWay(Pasid pasid) const {
  return invalidations_.HasReads(pasid) ||
         writes_.AnyReady([pasid](const Request& request) { return request.payload->pasid == pasid; });
}

// What waits for a page fails; the stop is over when none of its requests is under way any more: every response has
// arrived, or a Stop Marker has been sent instead.
void Atc::StopPasid(Pasid pasid, bool stop_marker, PasidStop* command) {
  constexpr RequesterId requester = 0;  // the device's only function
  stops_.Begin({requester, pasid, stop_marker, command});
  page_requester_.Stop(requester, pasid, stop_marker);
  FinishPasidStops();
}

bool Atc::HasMissesOf(RequesterId requester, Pasid pasid) {
  for (std::uint32_t miss = 0; miss < misses_.size(); ++miss) {
    const MissKey key = misses_.key(miss);
    if (misses_.IsOpen(miss) && key.requester == requester && PasidOf(Pasid(key.pasid)) == pasid) return true;
  }
  return false;
}

void Atc::FinishPasidStops() {
  const auto under_way = [this](const PasidStops::Stop& stop) {
    const bool unanswered = !stop.stop_marker && page_requester_.Unanswered(stop.requester, stop.pasid);
    return unanswered || HasMissesOf(stop.requester, stop.pasid) || HasRequestsUnderWay(stop.pasid);
  };
  stops_.Finish(under_way, [this](const PasidStops::Stop& stop) {
    counts_.pasid_stops.Add();
    counts_.dropped.Add(entries_.DropPasid(stop.pasid));
    if (stop.command == nullptr) return;
    stops_.Retire(stop.pasid);
    stop.command->ledger.Mark(Stage::kPageFaultWait, now());
    from_software->Respond(*stop.command, 0);
  });
}

}  // namespace siov
