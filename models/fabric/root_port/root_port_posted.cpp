// SPDX-License-Identifier: Apache-2.0
// Order in a root port: of everything behind older writes in the IOTLB, and of messages behind writes that are not
// visible yet.
#include <algorithm>

#include "models/fabric/root_port/root_port.h"

namespace siov {
namespace {

// And not become a fault on its way.
bool ReachedMemory(TlpKind kind) { return kind == TlpKind::kMemoryWrite; }

}  // namespace

void RootPort::InOrder(Tlp& payload, UpstreamRoute route) {
  UpstreamOrder& order = ClassOf(payload).order;
  // Mostly nothing is there that could hold a read back.
  if (order.empty() && !IsPosted(payload.kind)) return GoOn(payload, route);
  if (order.Admit(payload, OrderOfRequest(payload), route == UpstreamRoute::kIotlb)) return GoOn(payload, route);
  ordered_queue_.Increment(now());
}

// The IOTLB frees its buffer as it passes the write on. Only after that does the write's ledger say when it is visible.
void RootPort::WriteLeavesIotlb(Tlp& payload) {
  payload.Hold();
  Due(0, kWriteLeftIotlb, &payload);
}

void RootPort::WriteLeftIotlb(Tlp& payload) {
  UpstreamClass& of_class = ClassOf(payload);
  if (ReachedMemory(payload.kind)) {
    of_class.posted_visible = std::max(of_class.posted_visible, payload.ledger.cursor());
  }
  of_class.order.Left(payload);
  GivePacket(payload);
  Resume(of_class.order);
}

void RootPort::Resume(UpstreamOrder& order) {
  for (UpstreamOrder::Next next = order.TakeNext(); next.tlp != nullptr; next = order.TakeNext()) {
    Tlp& payload = *next.tlp;
    ordered_queue_.Decrement(now());
    payload.ledger.Mark(Stage::kOrderWait, now());
    if (next.credit_class == CreditClass::kCompletion) {
      SenderOf(payload).Respond(payload, 0);
    } else {
      GoOn(payload, RouteOf(payload));
    }
  }
}

// An interrupt is delivered, and an invalidate completion processed, only after all older writes are visible (VT-d
// 5.2.4, 6.5.4).
void RootPort::PassAfterWrites(InitiatorSocket<RootPort>& socket, Tlp& payload) {
  if (asks_memory_) return Flush(payload);
  const Picoseconds leaves = std::max(now(), ClassOf(payload).posted_visible);
  message_order_wait_.Add(leaves - now());
  payload.ledger.Mark(Stage::kOrderWait, leaves);
  PassAndRelease(socket, payload, leaves - now());
}

// A memory outside knows when writes are visible only when they are; the message's buffer is free all the same.
void RootPort::Flush(Tlp& message) {
  from_link.Release(message);
  Tlp* flush = TakePacket(TlpKind::kMemoryRead, 0, 0);
  flush->requester = message.requester;
  flush->source_port = message.source_port;
  flush->traffic_class = message.traffic_class;
  flush->context = reinterpret_cast<std::uintptr_t>(&message);
  to_memory.Send(*flush, 0);
}

void RootPort::Flushed(Tlp& flush) {
  Tlp& message = *reinterpret_cast<Tlp*>(static_cast<std::uintptr_t>(flush.context));
  message_order_wait_.Add(flush.ledger.elapsed());
  GivePacket(flush);
  message.ledger.Mark(Stage::kOrderWait, now());
  (RouteOf(message) == UpstreamRoute::kInvalidations ? to_invalidation : to_interrupts).Send(message, 0);
}

}  // namespace siov
