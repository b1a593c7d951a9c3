// SPDX-License-Identifier: Apache-2.0
// Where packets come from and go back to, and who owns one when.
//
// Take() gives the originator a packet. A request that is answered stays the originator's, who gives it back after
// BEGIN_RESP. A posted request is given away with BEGIN_REQ; its final consumer gives it back. END_REQ never changes
// ownership, and a packet may no longer be touched by those who passed it on once it is posted, unless they hold it:
// it is free again when everybody who held it has given it back. One pool a simulation; nothing returns to the heap
// while it lives.
#ifndef SIOV_MODELS_KERNEL_PACKET_POOL_H_
#define SIOV_MODELS_KERNEL_PACKET_POOL_H_

#include "models/base/pool.h"
#include "models/protocol/tlp.h"

namespace siov {

class PacketPool {
 public:
  PacketPool() = default;
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  // A fresh packet of `kind`: address and length set, everything else at its default, ledger opened at `now`.
  Tlp* Take(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes, Picoseconds now) {
    Tlp& packet = pool_.Take();
    packet.Reset(kind, address, length_bytes);
    packet.ledger.Open(now);
    return &packet;
  }
  void Give(Tlp& packet) {
    if (packet.LetGo()) pool_.Give(packet);
  }
  std::size_t in_use() const { return pool_.in_use(); }

 private:
  Pool<Tlp> pool_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_PACKET_POOL_H_
