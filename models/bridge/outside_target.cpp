// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/outside_target.h"

#include "models/bridge/base_protocol.h"

namespace siov {

OutsideTarget::OutsideTarget(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                             Client* client)
    : Block(name, simulation, path), entry(this), client_(client) {}

void OutsideTarget::Refuse(const std::string& what) const { RefuseModel(entry.model(), path(), what, now()); }

void OutsideTarget::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  simulation().agenda.CatchUp();
  sc_core::sc_event done;
  Request request{&payload, &done, false};
  Due(delay.value(), kArrived, &request);
  while (!request.ended) sc_core::wait(done);
  delay = sc_core::SC_ZERO_TIME;
}

tlm::tlm_sync_enum OutsideTarget::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                  sc_core::sc_time& delay) {
  return HearModel(simulation().agenda, [&] { return Hear(payload, phase, delay.value()); });
}

tlm::tlm_sync_enum OutsideTarget::Hear(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase,
                                       Picoseconds delay) {
  if (phase == tlm::END_RESP) {
    if (responding_ == nullptr || responding_->payload != &payload) Refuse("sent END_RESP for no response");
    Due(delay, kResponseEnded);
    return tlm::TLM_COMPLETED;
  }
  if (phase != tlm::BEGIN_REQ) {
    if (phase == tlm::END_REQ || phase == tlm::BEGIN_RESP) Refuse(std::string("sent ") + phase.get_name());
    return tlm::TLM_ACCEPTED;  // somebody's extension of the protocol, which may be ignored
  }
  if (requesting_ != nullptr) Refuse("sent BEGIN_REQ before the END_REQ of the one before");
  if (!payload.has_mm()) Refuse("sent a payload without a memory manager by nb_transport");
  Request* const request = &pool_.Take();
  *request = Request{&payload, nullptr, false};
  payload.acquire();
  requesting_ = request;
  Due(delay, kArrived, request);
  return tlm::TLM_ACCEPTED;
}

void OutsideTarget::OnDue(const DueItem& item) {
  if (item.kind == kArrived) {
    requests_.Add();
    open_.Increment(now());
    return client_->OnRequest(*static_cast<Request*>(item.object));
  }
  Request* const ended = responding_;
  responding_ = nullptr;
  ended->payload->release();
  pool_.Give(*ended);
  PumpResponses();
}

void OutsideTarget::Accept(Request& request) {
  if (request.done != nullptr) return;
  requesting_ = nullptr;
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  entry.transport().nb_transport_bw(*request.payload, phase, delay);
}

void OutsideTarget::Answer(Request& request, tlm::tlm_response_status status) {
  open_.Decrement(now());
  request.payload->set_response_status(status);
  if (request.done != nullptr) {
    request.ended = true;
    request.done->notify(sc_core::SC_ZERO_TIME);
    return;
  }
  answered_.PushBack(&request);
  PumpResponses();
}

void OutsideTarget::PumpResponses() {
  if (responding_ != nullptr || answered_.empty()) return;
  responding_ = answered_.PopFront();
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = entry.transport().nb_transport_bw(*responding_->payload, phase, delay);
  const bool ended = status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP);
  if (ended) Due(delay.value(), kResponseEnded);
}

}  // namespace siov
