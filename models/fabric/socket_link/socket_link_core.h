// SPDX-License-Identifier: Apache-2.0
// What crosses the link between two sockets, and when it has: coherent memory transactions of whole lines, each with a
// header of its own. Pure: times are what the caller says.
#ifndef SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_
#define SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_

#include <algorithm>
#include <cstdint>

#include "models/base/servers.h"
#include "models/base/units.h"
#include "models/fabric/socket_link/socket_link_config.h"

namespace siov {

inline constexpr std::uint32_t kSocketLineBytes = 64;  // what UPI and its like move

inline std::uint64_t SocketLines(std::uint64_t address, std::uint32_t length_bytes) {
  const std::uint64_t first = address / kSocketLineBytes;
  const std::uint64_t last = (address + std::max(length_bytes, 1u) - 1) / kSocketLineBytes;
  return last - first + 1;
}

// A request for memory, or the answer to one: a header for each line, and the line if it carries data.
inline std::uint64_t SocketLinkBytes(const SocketLinkConfig& config, std::uint64_t address, std::uint32_t length_bytes,
                                     bool with_data) {
  return SocketLines(address, length_bytes) * (config.header_bytes + (with_data ? kSocketLineBytes : 0));
}

// Lines that requests from one end have under way, until they are answered. A request of more lines than there may be
// takes all. None has to wait where there is no limit (0).
class SocketLineTracker {
 public:
  explicit SocketLineTracker(std::uint32_t most) : most_(most) {}
  bool limited() const { return most_ != 0; }
  std::uint64_t NeededBy(std::uint64_t lines) const { return std::min<std::uint64_t>(lines, most_); }
  bool Take(std::uint64_t needed) {
    if (taken_ + needed > most_) return false;
    taken_ += needed;
    return true;
  }
  void Give(std::uint64_t needed) { taken_ -= needed; }
  std::uint64_t taken() const { return taken_; }

 private:
  std::uint64_t most_;
  std::uint64_t taken_ = 0;
};

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
  Crossing Send(Picoseconds now, std::uint64_t bytes) {
    Crossing crossing;
    crossing.begins = server_.Take(now, rate_.TimeFor(bytes));
    crossing.sent = server_.free_at();
    crossing.arrives = crossing.sent + latency_ps_;
    return crossing;
  }

 private:
  ByteRate rate_;
  Picoseconds latency_ps_;
  Server server_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CORE_H_
