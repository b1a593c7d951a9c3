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
  void Terminate(InitiatorSocketBase<Tlp>& open) {
    sinks_.push_back(std::make_unique<Sink>(PeerName("unused_sink_", sinks_.size()).c_str(), open.name()));
    open.bind(sinks_.back()->socket);
  }
  void Terminate(TargetSocketBase<Tlp>& open) {
    sources_.push_back(std::make_unique<Source>(PeerName("unused_source_", sources_.size()).c_str(), open.name()));
    sources_.back()->socket.bind(open);
  }

 private:
  static std::string PeerName(const char* kind, std::size_t index) { return kind + std::to_string(index); }
  [[noreturn]] static void Fail(const std::string& open_name) {
    throw InvariantError("a packet left through the unconnected socket " + open_name);
  }
  struct Sink : sc_core::sc_module {
    Sink(const sc_core::sc_module_name& name, std::string open)
        : sc_module(name), open_name(std::move(open)), socket("socket", this, &Sink::Transport) {}
    tlm::tlm_sync_enum Transport(std::uint32_t, Tlp&, Picoseconds) { Fail(open_name); }
    std::string open_name;
    TargetSocket<Sink> socket;
  };
  struct Source : sc_core::sc_module {
    Source(const sc_core::sc_module_name& name, std::string open)
        : sc_module(name), open_name(std::move(open)), socket("socket", this, &Source::Answer) {}
    void Answer(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) { Fail(open_name); }
    std::string open_name;
    InitiatorSocket<Source> socket;
  };
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_UNUSED_PEERS_H_
