// SPDX-License-Identifier: Apache-2.0
// How requests leave the IOTLB: in the order of their root port and traffic class. Reads and translation requests do
// not pass older posted writes, though they are translated meanwhile (PCI Express 2.4.1).
#include <algorithm>

#include "models/iommu/iotlb/iotlb.h"

namespace siov {

// Its address is the host's by now.
void Iotlb::PassToMemory(const Request& request) {
  const Tlp& tlp = *request.payload;
  if (device_memory_.Meets(tlp.address, tlp.length_bytes)) return RefusePeer(request);
  Pass(request);
}

// Translated, or answered: it leaves when order permits.
void Iotlb::Pass(const Request& request) {
  const Tlp& tlp = *request.payload;
  OrderTicket ticket = request.ticket;
  if (!ticket.valid()) {
    const std::uint64_t stream = PortStreamOf(request.port, tlp);
    if (tlp.kind != TlpKind::kMemoryWrite || order_of_.Idle(stream)) return Leave(request);
    ticket = order_of_.Enter(stream, OrderOfRequest(tlp));
  }
  const Request held{request.payload, ticket, held_.Enter(), request.port, 0};
  order_of_.Ready(ticket, OrderOfRequest(tlp), held, [this](const Request& next) { LeaveInOrder(next); });
}

void Iotlb::LeaveInOrder(const Request& request) {
  Ledger& ledger = request.payload->ledger;
  const bool waited = ledger.cursor() != now();
  if (waited) (request.payload->kind == TlpKind::kMemoryWrite ? ordered_writes_ : ordered_reads_).Add();
  ledger.Mark(Stage::kOrderWait, now());
  Leave(request);
  held_.Leave(request.held);
  if (invalidating_slots_ != 0) AnswerInvalidations(invalidating_slots_);
}

void Iotlb::Leave(const Request& request) {
  request.payload->kind == TlpKind::kTranslationRequest ? RespondNow(request) : SendToMemory(request);
}

// Memory knows on arrival when it will be done: a write's ledger then ends where it is visible.
void Iotlb::SendToMemory(const Request& request) {
  Tlp& payload = *request.payload;
  from_port[request.port]->Release(payload);
  payload.PushRoute(static_cast<std::uint8_t>(request.port));
  if (payload.kind != TlpKind::kMemoryWrite) {
    to_memory.Send(payload, 0);
    return;
  }
  payload.Hold();  // memory consumes it
  to_memory.Send(payload, 0);
  drained_ = std::max(drained_, payload.ledger.cursor());
  GivePacket(payload);
}

}  // namespace siov
