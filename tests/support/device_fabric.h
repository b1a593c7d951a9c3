// SPDX-License-Identifier: Apache-2.0
// A device on its link, between scripted peers: engine -> atc and ims -> device port -> link -> root port -> (iotlb,
// memory, page requests, interrupts). Conformance tests look at what reaches the peers of the root port.
#ifndef SIOV_TESTS_SUPPORT_DEVICE_FABRIC_H_
#define SIOV_TESTS_SUPPORT_DEVICE_FABRIC_H_

#include "models/device/atc/atc.h"
#include "models/device/ims/ims.h"
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

struct DeviceFabric {
  struct Config {
    AtcConfig atc;
    ImsConfig ims;
    DevicePortConfig port;
    LinkConfig link;
    RootPortConfig root;
  };

  explicit DeviceFabric(const Config& config)
      : atc("atc", simulation, "atc", config.atc),
        ims("ims", simulation, "ims", OneMessage(config.ims)),
        device_port("device_port", simulation, "port", config.port, 2),
        link("link", simulation, "link", config.link),
        root_port("root_port", simulation, "root_port", config.root, 0) {
    engine.socket.bind(atc.from_engine);
    completion.socket.bind(ims.from_engine);
    atc.to_port.bind(*device_port.from_block[0]);
    ims.to_port.bind(*device_port.from_block[1]);
    device_port.to_atc.bind(atc.from_port);
    device_port.to_portal.bind(portal.socket);
    device_port.to_link.bind(link.upstream_in);
    link.upstream_out.bind(root_port.from_link);
    root_port.to_link.bind(link.downstream_in);
    link.downstream_out.bind(device_port.from_link);
    host.socket.bind(root_port.from_host);
    responses.socket.bind(root_port.from_pri_queue);
    invalidations.socket.bind(root_port.from_invalidation);
    root_port.to_invalidation.bind(completions.socket);
    root_port.to_iotlb.bind(iotlb.socket);
    root_port.to_memory.bind(memory.socket);
    root_port.to_pri_queue.bind(pri_queue.socket);
    root_port.to_interrupts.bind(interrupts.socket);
    root_port.to_faults.bind(faults.socket);
    iotlb.behaviour.answer_after = 300;
    memory.behaviour.answer_after = 300;
    iotlb.on_arrival = [](Tlp& payload) { Grant(payload); };
  }

  static ImsConfig OneMessage(ImsConfig config) {
    config.programmed = {{EncodeInterrupt(0), Pasid()}};
    return config;
  }

  // Answers a translation request with a 4 KiB page that may be read and written.
  static void Grant(Tlp& payload) {
    payload.translation.read = payload.translation.write = true;
    payload.translation.address = 0x100'0000'0000 + (payload.virtual_address & ~kPageMask4K);
  }

  // A memory request of a job, given to the ATC at `at`.
  Tlp* RequestAt(Picoseconds at, TlpKind kind, Pasid pasid, std::uint64_t address) {
    Tlp* payload = engine.Packet(kind, address, 64);
    payload->pasid = pasid;
    payload->virtual_address = address;
    payload->job = &job;
    engine.SendAt(at, *payload);
    return payload;
  }
  // A request for the job's interrupt, given to the message store at `at`.
  void InterruptAt(Picoseconds at) {
    auto* const request = completion.Packet<InterruptRequest>();
    request->job = &job;
    request->handle = job.interrupt_handle;
    completion.SendAt(at, *request);
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  // What arrived at one peer, in order.
  PeerLog Seen(const std::string& peer) const {
    PeerLog seen;
    for (const PeerEvent& event : log) {
      if (event.peer == peer && event.event == PeerEventKind::kRequest) seen.push_back(event);
    }
    return seen;
  }

  static constexpr std::uint64_t kPageMask4K = (std::uint64_t{1} << kPageShift4K) - 1;

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  Job job;
  ScriptedInitiator engine{"engine", simulation, log};
  ScriptedInitiatorOf<InterruptRequest> completion{"completion", simulation, log};
  ScriptedInitiator host{"host", simulation, log};
  ScriptedInitiator responses{"responses", simulation, log};
  ScriptedInitiator invalidations{"invalidations", simulation, log};
  ScriptedTarget portal{"portal", simulation, log};
  ScriptedTarget iotlb{"iotlb", simulation, log};
  ScriptedTarget memory{"memory", simulation, log};
  ScriptedTarget pri_queue{"pri_queue", simulation, log};
  ScriptedTarget interrupts{"interrupts", simulation, log};
  ScriptedTargetOf<FaultRecord> faults{"faults", simulation, log};
  ScriptedTarget completions{"completions", simulation, log};
  Atc atc;
  Ims ims;
  DevicePort device_port;
  Link link;
  RootPort root_port;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_DEVICE_FABRIC_H_
