// SPDX-License-Identifier: Apache-2.0
// An IOTLB between scripted peers.
#ifndef SIOV_TESTS_SUPPORT_IOTLB_BENCH_H_
#define SIOV_TESTS_SUPPORT_IOTLB_BENCH_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/iommu/iotlb/iotlb.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

inline IotlbConfig SmallIotlb(std::uint32_t entries, Picoseconds interval = 0, std::uint32_t miss_slots = 0) {
  IotlbConfig config;
  config.geometry.entries = entries;
  config.lookup_latency_ps = 10;
  config.lookup_interval_ps = interval;
  config.miss_slots = miss_slots;
  return config;
}

// Two root ports, the invalidation queue, the IOTLB, a walker whose walks take 300 and a memory that answers 100 after
// a read. PASIDs 1..9 map page p to 0x100000 + p (4 KiB); what the walker answers can be changed.
struct IotlbBench {
  explicit IotlbBench(const IotlbConfig& config, const std::vector<AddressSpaceClass>& classes = {Spaces()})
      : spaces(classes, 7), iotlb("iotlb", simulation, "iotlb", config, 2, spaces, CachePartitions(classes)) {
    invalidations.socket.bind(iotlb.from_invalidation);
    page_requests.socket.bind(iotlb.from_pri_queue);
    page_requests.gives_back = true;
    port.socket.bind(*iotlb.from_port[0]);
    other_port.socket.bind(*iotlb.from_port[1]);
    iotlb.to_walker.bind(walker.socket);
    iotlb.to_walker_invalidation.bind(walker_invalidations.socket);
    iotlb.to_memory.bind(memory.socket);
    iotlb.to_faults.bind(faults.socket);
    faults.behaviour.buffered = false;
    faults.on_finish = [this](FaultRecord& payload) { simulation.packets.Give(payload); };
    walker.behaviour.answer_after = 300;
    walker.behaviour.answer_stage = Stage::kWalk;
    walker_invalidations.behaviour.answer_after = 300;
    walker_invalidations.behaviour.answer_stage = Stage::kWalk;
    walker.on_arrival = [this](Walk& walk) {
      Translation& translation = walk.translation;
      translation = answer;
      const std::uint64_t page = (std::uint64_t{1} << answer.page_shift) - 1;
      translation.address = 0x100'0000'0000 + (walk.address & ~page);
    };
    memory.behaviour.answer_after = 100;
    answer.read = answer.write = true;
    answer.domain = kFirstStageDomain;
    answer.pgtt = kPgttFirstStage;
  }
  static AddressSpaceClass Spaces() {
    AddressSpaceClass config;
    config.count = 9;
    return config;
  }
  Tlp* At(Picoseconds at, TlpKind kind, std::uint32_t pasid, std::uint64_t address, RequesterId requester = 0x0100) {
    Tlp* payload = port.Packet(kind, address, 64);
    payload->requester = requester;
    if (pasid != 0) payload->pasid = Pasid(pasid);
    payload->virtual_address = address;
    port.SendAt(at, *payload);
    return payload;
  }
  InvalidationRequest* InvalidateAt(Picoseconds at, const CacheInvalidation& invalidation) {
    InvalidationRequest* request = invalidations.Packet<InvalidationRequest>();
    request->what = invalidation;
    invalidations.SendAt(at, *request);
    return request;
  }
  // Now, as before a page request is queued.
  void Forget(Pasid pasid, std::uint64_t address) {
    InvalidationRequest* request = page_requests.Packet<InvalidationRequest>();
    request->before_page_request = true;
    request->what.pasid = pasid;
    request->what.address = address;
    page_requests.socket.Send(*request, 0);
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : iotlb.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  AddressSpaces spaces;
  Translation answer;
  ScriptedInitiator port{"port", simulation, log};
  ScriptedInitiator other_port{"other_port", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> page_requests{"page_requests", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> invalidations{"invalidations", simulation, log};
  ScriptedTargetOf<Walk> walker{"walker", simulation, log};
  ScriptedTargetOf<InvalidationRequest> walker_invalidations{"walker_invalidations", simulation, log};
  ScriptedTarget memory{"memory", simulation, log};
  ScriptedTargetOf<FaultRecord> faults{"faults", simulation, log};
  Iotlb iotlb;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_IOTLB_BENCH_H_
