// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/invalidation_dispatch.h"

#include <utility>

namespace siov {

InvalidationDispatch::InvalidationDispatch(const sc_core::sc_module_name& name, Simulation& simulation,
                                           const std::string& path, TellDevice tell_device)
    : Block(name, simulation, path),
      from_fault_service("from_fault_service", this, &InvalidationDispatch::Forward),
      to_iotlb("to_iotlb", this, &InvalidationDispatch::OnAnswer),
      to_pri_queue("to_pri_queue", this, &InvalidationDispatch::OnAnswer),
      tell_device_(std::move(tell_device)) {}

tlm::tlm_sync_enum InvalidationDispatch::Forward(std::uint32_t, Payload& command, tlm::tlm_phase& phase,
                                                 Picoseconds delay) {
  phase = tlm::END_REQ;
  if (TlpOf(command).invalidation.kind == InvalidationKind::kPageGroupResponse) {
    to_pri_queue.Send(command, delay);
  } else {
    Due(delay, kCommand, &command);
  }
  return tlm::TLM_UPDATED;
}

void InvalidationDispatch::OnAnswer(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Due(delay, kAnswered, &payload);
}

void InvalidationDispatch::OnDue(const DueItem& item) {
  Payload& payload = PayloadOf(item);
  if (item.kind == kAnswered) {
    GivePayload(payload);
    return Finish();
  }
  queue_.Increment(now());
  commands_.PushBack(&payload);
  if (!busy_) Next();
}

void InvalidationDispatch::Next() {
  if (commands_.empty()) return;
  busy_ = true;
  Execute(*commands_.front());
}

void InvalidationDispatch::Execute(Payload& command) {
  const Tlp& tlp = TlpOf(command);
  descriptors_.Add();
  switch (tlp.invalidation.kind) {
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kPasidDeviceTlb:
      tell_device_(InvalidationOf(tlp));
      return Finish();
    case InvalidationKind::kWait:
      return tlp.invalidation.page_request_drain ? Ask(to_pri_queue, command) : Finish();
    default:
      return Ask(to_iotlb, command);
  }
}

void InvalidationDispatch::Ask(InitiatorSocket<InvalidationDispatch>& socket, Payload& command) {
  const Tlp& what = TlpOf(command);
  Payload* request = TakePayload(TlpKind::kInvalidation, what.virtual_address, 0);
  Tlp& tlp = TlpOf(*request);
  tlp.invalidation = what.invalidation;
  tlp.requester = what.requester;
  tlp.pasid = what.pasid;
  tlp.virtual_address = what.virtual_address;
  socket.Send(*request, 0);
}

// The oldest descriptor is done. Its answer comes in an event of its own: whoever sent it may still be sending.
void InvalidationDispatch::Finish() {
  Payload& command = *commands_.PopFront();
  queue_.Decrement(now());
  busy_ = false;
  TlpOf(command).ledger.Mark(Stage::kInvalidateWait, now());
  from_fault_service.Respond(command, 0);
  if (!busy_) Next();
}

}  // namespace siov
