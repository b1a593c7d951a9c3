// SPDX-License-Identifier: Apache-2.0
#include "tests/order/order_homes.h"

namespace siov::testing {

OrderHomes::OrderHomes(Simulation& simulation, PeerLog& log, const Config& config, Seen seen)
    : simulation_(simulation),
      seen_(std::move(seen)),
      router_("router", simulation, "router", {HomeRoute{}, HomeRoute{0}}, 2, 1, 1),
      link_("socket_link", simulation, "socket_link", config.link),
      near_("near", simulation, "near", MemoryOf(config.latency_ps[0]), 1, 1, true),
      far_("far", simulation, "far", MemoryOf(config.latency_ps[1]), 1, 1, true),
      at_near_("at_near", simulation, At(0)),
      at_far_("at_far", simulation, At(1)),
      walks_("walks", simulation, log),
      idle_port_("idle_port", simulation, log),
      idle_walks_("idle_walks", simulation, log),
      idle_memory_("idle_memory", simulation, log),
      idle_tables_("idle_tables", simulation, log),
      records_("records", simulation, log),
      near_records_("near_records", simulation, log),
      far_records_("far_records", simulation, log) {
  job_.watch = this;
  router_.to_memory.bind(at_near_.in);
  at_near_.out.bind(*near_.in[0]);
  router_.to_link[0]->bind(*link_.from_router[0]);
  link_.to_memory[1]->bind(at_far_.in);
  at_far_.out.bind(*far_.in[0]);
  walks_.socket.bind(*router_.from_agent[0]);
  router_.agents_to_memory.bind(*near_.from_agent[0]);
  router_.agents_to_link[0]->bind(*link_.from_agents[0]);
  link_.agents_to_memory[1]->bind(*far_.from_agent[0]);
  idle_port_.socket.bind(*link_.from_router[1]);
  idle_walks_.socket.bind(*link_.from_agents[1]);
  link_.to_memory[0]->bind(idle_memory_.socket);
  link_.agents_to_memory[0]->bind(idle_tables_.socket);
  router_.to_host.bind(records_.socket);
  near_.to_host.bind(near_records_.socket);
  far_.to_host.bind(far_records_.socket);
}

MemoryConfig OrderHomes::MemoryOf(Picoseconds latency) {
  MemoryConfig config;
  config.residency = MemoryResidency::kAllLlc;
  config.llc_latency_ps = latency;
  config.llc_bytes_per_second = 20e9;  // so that what comes together is done apart
  return config;
}

}  // namespace siov::testing
