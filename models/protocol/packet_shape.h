// SPDX-License-Identifier: Apache-2.0
// What one packet makes a device do: a few accesses at several places (its ring descriptor, its data, its
// notification), each at an address that follows from the packet's number.
//
// Pure. Belongs to who makes the jobs (models/workload); jobs refer to it.
#ifndef SIOV_MODELS_PROTOCOL_PACKET_SHAPE_H_
#define SIOV_MODELS_PROTOCOL_PACKET_SHAPE_H_

#include <cstdint>
#include <vector>

namespace siov {

struct PacketAccess {
  std::uint64_t address = 0;       // of packet 0
  std::uint64_t stride_bytes = 0;  // from packet to packet, round and round in the region
  std::uint64_t region_bytes = 1;  // from `address` on
  std::uint32_t size_bytes = 64;
  bool write = false;
  bool relaxed_ordering = false;  // a write that may pass older ones

  std::uint64_t AddressOf(std::uint32_t packet) const {
    return address + std::uint64_t{packet} * stride_bytes % region_bytes;
  }
};

struct PacketShape {
  std::vector<PacketAccess> accesses;  // all begin at once, in this order
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PACKET_SHAPE_H_
