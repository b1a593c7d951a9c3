// SPDX-License-Identifier: Apache-2.0
// What every SystemC shell is built on: a name, the simulation it is part of, a due queue and a group of statistics.
//
// A shell's transport methods only enqueue (Due); its one handler OnDue() dispatches to named helpers, asks the pure
// core what happens, counts, marks the ledger and passes the packet on.
#ifndef SIOV_MODELS_KERNEL_BLOCK_H_
#define SIOV_MODELS_KERNEL_BLOCK_H_

#include <string>
#include <systemc>
#include <vector>

#include "models/base/random.h"
#include "models/base/statistics.h"
#include "models/kernel/due_queue.h"
#include "models/kernel/packet_pool.h"
#include "models/kernel/sockets.h"
#include "models/protocol/job.h"

namespace siov {

// What all blocks of one simulation share.
struct Simulation {
  explicit Simulation(Agenda::Mode mode, std::uint64_t seed) : agenda("agenda", mode), random(seed) {}
  Agenda agenda;
  PacketPools packets;
  JobPool jobs;
  RandomStream random;  // blocks split their own stream from it by name; never drawn from directly
};

class Block : public sc_core::sc_module, public DueHandler {
 public:
  // `path` is the dotted name of the block in reports and the random stream's key: "dsa0.atc".
  Block(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path)
      : sc_module(name), statistics_(path), simulation_(simulation), due_(simulation.agenda, this, path) {}
  const std::string& path() const { return statistics_.path(); }
  StatGroup& statistics() { return statistics_; }
  const StatGroup& statistics() const { return statistics_; }

  // For the report of a run that stands still (platforms/run/standstill.h), which lists every occupancy that is not
  // empty. Whom `held`, one of this block's occupancies, waits for: paths of peers (PeersOf); none: the block itself.
  virtual std::vector<std::string> WaitsFor(const Occupancy& /*held*/) const { return {}; }
  // Peers this block passes requests on to without holding them in an occupancy.
  virtual std::vector<std::string> PassesOnTo() const { return {}; }

 protected:
  // Paths of the blocks that sockets are bound to.
  template <class... Sockets>
  static std::vector<std::string> PeersOf(const Sockets&... sockets) {
    std::vector<std::string> paths;
    (AppendPeer(sockets.get_interface(), &paths), ...);
    return paths;
  }
  Picoseconds now() const { return simulation_.agenda.now(); }
  // The item comes to OnDue() after `delay`.
  void Due(Picoseconds delay, std::uint32_t kind, void* object = nullptr, std::uint32_t argument = 0,
           DueRank rank = DueRank::kArrive) {
    due_.Push(delay, {object, kind, argument}, rank);
  }
  // For packets: zero delay is handled in the caller's event (see docs/blocks.md, Arrival).
  template <class Packet>
  void Arrive(Picoseconds delay, std::uint32_t kind, Packet& packet, std::uint32_t argument = 0) {
    if (delay == 0) {
      OnDue({&packet, kind, argument});
    } else {
      Due(delay, kind, &packet, argument);
    }
  }
  // Every packet arrives when its ledger says so.
  template <class Packet>
  void CheckArrival(const Packet& packet) const {
    if (packet.ledger.cursor() != now()) FailArrival(Packet::kName, packet.ledger.cursor());
  }
  // For accesses whose failure leaves nothing that could go on: ends the run with a sentence.
  void CheckServed(const TableAccess& access) const {
    if (access.failed) FailService(access.address);
  }
  RandomStream MakeRandom() const { return simulation_.random.Split(statistics_.path()); }
  // A fresh packet: every field at its default, its ledger opened now.
  template <class Packet>
  Packet* TakePacket() {
    return simulation_.packets.Take<Packet>(now());
  }
  Tlp* TakePacket(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes) {
    return simulation_.packets.Take(kind, address, length_bytes, now());
  }
  TableAccess* TakeAccess(TableAccess::Kind kind, std::uint64_t address, std::uint32_t length_bytes) {
    TableAccess* const access = TakePacket<TableAccess>();
    access->kind = kind;
    access->address = address;
    access->length_bytes = length_bytes;
    return access;
  }
  template <class Packet>
  void GivePacket(Packet& packet) {
    simulation_.packets.Give(packet);
  }
  JobPool& jobs() { return simulation_.jobs; }
  Simulation& simulation() { return simulation_; }

  StatGroup statistics_;  // first: members declared by derived blocks register here

 private:
  [[noreturn]] void FailArrival(const char* packet, Picoseconds cursor) const;
  [[noreturn]] void FailService(std::uint64_t address) const;
  static void AppendPeer(const sc_core::sc_interface* peer, std::vector<std::string>* paths);

  Simulation& simulation_;
  DueQueue due_;
};

// For handlers: the packet behind an item.
template <class Packet = Tlp>
Packet& PacketOf(const DueItem& item) {
  return *static_cast<Packet*>(item.object);
}

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_BLOCK_H_
