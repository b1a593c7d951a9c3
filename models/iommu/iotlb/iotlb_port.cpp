// SPDX-License-Identifier: Apache-2.0
// The lookup port: one lookup may start each interval. In order of arrival the start of a lookup is known as its
// request comes; where requesters take turns it waits with the others of its class until the port is free.
#include <algorithm>

#include "models/iommu/iotlb/iotlb.h"

namespace siov {

// Posted writes of a function are one class: they are kept in order whatever their PASIDs.
std::uint64_t Iotlb::ClassOf(const Tlp& tlp, std::uint32_t port) const {
  switch (order_) {
    case IotlbOrder::kRoundRobinPorts:
      return port;
    case IotlbOrder::kRoundRobinFunctions:
      return tlp.requester;
    case IotlbOrder::kRoundRobinPasids: {
      const Pasid pasid = tlp.kind == TlpKind::kMemoryWrite ? Pasid() : tlp.pasid;
      return (std::uint64_t{tlp.requester} << 32) | pasid.value();
    }
    case IotlbOrder::kArrival:
      break;
  }
  return 0;
}

// The place of a request in the order of its traffic class. Of what looks up in order of arrival a posted write gets
// one only when it has to wait.
OrderTicket Iotlb::TicketOf(const Tlp& tlp, std::uint32_t port) {
  if (order_ == IotlbOrder::kArrival) {
    const std::uint64_t stream = PortStreamOf(port, tlp);
    if (tlp.kind == TlpKind::kMemoryWrite || order_of_.Idle(stream)) return {};
    return order_of_.Enter(stream, OrderOfRequest(tlp));
  }
  const auto place = places_.find(&tlp);
  if (place == places_.end()) return {};
  const OrderTicket ticket = place->second;
  places_.erase(place);
  return ticket;
}

void Iotlb::OnArrived(Tlp& payload, std::uint32_t port) {
  CheckArrival(payload);
  const bool in_turn = order_ != IotlbOrder::kArrival;
  if (in_turn) {  // lookups come in another order
    const std::uint64_t stream = PortStreamOf(port, payload);
    const bool placed = payload.kind == TlpKind::kMemoryWrite || !order_of_.Idle(stream);
    if (placed) places_[&payload] = order_of_.Enter(stream, OrderOfRequest(payload));
  }
  if (!in_turn || (port_free_ <= now() && port_queue_.empty())) return StartLookup(payload, port);
  if (port_queue_.empty()) Due(port_free_ - now(), kPortFree);
  port_queue_.Push(ClassOf(payload, port), {&payload, port});
  queued_.Increment(now());
}

void Iotlb::OnPortFree() {
  if (port_free_ <= now()) {
    const Arrival next = port_queue_.Pop();
    queued_.Decrement(now());
    StartLookup(*next.payload, next.port);
  }
  if (!port_queue_.empty()) Due(port_free_ - now(), kPortFree);
}

void Iotlb::StartLookup(Tlp& payload, std::uint32_t port) {
  const Picoseconds start = std::max(now(), port_free_);
  port_free_ = start + lookup_interval_;
  port_busy_.Serve(start, port_free_);
  const Picoseconds done = start + lookup_latency_;
  payload.ledger.MarkServed(Stage::kIotlbWait, start, Stage::kIotlb, done);
  Arrive(done - now(), kLookup, payload, port);
}

}  // namespace siov
