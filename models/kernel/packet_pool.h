// SPDX-License-Identifier: Apache-2.0
// Where packets come from and go back to, and who owns one when.
//
// Take() gives the originator a packet. A request that is answered stays the originator's, who gives it back after
// BEGIN_RESP. A posted request is given away with BEGIN_REQ; its final consumer gives it back. END_REQ never changes
// ownership, and a packet may no longer be touched by those who passed it on once it is posted, unless they hold it:
// it is free again when everybody who held it has given it back. One pool for each type of packet, all of them one
// simulation's; nothing returns to the heap while it lives.
#ifndef SIOV_MODELS_KERNEL_PACKET_POOL_H_
#define SIOV_MODELS_KERNEL_PACKET_POOL_H_

#include <cstddef>
#include <tuple>

#include "models/base/pool.h"
#include "models/protocol/packets.h"

namespace siov {

class PacketPools {
 public:
  PacketPools() = default;
  PacketPools(const PacketPools&) = delete;
  PacketPools& operator=(const PacketPools&) = delete;

  // A fresh packet: every field at its default, ledger opened at `now`.
  template <class Packet>
  Packet* Take(Picoseconds now) {
    Packet& packet = std::get<Pool<Packet>>(pools_).Take();
    packet.Reset();
    packet.ledger.Open(now);
    return &packet;
  }
  // Of `kind`, address and length set.
  Tlp* Take(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes, Picoseconds now) {
    Tlp* const tlp = Take<Tlp>(now);
    tlp->kind = kind;
    tlp->address = address;
    tlp->length_bytes = length_bytes;
    return tlp;
  }
  template <class Packet>
  void Give(Packet& packet) {
    if (packet.LetGo()) std::get<Pool<Packet>>(pools_).Give(packet);
  }
  // Of all types.
  std::size_t in_use() const {
    return std::apply([](const auto&... pool) { return (pool.in_use() + ...); }, pools_);
  }

 private:
  template <class... Packets>
  using PoolOfEach = std::tuple<Pool<Packets>...>;

  OfAllPackets<PoolOfEach> pools_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_PACKET_POOL_H_
