// SPDX-License-Identifier: Apache-2.0
// A page walker between scripted peers: an IOTLB that asks, and a memory that answers each access after 100 ps.
#ifndef SIOV_TESTS_SUPPORT_WALKER_BENCH_H_
#define SIOV_TESTS_SUPPORT_WALKER_BENCH_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/iommu/page_walker/page_walker.h"
#include "models/translation/access_rights.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

struct WalkerBench {
  static constexpr RequesterId kDevice = 0x0100;

  WalkerBench(const PageWalkerConfig& config, std::vector<AddressSpaceClass> classes)
      : spaces(std::move(classes), 7), walker("walker", simulation, "walker", config, spaces) {
    iotlb.socket.bind(walker.from_iotlb);
    invalidations.socket.bind(walker.from_invalidation);
    walker.to_memory.bind(memory.socket);
    memory.behaviour.answer_after = 100;
  }

  // A walk of its own, from its arrival to its answer; nothing else is in flight.
  Translation Translate(const WalkRequest& request) {
    Walk* walk = Request(request);
    iotlb.SendAt(clock_, *walk);
    Run();
    return walk->translation;
  }
  // Applies an invalidation; nothing else is in flight.
  void Invalidate(const CacheInvalidation& invalidation) {
    InvalidationRequest* request = invalidations.Packet<InvalidationRequest>();
    request->what = invalidation;
    invalidations.SendAt(clock_, *request);
    Run();
  }
  Walk* Request(const WalkRequest& request) {
    Walk* walk = iotlb.Packet<Walk>();
    walk->requester = request.requester;
    walk->pasid = request.pasid;
    walk->address = request.address;
    walk->write = request.write;
    walk->privileged = request.privileged;
    walk->at = request.translation_request ? AddressType::kTranslationRequest : AddressType::kUntranslated;
    return walk;
  }
  void Run() {
    clock_ += kPsPerUs;
    simulation.agenda.RunUntil(clock_);
  }

  // What memory has seen since the last call: addresses of reads, or of atomic updates.
  std::vector<std::uint64_t> Reads() { return Seen(TableAccess::Kind::kRead, &reads_seen_); }
  std::vector<std::uint64_t> Updates() { return Seen(TableAccess::Kind::kWrite, &updates_seen_); }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : walker.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }
  AddressSpace Space(std::uint32_t pasid) const { return *spaces.Find(Pasid(pasid)); }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  AddressSpaces spaces;
  ScriptedInitiatorOf<Walk> iotlb{"iotlb", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> invalidations{"invalidations", simulation, log};
  ScriptedTargetOf<TableAccess> memory{"memory", simulation, log};
  PageWalker walker;

 private:
  std::vector<std::uint64_t> Seen(TableAccess::Kind kind, std::size_t* from) {
    std::vector<std::uint64_t> addresses;
    for (; *from < log.size(); ++*from) {
      const PeerEvent& event = log[*from];
      if (event.peer != "memory" || event.event != PeerEventKind::kRequest) continue;
      if (event.As<TableAccess>().kind == kind) addresses.push_back(event.address);
    }
    return addresses;
  }

  Picoseconds clock_ = 0;
  std::size_t reads_seen_ = 0;
  std::size_t updates_seen_ = 0;
};

}  // namespace siov::testing

// Requests and classes that several tests ask for.
namespace siov::testing::walker_requests {

inline constexpr RequesterId kDevice = WalkerBench::kDevice;
inline constexpr std::uint64_t kVa = 0x12'3456'7000;

inline AddressSpaceClass Class(TranslationStages stages) {
  AddressSpaceClass config;
  config.count = 100;
  config.stages = stages;
  config.first_format = TableFormat::kX86FourLevel;
  config.second_format = TableFormat::kX86FourLevel;
  return config;
}
inline AddressSpaceClass FirstStage() { return Class(TranslationStages::kFirstOnly); }
inline AddressSpaceClass Nested() { return Class(TranslationStages::kNested); }

inline WalkRequest Read(std::uint32_t pasid, std::uint64_t address = kVa) { return {kDevice, Pasid(pasid), address}; }
inline WalkRequest Write(std::uint32_t pasid, std::uint64_t address = kVa) {
  WalkRequest request = Read(pasid, address);
  request.write = true;
  return request;
}
inline WalkRequest WithoutPasid(std::uint64_t address = kVa) { return {kDevice, Pasid(), address}; }

inline FaultReason FaultOf(const Translation& translation, bool write = false, bool privileged = false) {
  return AccessFault(translation, {!write, write, privileged});
}

}  // namespace siov::testing::walker_requests

#endif  // SIOV_TESTS_SUPPORT_WALKER_BENCH_H_
