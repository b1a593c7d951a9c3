// SPDX-License-Identifier: Apache-2.0
// IOTLB, page walker and fault recording over a real memory, between a scripted root port, invalidation queue and host:
// what conformance tests of the IOMMU look at.
#ifndef SIOV_TESTS_SUPPORT_IOMMU_BENCH_H_
#define SIOV_TESTS_SUPPORT_IOMMU_BENCH_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/iommu/fault_recording/fault_recording.h"
#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "models/memory/memory.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

struct IommuBench {
  struct Config {
    std::vector<AddressSpaceClass> classes = {AddressSpaceClass{}};
    IotlbConfig iotlb;
    PageWalkerConfig walker;
    FaultRecordingConfig faults;
    Config() {
      iotlb.geometry.entries = 64;
      iotlb.lookup_latency_ps = 10;
      walker.context_cache.entries = walker.pasid_cache.entries = 16;
    }
  };
  static MemoryConfig FixedMemory() {
    MemoryConfig config;
    config.residency = MemoryResidency::kAllLlc;
    config.llc_latency_ps = 100;
    return config;
  }

  IommuBench() : IommuBench(Config()) {}
  // `asks`: the bench stands in for the page request queue, which asks for nothing.
  explicit IommuBench(const Config& config, bool asks = true)
      : spaces(config.classes, 7),
        memory("memory", simulation, "memory", FixedMemory(), 1, 2),
        walker("walker", simulation, "walker", config.walker, spaces),
        iotlb("iotlb", simulation, "iotlb", config.iotlb, 1, spaces, CachePartitions(config.classes)),
        faults("faults", simulation, "faults", config.faults, 1) {
    port.socket.bind(*iotlb.from_port[0]);
    invalidations.socket.bind(iotlb.from_invalidation);
    if (asks) {
      page_requests = std::make_unique<ScriptedInitiatorOf<InvalidationRequest>>("page_requests", simulation, log);
      page_requests->socket.bind(iotlb.from_pri_queue);
    }
    iotlb.to_walker.bind(walker.from_iotlb);
    iotlb.to_walker_invalidation.bind(walker.from_invalidation);
    iotlb.to_memory.bind(*memory.in[0]);
    walker.to_memory.bind(*memory.from_agent[0]);
    faults.to_memory.bind(*memory.from_agent[1]);
    iotlb.to_faults.bind(*faults.in[0]);
    faults.to_host.bind(host.socket);
    faults.to_reader.bind(reader.socket);
    memory.to_host.bind(host_memory.socket);
    host.behaviour.buffered = false;
    host.behaviour.answer_after = 1000;
    host.behaviour.answer_stage = Stage::kInterrupt;
  }

  Tlp* At(Picoseconds at, TlpKind kind, std::uint32_t pasid, std::uint64_t address, RequesterId requester = 0x0100) {
    Tlp* payload = port.Packet(kind, address, 64);
    payload->requester = requester;
    if (pasid != kWithoutPasid) payload->pasid = Pasid(pasid);
    payload->virtual_address = address;
    if (kind == TlpKind::kTranslationRequest) payload->at = AddressType::kTranslationRequest;
    port.SendAt(at, *payload);
    return payload;
  }
  InvalidationRequest* InvalidateAt(Picoseconds at, InvalidationKind kind, InvalidationGranularity granularity,
                                    std::uint16_t domain, std::uint32_t pasid = 0, std::uint64_t address = 0,
                                    unsigned page_shift = kPageShift4K) {
    InvalidationRequest* request = invalidations.Packet<InvalidationRequest>();
    request->what.what.kind = kind;
    request->what.what.granularity = granularity;
    request->what.what.domain = domain;
    request->what.what.page_shift = static_cast<std::uint8_t>(page_shift);
    request->what.pasid = Pasid(pasid);
    request->what.address = address;
    invalidations.SendAt(at, *request);
    return request;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation.agenda.RunUntil(until); }
  static std::uint64_t Stat(const Block& block, const std::string& name) {
    for (const Statistic* member : block.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }
  std::uint64_t Hits() const { return Stat(iotlb, "hits"); }
  std::uint64_t Misses() const { return Stat(iotlb, "misses"); }

  static constexpr std::uint32_t kWithoutPasid = 0xFFFF'FFFF;
  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  AddressSpaces spaces;
  ScriptedInitiator port{"port", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> invalidations{"invalidations", simulation, log};
  std::unique_ptr<ScriptedInitiatorOf<InvalidationRequest>> page_requests;  // null: a queue of the test's own asks
  ScriptedTargetOf<IommuEvent> host{"host", simulation, log};
  ScriptedTargetOf<FaultRecord> reader{"reader", simulation, log};
  ScriptedTargetOf<ObservedWrite> host_memory{"host_memory", simulation, log};
  Memory memory;
  PageWalker walker;
  Iotlb iotlb;
  FaultRecording faults;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_IOMMU_BENCH_H_
