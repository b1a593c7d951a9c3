// SPDX-License-Identifier: Apache-2.0
// A driver and an invalidation queue between scripted caches, devices and memory; the test is the host. Memory answers
// after 100, the IOTLB after 20; devices complete an invalidate request 50 after it came.
#ifndef SIOV_TESTS_SUPPORT_DRIVER_BENCH_H_
#define SIOV_TESTS_SUPPORT_DRIVER_BENCH_H_

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "models/host/driver/driver.h"
#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "tests/support/scripted_tables.h"

namespace siov::testing {

struct DriverBench : DriverClient {
  static constexpr RequesterId kDevice = 0x100;

  static DriverConfig Config(UnmapPolicy policy = UnmapPolicy::kStrict) {
    DriverConfig config;
    config.policy = policy;
    config.map_latency_ps = 200;
    config.unmap_latency_ps = 300;
    config.descriptor_latency_ps = 40;
    config.doorbell_latency_ps = 70;
    config.poll_latency_ps = 60;
    config.event_latency_ps = 5'000;
    return config;
  }
  static InvalidationQueueConfig QueueConfig() {
    InvalidationQueueConfig config;
    config.execute_latency_ps = 10;
    return config;
  }
  static AddressSpaceClass Space() {
    AddressSpaceClass space;
    space.count = 16;
    return space;
  }

  explicit DriverBench(const DriverConfig& config, bool ats = false,
                       const InvalidationQueueConfig& queue_config = QueueConfig(),
                       const AddressSpaceClass& space = Space())
      : spaces({space}, 1),
        driver("driver", simulation, "host0.driver", config, 1, 1, {{kDevice, 0, ats}}, spaces, *this),
        queue("queue", simulation, "iommu0.invalidation_queue", queue_config, 1, {{kDevice, 0}}) {
    driver.syncs().to_invalidation[0]->bind(queue.from_driver);
    fault_service.socket.bind(queue.from_fault_service);
    queue.to_host.bind(*driver.events().from_iommu[0]);
    queue.to_port[0]->bind(port.socket);
    device.socket.bind(*queue.from_port[0]);
    queue.to_iotlb.bind(iotlb.socket);
    queue.to_interrupts.bind(interrupts.socket);
    queue.to_pri_queue.bind(pri_queue.socket);
    queue.to_page_responses.bind(page_responses.socket);
    queue.to_memory.bind(memory.socket);
    starter.socket.bind(start_sink.socket);
    for (auto* cache : {&iotlb, &interrupts, &pri_queue}) cache->behaviour.buffered = false;
    for (ScriptedTarget* target : {&page_responses, &port, &start_sink}) target->behaviour.buffered = false;
    iotlb.behaviour.answer_after = 20;
    iotlb.behaviour.answer_stage = Stage::kIotlb;
    port.on_arrival = [this](Tlp& request) {
      if (!devices_answer) return;
      Tlp* completion = device.Packet(TlpKind::kInvalidateCompletion, 0, 0);
      completion->requester = kDevice;
      completion->itags = 1u << request.itags;
      device.SendAt(simulation.agenda.now() + 50, *completion);
    };
    start_sink.on_arrival = [this](Tlp& payload) { script[payload.address](); };
  }

  // Runs `action` at `at`.
  void At(Picoseconds at, std::function<void()> action) {
    script.push_back(std::move(action));
    starter.SendAt(at, TlpKind::kMemoryWrite, script.size() - 1, 4);
  }
  // A read of 4 KiB by tenant `tenant`, mapped at `at`.
  Job& MapAt(Picoseconds at, std::uint32_t tenant = 0) {
    Job& job = jobs.emplace_back();
    job.op = JobOp::kRead;
    job.tenant = TenantId(tenant);
    job.pasid = Pasid(tenant + 1);
    job.source = 0x1000'0000;
    job.size_bytes = 4096;
    auto* const submission = starter.Packet<Submission>();
    submission->job = &job;
    job.submission = submission;
    At(at, [this, &job] { driver.Map(job); });
    return job;
  }
  void UnmapAt(Picoseconds at, Job& job) {
    At(at, [this, &job] {
      job.ledger.Open(simulation.agenda.now());
      driver.Unmap(*job.submission);
    });
  }
  void Run(Picoseconds until = kPsPerMs) { simulation.agenda.RunUntil(until); }

  void OnUnmapped(Submission& submission) override {
    Job& job = *submission.job;
    job.ledger.Close(simulation.agenda.now());
    told.push_back({&job, simulation.agenda.now()});
  }
  void OnCpuFree(Picoseconds busy) override { cpu_busy.push_back(busy); }
  void OnMappingDone(MappingRequest& request) override { mappings_done.push_back({&request, simulation.agenda.now()}); }

  Picoseconds Told(const Job& job) const {
    for (const auto& [who, time] : told) {
      if (who == &job) return time;
    }
    return kNever;
  }
  std::vector<PeerEvent> Seen(const std::string& peer, TlpKind kind) const {
    std::vector<PeerEvent> seen;
    for (const PeerEvent& event : Seen(peer)) {
      if (event.kind == kind) seen.push_back(event);
    }
    return seen;
  }
  std::vector<PeerEvent> Seen(const std::string& peer) const {
    std::vector<PeerEvent> seen;
    for (const PeerEvent& event : log) {
      if (event.peer == peer && event.event == PeerEventKind::kRequest) seen.push_back(event);
    }
    return seen;
  }
  std::vector<PeerEvent> StatusWrites() const {
    std::vector<PeerEvent> writes;
    for (const PeerEvent& event : log) {
      if (event.peer == "memory" && event.event == PeerEventKind::kRequest && IsWrite(event)) writes.push_back(event);
    }
    return writes;
  }
  std::uint64_t Stat(const std::string& name) {
    for (Block* block : {static_cast<Block*>(&driver), static_cast<Block*>(&queue)}) {
      for (const Statistic* member : block->statistics().members()) {
        if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
      }
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  bool devices_answer = true;
  std::vector<std::function<void()>> script;
  std::deque<Job> jobs;
  std::vector<std::pair<const Job*, Picoseconds>> told;
  std::vector<std::pair<const MappingRequest*, Picoseconds>> mappings_done;
  std::vector<Picoseconds> cpu_busy;
  ScriptedInitiatorOf<InvalidationCommand> fault_service{"fault_service", simulation, log};
  ScriptedInitiator starter{"starter", simulation, log};
  ScriptedTarget start_sink{"start_sink", simulation, log};
  ScriptedTargetOf<InvalidationRequest> iotlb{"iotlb", simulation, log};
  ScriptedTargetOf<InvalidationRequest> interrupts{"interrupts", simulation, log};
  ScriptedTargetOf<InvalidationRequest> pri_queue{"pri_queue", simulation, log};
  ScriptedTarget page_responses{"page_responses", simulation, log};
  ScriptedTables memory{"memory", simulation, log};
  ScriptedTarget port{"port", simulation, log};
  ScriptedInitiator device{"device", simulation, log};
  AddressSpaces spaces;
  Driver driver;
  InvalidationQueue queue;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_DRIVER_BENCH_H_
