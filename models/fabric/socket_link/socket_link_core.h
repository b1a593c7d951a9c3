// SPDX-License-Identifier: Apache-2.0
// What crosses the link between two sockets, and when it has: coherent memory transactions of whole lines, each with a
// header of its own. Pure: times are what the caller says.
#ifndef SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_
#define SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_

#include <algorithm>
#include <cstdint>

#include "models/base/units.h"
#include "models/fabric/socket_link/socket_link_config.h"

namespace siov {

// A request for memory, or the answer to one: a header for each line, and the line if it carries data.
inline std::uint64_t SocketLinkBytes(const SocketLinkConfig& config, std::uint64_t address, std::uint32_t length_bytes,
                                     bool with_data) {
  constexpr std::uint32_t kLineBytes = 64;  // what UPI and its like move
  const std::uint64_t first = address / kLineBytes;
  const std::uint64_t last = (address + std::max(length_bytes, 1u) - 1) / kLineBytes;
  return (last - first + 1) * (config.header_bytes + (with_data ? kLineBytes : 0));
}

// One of its two directions: a server, in order of arrival.
class SocketWire {
 public:
  explicit SocketWire(const SocketLinkConfig& config)
      : rate_(ByteRate::FromBytesPerSecond(config.bytes_per_second)), latency_ps_(config.latency_ps) {}

  struct Crossing {
    Picoseconds begins = 0;   // before, others have the wire
    Picoseconds sent = 0;     // its last byte is on the wire
    Picoseconds arrives = 0;  // at the other end
  };
  // REQUIRES: `now` never decreases.
  Crossing Send(Picoseconds now, std::uint64_t bytes) {
    Crossing crossing;
    crossing.begins = std::max(now, free_at_);
    crossing.sent = free_at_ = crossing.begins + rate_.TimeFor(bytes);
    crossing.arrives = crossing.sent + latency_ps_;
    return crossing;
  }

 private:
  ByteRate rate_;
  Picoseconds latency_ps_;
  Picoseconds free_at_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_
