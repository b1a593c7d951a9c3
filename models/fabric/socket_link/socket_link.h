// SPDX-License-Identifier: Apache-2.0
// The link between two sockets of a host: takes requests of one socket's root complex to the memory of the other, and
// their answers back. Models a rate each way, latency, a limit of what is under way, and waiting in order of arrival;
// not retries and the coherence protocol's own messages. See models/fabric/socket_link/README.md.
#ifndef SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_H_
#define SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/fabric/socket_link/socket_link_core.h"
#include "models/kernel/block.h"

namespace siov {

class SocketLink final : public Block {
 public:
  SocketLink(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const SocketLinkConfig& config);

  // By end: the socket whose memory comes first by name is 0.
  static constexpr std::uint32_t kEnds = 2;
  template <class Socket>
  using OfEnds = std::array<std::unique_ptr<Socket>, kEnds>;
  OfEnds<TargetSocket<SocketLink>> from_router;
  OfEnds<TargetSocket<SocketLink, TableAccess>> from_agents;
  OfEnds<InitiatorSocket<SocketLink>> to_memory;
  OfEnds<InitiatorSocket<SocketLink, TableAccess>> agents_to_memory;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PassesOnTo(); }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(*to_memory[0], *to_memory[1]); }

 private:
  enum Kind : std::uint32_t { kRequest, kAnswer, kAccess, kAccessAnswer, kLinesFree };
  // A request that waits for lines.
  struct Waiting {
    Tlp* request;  // null: an access
    TableAccess* access;
    std::uint64_t lines;
  };
  // Of an end.
  struct Direction {
    Direction(StatGroup& group, const SocketLinkConfig& config, std::uint32_t end);
    SocketWire wire;
    SocketLineTracker tracker;
    RingQueue<Waiting> waiting;
    Counter bytes;
    Counter wait;
    BusyTime busy;
    std::optional<Occupancy> lines;
    std::optional<Occupancy> line_waiters;
  };

  tlm::tlm_sync_enum Forward(std::uint32_t end, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromAgents(std::uint32_t end, TableAccess& access, Picoseconds delay);
  void Backward(std::uint32_t end, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void AgentsBackward(std::uint32_t end, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  // Lines for a request from an end, if there have to be any; false: it waits for them.
  bool TakeLines(std::uint32_t end, const Waiting& request);
  void ReturnLines(std::uint32_t end, const Waiting& request, Picoseconds delay);
  void LinesFree(std::uint32_t end, std::uint64_t lines);
  Waiting LinesOf(Tlp& request) const;
  Waiting LinesOf(TableAccess& access) const;
  void Issue(std::uint32_t end, const Waiting& request);
  // From an end to the other; returns how long it takes from now on.
  template <class Packet>
  Picoseconds Cross(std::uint32_t end, Packet& packet, bool with_data);

  SocketLinkConfig config_;
  Counter requests_;
  Counter accesses_;
  std::array<std::unique_ptr<Direction>, kEnds> directions_;  // that begin at an end
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_H_
