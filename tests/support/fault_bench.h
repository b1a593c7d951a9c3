// SPDX-License-Identifier: Apache-2.0
// A page request queue with its memory and the operating system's fault service, between two scripted root ports; for
// module, law and conformance tests.
#ifndef SIOV_TESTS_SUPPORT_FAULT_BENCH_H_
#define SIOV_TESTS_SUPPORT_FAULT_BENCH_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/host/fault_service/fault_service.h"
#include "models/iommu/pri_queue/pri_queue.h"
#include "models/memory/memory.h"
#include "tests/support/socket_peers.h"

namespace siov {

struct FaultBench {
  // Nothing is resident; PASIDs 1 to 9.
  static AddressSpaceClass Absent() {
    AddressSpaceClass config;
    config.count = 9;
    config.resident_fraction = 0.0;
    return config;
  }
  static PriQueueConfig Queue(std::uint32_t entries) {
    PriQueueConfig config;
    config.entries = entries;
    config.enqueue_latency_ps = 20;
    config.response_latency_ps = 30;
    return config;
  }
  // Wake-up 300, service 2,000.
  static FaultServiceConfig Handlers(std::uint32_t handlers = 1) {
    FaultServiceConfig config;
    config.handlers = handlers;
    config.wakeup_ps = 300;
    config.minor_service = Distribution::Constant(2000);
    config.major_service = Distribution::Constant(50'000);
    return config;
  }
  // Descriptors are visible 60 after they are written.
  static MemoryConfig FastMemory() {
    MemoryConfig config;
    config.residency = MemoryResidency::kAllLlc;
    config.llc_latency_ps = 60;
    return config;
  }

  explicit FaultBench(const PriQueueConfig& queue_config, const FaultServiceConfig& service_config = Handlers(),
                      const AddressSpaceClass& space = Absent())
      : spaces({space}, 7),
        memory("memory", simulation, "memory", FastMemory(), 0, 1),
        queue("queue", simulation, "queue", queue_config, 2, spaces),
        service("service", simulation, "service", service_config, 1, spaces, {}, true) {
    exits.socket.bind(*service.from_exits);
    exits.on_answer = [this](PasidTeardown&) { torn_down_at = simulation.agenda.now(); };
    port0.socket.bind(*queue.from_port[0]);
    port1.socket.bind(*queue.from_port[1]);
    queue.to_port[0]->bind(response0.socket);
    queue.to_port[1]->bind(response1.socket);
    queue.to_memory.bind(*memory.from_agent[0]);
    memory.to_host.bind(observed.socket);
    queue.to_faults.bind(faults.socket);
    faults.on_arrival = [this](FaultRecord& record) {
      recorded.push_back(record);
      simulation.packets.Give(record);
    };
    queue.to_host.bind(*service.from_pri_queue[0]);
    service.to_iommu[0]->bind(descriptors.socket);
    commands.socket.bind(queue.from_invalidation);
    responder.socket.bind(queue.from_page_responses);
    descriptors.behaviour.buffered = false;
    descriptors.behaviour.answer_after = 500;
    descriptors.behaviour.answer_stage = Stage::kInvalidateWait;
    descriptors.on_arrival = [this](const InvalidationCommand& command) { OnDescriptor(command); };
    commands.on_answer = [this](InvalidationRequest& drain) { OnDrained(drain); };
    service.to_pri_queue[0]->bind(queue.from_software);
    queue.to_iotlb.bind(caches.socket);
    caches.behaviour.buffered = false;
    caches.behaviour.answer_after = 0;
    caches.on_arrival = [this](const InvalidationRequest& page) {
      forgotten.emplace_back(page.what.pasid.value(), page.what.address);
    };
    for (ScriptedTarget* port : {&response0, &response1}) {
      port->on_arrival = [this](Tlp& payload) { responses.push_back({simulation.agenda.now(), payload}); };
    }
  }
  Tlp* Request(std::uint32_t pasid, std::uint64_t address, std::uint16_t group, bool last = true) {
    Tlp* payload = port0.Packet(TlpKind::kPageRequest, address, 0);
    payload->pasid = Pasid(pasid);
    payload->virtual_address = address;
    payload->page_group = group;
    payload->last_in_group = last;
    payload->wants_read = true;
    return payload;
  }
  Tlp* At(Picoseconds at, std::uint32_t pasid, std::uint64_t address, std::uint16_t group, bool last = true,
          std::uint8_t port = 0) {
    Tlp* payload = Request(pasid, address, group, last);
    (port == 0 ? port0 : port1).SendAt(at, *payload);
    return payload;
  }
  // Of device 0x100, now.
  void TearDown(std::uint32_t pasid) {
    PasidTeardown* teardown = exits.Packet<PasidTeardown>();
    teardown->requester = 0x100;
    teardown->pasid = Pasid(pasid);
    exits.socket.Send(*teardown, 0);
  }
  // Software clears PPR.
  void ClearPending() {
    PageRequestAccess* access = port0.Packet<PageRequestAccess>();
    access->kind = PageRequestAccess::Kind::kClearPending;
    service.to_pri_queue[0]->Send(*access, 0);
    simulation.packets.Give(*access);
  }
  void DrainAt(Picoseconds at) {
    InvalidationRequest* wait = commands.Packet<InvalidationRequest>();
    wait->what.what.kind = InvalidationKind::kWait;
    wait->what.what.page_request_drain = true;
    commands.SendAt(at, *wait);
  }
  void OnDescriptor(const InvalidationCommand& command) {
    const Invalidation& what = command.what.what;
    executed.push_back(what);
    descriptors.behaviour.status = aborts > 0 ? CompletionStatus::kCompleterAbort : CompletionStatus::kSuccess;
    if (aborts > 0) --aborts;
    if (what.kind == InvalidationKind::kPageGroupResponse) {
      Tlp* response = responder.Packet(TlpKind::kPageGroupResponse, 0, 0);
      WriteResponse(command, response);
      response->ledger = command.ledger;
      responder.socket.Send(*response, 0);
    }
    if (!what.page_request_drain) return;
    InvalidationRequest* wait = commands.Packet<InvalidationRequest>();
    wait->what = command.what;
    commands.SendAt(simulation.agenda.now(), *wait);
  }
  void OnDrained(InvalidationRequest&) { drained_at = simulation.agenda.now(); }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  static std::uint64_t Stat(Block& block, const std::string& name) {
    for (const Statistic* member : block.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }
  std::uint64_t Stat(const std::string& name) { return Stat(queue, name); }
  std::uint64_t Served(const std::string& name) { return Stat(service, name); }

  struct Response {
    Picoseconds at;
    Tlp tlp;
  };
  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> forgotten;  // PASIDs and pages, by the caches
  std::vector<Response> responses;
  std::vector<FaultRecordHeader> recorded;
  std::vector<Invalidation> executed;  // every descriptor
  std::uint32_t aborts = 0;            // of descriptors to come: answered as aborted
  Picoseconds drained_at = 0;
  AddressSpaces spaces;
  ScriptedInitiator port0{"port0", simulation, log};
  ScriptedInitiator port1{"port1", simulation, log};
  ScriptedTarget response0{"response0", simulation, log};
  ScriptedTarget response1{"response1", simulation, log};
  // In place of the invalidation queue: passes responses on, sends waits, answers everything else after 500. A wait
  // that asks for a drain is done when the page request queue says so.
  ScriptedTargetOf<InvalidationCommand> descriptors{"descriptors", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> commands{"commands", simulation, log};
  ScriptedInitiator responder{"responder", simulation, log};
  ScriptedInitiatorOf<PasidTeardown> exits{"exits", simulation, log};
  Picoseconds torn_down_at = 0;
  ScriptedTargetOf<InvalidationRequest> caches{"caches", simulation, log};
  ScriptedTargetOf<FaultRecord> faults{"faults", simulation, log};
  ScriptedTargetOf<ObservedWrite> observed{"observed", simulation, log};
  Memory memory;
  PriQueue queue;
  FaultService service;
};

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_FAULT_BENCH_H_
