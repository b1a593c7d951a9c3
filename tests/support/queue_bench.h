// SPDX-License-Identifier: Apache-2.0
// An invalidation queue between scripted peers: software, IOTLB, interrupt remapper, page request queue, memory, two
// root ports and the receiver of its events. Memory answers after 100; the caches say when they are done
// (answer_after).
#ifndef SIOV_TESTS_SUPPORT_QUEUE_BENCH_H_
#define SIOV_TESTS_SUPPORT_QUEUE_BENCH_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "tests/support/scripted_tables.h"

namespace siov::testing {

struct QueueBench {
  static constexpr RequesterId kDevice0 = 0x100;  // below port 0
  static constexpr RequesterId kDevice1 = 0x200;  // below port 1
  static constexpr std::uint64_t kStatus = 0x7000;

  explicit QueueBench(const InvalidationQueueConfig& config)
      : queue("queue", simulation, "iommu0.invalidation_queue", config, 2, {{kDevice0, 0}, {kDevice1, 1}}),
        descriptor_bytes(config.descriptor_bytes) {
    software.socket.bind(queue.from_driver);
    fault_service.socket.bind(queue.from_fault_service);
    device0.socket.bind(*queue.from_port[0]);
    device1.socket.bind(*queue.from_port[1]);
    queue.to_port[0]->bind(port0.socket);
    queue.to_port[1]->bind(port1.socket);
    queue.to_iotlb.bind(iotlb.socket);
    queue.to_interrupts.bind(interrupts.socket);
    queue.to_pri_queue.bind(pri_queue.socket);
    queue.to_page_responses.bind(page_responses.socket);
    queue.to_memory.bind(memory.socket);
    queue.to_host.bind(events.socket);
    for (ScriptedTargetOf<InvalidationRequest>* cache : {&iotlb, &interrupts, &pri_queue}) {
      cache->behaviour.buffered = false;
      cache->behaviour.answer_after = 20;
      cache->behaviour.answer_stage = Stage::kIotlb;
    }
    port0.behaviour.buffered = port1.behaviour.buffered = page_responses.behaviour.buffered =
        events.behaviour.buffered = false;
  }

  // A descriptor as software writes it; change it before the simulation gets to `at`.
  InvalidationCommand* CommandAt(Picoseconds at, InvalidationKind kind,
                                 InvalidationGranularity granularity = InvalidationGranularity::kGlobal,
                                 std::uint64_t address = 0) {
    InvalidationCommand* command = software.Packet<InvalidationCommand>();
    command->bytes = descriptor_bytes;
    command->what.what.kind = kind;
    command->what.what.granularity = granularity;
    command->what.requester = kDevice0;
    command->what.address = address;
    software.SendAt(at, *command);
    return command;
  }
  InvalidationCommand* WaitAt(Picoseconds at, bool fence = true) {
    InvalidationCommand* wait = CommandAt(at, InvalidationKind::kWait, InvalidationGranularity::kGlobal, kStatus);
    wait->what.what.status_write = true;
    wait->what.what.fence = fence;
    return wait;
  }
  InvalidationCommand* DeviceTlbAt(Picoseconds at, RequesterId device = kDevice0, std::uint8_t max_pending = 0) {
    InvalidationCommand* command = CommandAt(at, InvalidationKind::kDeviceTlb, InvalidationGranularity::kPage, 0x5000);
    command->what.requester = device;
    command->what.what.max_pending = max_pending;
    return command;
  }
  void CompleteAt(Picoseconds at, std::uint32_t itags, std::uint8_t count = 1, RequesterId device = kDevice0) {
    ScriptedInitiator& sender = device == kDevice0 ? device0 : device1;
    Tlp* completion = sender.Packet(TlpKind::kInvalidateCompletion, 0, 0);
    completion->requester = device;
    completion->itags = itags;
    completion->completion_count = count;
    sender.SendAt(at, *completion);
  }
  // Devices that complete every request `after` its arrival.
  void DevicesCompleteAfter(Picoseconds after) {
    for (ScriptedTarget* port : {&port0, &port1}) {
      port->on_arrival = [this, port, after](Tlp& request) {
        CompleteAt(simulation.agenda.now() + after, 1u << request.itags, 1, request.requester);
      };
    }
  }
  void Run(Picoseconds until = kPsPerMs) { simulation.agenda.RunUntil(until); }

  // When software got the command back; kNever: not yet.
  Picoseconds Answered(const InvalidationCommand* command) const {
    for (const PeerEvent& event : log) {
      if (event.object == command && event.event == PeerEventKind::kAnswer) return event.time;
    }
    return kNever;
  }
  // When the descriptor found its place in the ring.
  Picoseconds Placed(const InvalidationCommand* command) const {
    for (const PeerEvent& event : log) {
      if (event.object == command && event.event == PeerEventKind::kRelease) return event.time;
    }
    return kNever;
  }
  std::vector<PeerEvent> Seen(const std::string& peer) const {
    std::vector<PeerEvent> seen;
    for (const PeerEvent& event : log) {
      if (event.peer == peer && event.event == PeerEventKind::kRequest) seen.push_back(event);
    }
    return seen;
  }
  // Status words written.
  std::vector<Picoseconds> StatusWrites() const {
    std::vector<Picoseconds> times;
    for (const PeerEvent& event : Seen("memory")) {
      if (IsWrite(event)) times.push_back(event.time);
    }
    return times;
  }
  std::uint64_t Stat(const std::string& name) const {
    for (const Statistic* member : const_cast<InvalidationQueue&>(queue).statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  ScriptedInitiatorOf<InvalidationCommand> software{"software", simulation, log};
  ScriptedInitiatorOf<InvalidationCommand> fault_service{"fault_service", simulation, log};
  ScriptedInitiator device0{"device0", simulation, log};
  ScriptedInitiator device1{"device1", simulation, log};
  ScriptedTarget port0{"port0", simulation, log};
  ScriptedTarget port1{"port1", simulation, log};
  ScriptedTargetOf<InvalidationRequest> iotlb{"iotlb", simulation, log};
  ScriptedTargetOf<InvalidationRequest> interrupts{"interrupts", simulation, log};
  ScriptedTargetOf<InvalidationRequest> pri_queue{"pri_queue", simulation, log};
  ScriptedTarget page_responses{"page_responses", simulation, log};
  ScriptedTables memory{"memory", simulation, log};
  ScriptedTargetOf<IommuEvent> events{"events", simulation, log};
  InvalidationQueue queue;
  std::uint32_t descriptor_bytes;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_QUEUE_BENCH_H_
