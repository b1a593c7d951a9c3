// SPDX-License-Identifier: Apache-2.0
// The order of posted requests in a root port: behind older writes in the IOTLB, and of messages behind writes that are
// not visible yet.
#include <algorithm>

#include "models/fabric/root_port/root_port.h"

namespace siov {
namespace {

// And not become a fault on its way.
bool ReachedMemory(TlpKind kind) { return kind == TlpKind::kMemoryWrite; }

}  // namespace

void RootPort::Posted(Tlp& payload, UpstreamRoute route) {
  if (MustWait(payload, route)) {
    ordered_queue_.Increment(now());
    ordered_.PushBack(&payload);
    return;
  }
  Pass(payload, route);
}

// The IOTLB keeps the order of what goes through it, so an untranslated write waits only behind others that wait here.
bool RootPort::MustWait(const Tlp& tlp, UpstreamRoute route) const {
  if (tlp.relaxed_ordering) return false;
  return !ordered_.empty() || (posted_in_iotlb_ != 0 && route != UpstreamRoute::kIotlb);
}

// The IOTLB frees its buffer as it passes the write on. Only after that does the write's ledger say when it is visible.
void RootPort::WriteLeavesIotlb(Tlp& payload) {
  payload.Hold();
  Due(0, kWriteLeftIotlb, &payload);
}

void RootPort::WriteLeftIotlb(Tlp& payload) {
  if (ReachedMemory(payload.kind)) {
    posted_visible_ = std::max(posted_visible_, payload.ledger.cursor());
  }
  GivePacket(payload);
  --posted_in_iotlb_;
  if (posted_in_iotlb_ == 0) ResumePosted();
}

void RootPort::ResumePosted() {
  while (!ordered_.empty()) {
    Tlp& payload = *ordered_.front();
    const UpstreamRoute route = RouteOf(payload);
    if (posted_in_iotlb_ != 0 && route != UpstreamRoute::kIotlb) return;
    ordered_.PopFront();
    ordered_queue_.Decrement(now());
    payload.ledger.Mark(Stage::kOrderWait, now());
    Pass(payload, route);
  }
}

// An interrupt is delivered, and an invalidate completion processed, only after all older writes are visible (VT-d
// 5.2.4, 6.5.4).
void RootPort::PassAfterWrites(InitiatorSocket<RootPort>& socket, Tlp& payload) {
  if (memory_outside_) return Flush(payload);
  const Picoseconds leaves = std::max(now(), posted_visible_);
  message_order_wait_.Add(leaves - now());
  payload.ledger.Mark(Stage::kOrderWait, leaves);
  PassAndRelease(socket, payload, leaves - now());
}

// A memory outside knows when writes are visible only when they are; the message's buffer is free all the same.
void RootPort::Flush(Tlp& message) {
  from_link.Release(message);
  Tlp* flush = TakePacket(TlpKind::kMemoryRead, 0, 0);
  flush->requester = message.requester;
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
