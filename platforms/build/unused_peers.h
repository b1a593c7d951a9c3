// SPDX-License-Identifier: Apache-2.0
// Peers for sockets that a platform leaves open (the message socket of a device without ATS). SystemC wants every
// socket bound; a packet that reaches one of these means that a block routed something nobody is there for.
#ifndef SIOV_PLATFORMS_BUILD_UNUSED_PEERS_H_
#define SIOV_PLATFORMS_BUILD_UNUSED_PEERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/base/invariant.h"
#include "models/kernel/sockets.h"

namespace siov {

class UnusedPeers {
 public:
  template <class Packet>
  void Terminate(InitiatorSocketBase<Packet>& open) {
    auto sink = std::make_unique<Sink<Packet>>(PeerName("unused_sink_").c_str(), open.name());
    open.bind(sink->socket);
    peers_.push_back(std::move(sink));
  }
  template <class Packet>
  void Terminate(TargetSocketBase<Packet>& open) {
    auto source = std::make_unique<Source<Packet>>(PeerName("unused_source_").c_str(), open.name());
    source->socket.bind(open);
    peers_.push_back(std::move(source));
  }

 private:
  std::string PeerName(const char* kind) const { return kind + std::to_string(peers_.size()); }
  [[noreturn]] static void Fail(const std::string& open_name) {
    throw InvariantError("a packet left through the unconnected socket " + open_name);
  }
  template <class Packet>
  struct Sink : sc_core::sc_module {
    Sink(const sc_core::sc_module_name& name, std::string open)
        : sc_module(name), open_name(std::move(open)), socket("socket", this, &Sink::Transport) {}
    tlm::tlm_sync_enum Transport(std::uint32_t, Packet&, Picoseconds) { Fail(open_name); }
    std::string open_name;
    TargetSocket<Sink, Packet> socket;
  };
  template <class Packet>
  struct Source : sc_core::sc_module {
    Source(const sc_core::sc_module_name& name, std::string open)
        : sc_module(name), open_name(std::move(open)), socket("socket", this, &Source::Answer) {}
    void Answer(std::uint32_t, Packet&, tlm::tlm_phase_enum, Picoseconds) { Fail(open_name); }
    std::string open_name;
    InitiatorSocket<Source, Packet> socket;
  };
  std::vector<std::unique_ptr<sc_core::sc_module>> peers_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_UNUSED_PEERS_H_
