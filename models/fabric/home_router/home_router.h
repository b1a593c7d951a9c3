// SPDX-License-Identifier: Apache-2.0
// Of a socket of a host that has several: sends requests of its root ports and its IOMMUs to the memory that is their
// address's home, its own or one behind a socket link, and keeps the order PCI Express promises across them: writes of
// a root port and traffic class become visible in order wherever they lie, and a read of one memory waits for older
// writes to others. See models/fabric/home_router/README.md.
#ifndef SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_H_
#define SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_H_

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/fabric/home_router/home_router_core.h"
#include "models/kernel/block.h"
#include "models/kernel/write_visibility.h"

namespace siov {

class HomeRouter final : public Block, private WriteVisibility::Owner {
 public:
  // How many blocks of the socket send requests of devices, in[0 .. initiators), and accesses of their own,
  // from_agent[0 .. agents); how many socket links begin here.
  HomeRouter(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const std::vector<HomeRoute>& routes, std::uint32_t initiators, std::uint32_t agents, std::uint32_t links);

  std::vector<std::unique_ptr<TargetSocket<HomeRouter>>> in;
  std::vector<std::unique_ptr<TargetSocket<HomeRouter, TableAccess>>> from_agent;
  InitiatorSocket<HomeRouter> to_memory;
  InitiatorSocket<HomeRouter, TableAccess> agents_to_memory;
  std::vector<std::unique_ptr<InitiatorSocket<HomeRouter>>> to_link;
  std::vector<std::unique_ptr<InitiatorSocket<HomeRouter, TableAccess>>> agents_to_link;
  InitiatorSocket<HomeRouter, ObservedWrite> to_host;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PassesOnTo(); }
  std::vector<std::string> PassesOnTo() const override;

 private:
  enum : std::uint32_t { kRequest, kServed, kFencePassed, kUnclaimed, kAccess, kAccessUnclaimed };
  // A request that has not been answered, or is not visible yet.
  struct Open {
    std::uint32_t socket = 0;
    std::uint32_t memory = 0;
    std::uint64_t number = 0;  // among all requests of its socket
    WriteOrder::Place place;   // of a posted write
  };

  tlm::tlm_sync_enum Forward(std::uint32_t socket, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromAgent(std::uint32_t socket, TableAccess& access, Picoseconds delay);
  void FromMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void ToAgent(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay);
  void Backward(std::uint32_t, ObservedWrite&, tlm::tlm_phase_enum, Picoseconds) {}  // the host keeps what it gets
  void OnDue(const DueItem& item) override;
  void OnVisible(void* write) override;
  void OnReadFree(void* read) override;
  void OnFencePassed(Tlp& fence) override;

  void Request(Tlp& payload, std::uint32_t socket);
  void Access(TableAccess& access, std::uint32_t socket);
  void GoOn(Tlp& payload, std::uint32_t memory);
  void Served(Tlp& payload);
  void RefuseUnclaimed(Tlp& payload, std::uint32_t socket);
  Open TakeOpen(const Tlp& payload);

  HomeRoutes routes_;
  WriteVisibility visibility_;
  std::unordered_map<const Tlp*, Open> open_;
  std::unordered_map<const TableAccess*, std::uint32_t> accesses_;  // the socket each came by

  Counter local_;
  Counter remote_;
  Counter local_accesses_;
  Counter remote_accesses_;
  Counter records_;
  Counter unclaimed_;
  Counter held_reads_;
  Counter order_wait_;
  Occupancy held_;
  Occupancy in_flight_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_H_
