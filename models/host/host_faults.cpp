// SPDX-License-Identifier: Apache-2.0
// The host's page-fault service.
#include "models/host/host.h"

namespace siov {

tlm::tlm_sync_enum Host::OnPageRequest(std::uint32_t socket, Payload& payload, tlm::tlm_phase&, Picoseconds delay) {
  Arrive(delay, kFault, payload, socket);
  return tlm::TLM_ACCEPTED;
}

void Host::QueueFault(const Fault& fault) {
  CheckArrival(*fault.request);
  if (fault_handlers_.Acquire(fault)) {
    fault_wakeups_.Add();
    TakeFault(fault, config_.fault_wakeup_ps);
  } else {
    faults_waiting_.Increment(now());
  }
}

// A handler takes the request from the ring: it slept until now (wake-up first) or comes from another request.
void Host::TakeFault(const Fault& fault, Picoseconds wakeup) {
  const Picoseconds busy = wakeup + config_.fault_service.Draw(fault_random_);
  TlpOf(*fault.request).ledger.MarkServed(Stage::kPageFaultWait, now(), Stage::kPageFault, now() + busy);
  fault_handlers_busy_.Add(busy);
  Due(busy, kFaultServed, fault.request, fault.socket);
  from_pri_queue[fault.socket]->Release(*fault.request);
}

void Host::FaultServed(const Fault& fault) {
  Tlp& tlp = TlpOf(*fault.request);
  const bool resident = address_spaces_.MakeResident(tlp.pasid, tlp.virtual_address, tlp.wants_write);
  (resident ? faults_served_ : faults_failed_).Add();
  tlp.response_code = resident ? PageResponseCode::kSuccess : PageResponseCode::kInvalidRequest;
  Fault next;
  if (fault_handlers_.Release(&next)) {
    faults_waiting_.Decrement(now());
    TakeFault(next, 0);
  }
  from_pri_queue[fault.socket]->Respond(*fault.request, 0);
}

}  // namespace siov
