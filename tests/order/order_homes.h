// SPDX-License-Identifier: Apache-2.0
// What a socket of a host has of the ways to two memories: its home router, its own memory, and the socket link to the
// other one; nothing comes from the other socket. Told of are what arrives at a memory, and which writes are visible.
#ifndef SIOV_TESTS_ORDER_ORDER_HOMES_H_
#define SIOV_TESTS_ORDER_ORDER_HOMES_H_

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <utility>

#include "models/fabric/home_router/home_router.h"
#include "models/fabric/socket_link/socket_link.h"
#include "models/kernel/posted_writes.h"
#include "models/memory/memory.h"
#include "models/protocol/job.h"
#include "tests/order/tap.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

class OrderHomes final : private PostedWriteWatch {
 public:
  static constexpr std::uint32_t kMemories = 2;
  struct Config {
    std::array<Picoseconds, kMemories> latency_ps{};
    SocketLinkConfig link;
  };
  // Of a request that arrives at its home; of a write that is visible.
  struct Seen {
    std::function<void(const Tlp& tlp, Picoseconds at, unsigned home)> arrives;
    std::function<void(const Tlp& tlp, Picoseconds at)> visible;
  };
  OrderHomes(Simulation& simulation, PeerLog& log, const Config& config, Seen seen);

  // By which requests come: a root port's, and its IOTLB's.
  TargetSocket<HomeRouter>& in(std::size_t initiator) { return *router_.in[initiator]; }
  // Whoever sends it asks to hear when it is visible.
  void Watch(Tlp& write) {
    write.job = &job_;
    write.watched = true;
  }

 private:
  static MemoryConfig MemoryOf(Picoseconds latency);
  Tap::Seen At(unsigned home) {
    return [this, home](const Tlp& tlp, Picoseconds at, bool answer) {
      if (!answer) seen_.arrives(tlp, at, home);
    };
  }
  void OnWriteVisible(Tlp& write, Job&) override {
    seen_.visible(write, write.ledger.cursor());
    simulation_.packets.Give(write);
  }
  void OnWriteDropped(Job&) override { FAIL() << "every address is a memory's"; }

  Simulation& simulation_;
  Seen seen_;
  Job job_;
  HomeRouter router_;
  SocketLink link_;
  Memory near_;
  Memory far_;
  Tap at_near_;
  Tap at_far_;
  ScriptedInitiatorOf<TableAccess> walks_;
  ScriptedInitiator idle_port_;
  ScriptedInitiatorOf<TableAccess> idle_walks_;
  ScriptedTarget idle_memory_;
  ScriptedTargetOf<TableAccess> idle_tables_;
  ScriptedTargetOf<ObservedWrite> records_;
  ScriptedTargetOf<ObservedWrite> near_records_;
  ScriptedTargetOf<ObservedWrite> far_records_;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_ORDER_ORDER_HOMES_H_
