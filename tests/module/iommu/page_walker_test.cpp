// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/page_walker/page_walker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kVa = 0x12'3456'7000;

AddressSpaceClass FourLevels() {
  AddressSpaceClass config;
  config.count = 100;
  return config;
}

PageWalkerConfig Config(std::uint32_t walkers, std::uint32_t queue_entries) {
  PageWalkerConfig config;
  config.walkers = walkers;
  config.queue_entries = queue_entries;
  config.cache_latency_ps = 5;
  config.setup_latency_ps = 10;
  config.step_latency_ps = 7;
  return config;
}

// An IOTLB, the walker, and a memory that answers 100 after each read.
struct Bench {
  explicit Bench(const PageWalkerConfig& config, AddressSpaceClass spaces_config = FourLevels())
      : spaces({spaces_config}, 7), walker("walker", simulation, "walker", config, spaces) {
    iotlb.socket.bind(walker.from_iotlb);
    invalidations.socket.bind(walker.from_invalidation);
    walker.to_memory.bind(memory.socket);
    memory.behaviour.answer_after = 100;
  }
  Walk* Ask(std::uint32_t pasid, std::uint64_t address = kVa) {
    Walk* walk = iotlb.Packet<Walk>();
    walk->requester = 0x0100;
    walk->pasid = Pasid(pasid);
    walk->address = address;
    return walk;
  }
  Walk* WalkAt(Picoseconds at, std::uint32_t pasid, std::uint64_t address) {
    Walk* walk = Ask(pasid, address);
    iotlb.SendAt(at, *walk);
    return walk;
  }
  std::vector<Picoseconds> Times(const std::string& peer, PeerEventKind event) const {
    std::vector<Picoseconds> times;
    for (const PeerEvent& seen : log) {
      if (seen.peer == peer && seen.event == event) times.push_back(seen.time);
    }
    return times;
  }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : walker.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  AddressSpaces spaces;
  ScriptedInitiatorOf<Walk> iotlb{"iotlb", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> invalidations{"invalidations", simulation, log};
  ScriptedTargetOf<TableAccess> memory{"memory", simulation, log};
  PageWalker walker;
};

// setup + cache, then each read's latency and one step after it: 15 + 8 x 107.
TEST(PageWalker, EveryDependentReadGoesToMemory) {
  Bench bench(Config(1, 0));
  Walk* walk = bench.WalkAt(1000, 3, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(bench.Times("memory", PeerEventKind::kRequest),
              ElementsAre(1015, 1122, 1229, 1336, 1443, 1550, 1657, 1764));
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kRelease), ElementsAre(1000));
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(1015 + 8 * 107));
  EXPECT_EQ(walk->translation.address, bench.spaces.Translate(Pasid(3), kVa).address);
  EXPECT_EQ(Segments(walk->ledger).front(), "walk 1000..1015");
  EXPECT_EQ(Segments(walk->ledger)[1], "walk_memory 1015..1115");
  EXPECT_EQ(bench.Stat("reads.structures"), 4u);
  EXPECT_EQ(bench.Stat("reads.first.l1"), 1u);
  EXPECT_EQ(bench.Stat("context_cache.misses"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 1u);  // the walk's own; its read went back
}

TEST(PageWalker, NestedWalkReadsTwentyFourEntriesAndTheStructures) {
  AddressSpaceClass nested = FourLevels();
  nested.stages = TranslationStages::kNested;
  nested.second_format = TableFormat::kX86FourLevel;
  Bench bench(Config(1, 0), nested);
  bench.WalkAt(0, 3, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(bench.Times("memory", PeerEventKind::kRequest).size(), 28u);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(15 + 28 * 107));
  EXPECT_EQ(bench.Stat("reads.second.l4"), 5u);
}

TEST(PageWalker, CachesShortenTheNextWalk) {
  PageWalkerConfig config = Config(1, 0);
  config.context_cache.entries = 4;
  config.pasid_cache.entries = 4;
  config.first_stage_cache[0].entries = 4;
  Bench bench(config);
  bench.WalkAt(0, 3, kVa);
  bench.WalkAt(10'000, 3, kVa + kPage4K);
  bench.WalkAt(20'000, 4, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(871, 10'000 + 15 + 107, 20'000 + 15 + 6 * 107));
  EXPECT_EQ(bench.Stat("first_stage_cache.hits"), 1u);
  EXPECT_EQ(bench.Stat("pasid_cache.hits"), 1u);
  EXPECT_EQ(bench.Stat("pasid_cache.misses"), 2u);
  EXPECT_EQ(bench.Stat("context_cache.hits"), 1u) << "asked only where the PASID cache did not know";
  EXPECT_EQ(bench.Stat("context_cache.misses"), 1u);
  EXPECT_EQ(bench.Stat("requests"), 3u);
  EXPECT_EQ(bench.Stat("reads.structures"), 4u + 2u);
  for (const char* level : {"l1", "l2", "l3", "l4"}) {
    EXPECT_EQ(bench.Stat(std::string("reads.first.") + level), level[1] == '1' ? 3u : 2u) << level;
  }
}

TEST(PageWalker, EqualWalksMerge) {
  Bench bench(Config(2, 0));
  bench.WalkAt(0, 3, kVa);
  Walk* merged = bench.WalkAt(100, 3, kVa + 8);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(871, 871));
  EXPECT_EQ(bench.Times("memory", PeerEventKind::kRequest).size(), 8u);
  EXPECT_THAT(Segments(merged->ledger), ElementsAre("walk_wait 100..871"));
  EXPECT_EQ(bench.Stat("merged"), 1u);
}

// One walker, a queue of one: the third keeps its place with the sender until the second leaves the queue.
TEST(PageWalker, FullQueueHoldsTheSendersBuffer) {
  Bench bench(Config(1, 1));
  bench.WalkAt(0, 3, kVa);
  Walk* second = bench.WalkAt(1, 4, kVa);
  Walk* third = bench.WalkAt(2, 5, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kRelease), ElementsAre(0, 1, 871));
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(871, 2 * 871, 3 * 871));
  EXPECT_EQ(Segments(second->ledger).front(), "walk_wait 1..871");
  EXPECT_EQ(Segments(third->ledger).front(), "walk_wait 2..1742");
  EXPECT_EQ(bench.Stat("queue_full"), 1u);
  EXPECT_EQ(bench.Stat("requests"), 3u);
}

// Survivor of a mutation: only one blocked walk was admitted at a time. One that equals a walk in the queue takes no
// place there, so the one behind it is taken at the same moment.
TEST(PageWalker, BlockedWalksAreAdmittedUntilThereIsNoRoomLeft) {
  Bench bench(Config(1, 1));
  bench.WalkAt(0, 3, kVa);
  bench.WalkAt(1, 4, kVa);
  bench.WalkAt(2, 5, kVa);
  bench.WalkAt(3, 5, kVa + 8);
  bench.WalkAt(4, 6, kVa);
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kRelease), ElementsAre(0, 1, 871, 2 * 871, 2 * 871));
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(871, 2 * 871, 3 * 871, 3 * 871, 4 * 871));
}

// The invalidation's answer waits for the walk that may have read the old tables, and that walk is not cached.
TEST(PageWalker, InvalidationIsAnsweredAfterTheWalksItOvertook) {
  PageWalkerConfig config = Config(2, 0);
  config.first_stage_cache[0].entries = 4;
  config.pasid_cache.entries = 4;
  Bench bench(config);
  const auto invalidate = [&bench](Picoseconds at, std::uint32_t pasid) {
    InvalidationRequest* request = bench.invalidations.Packet<InvalidationRequest>();
    request->what.what.kind = InvalidationKind::kPasidIotlb;
    request->what.what.granularity = InvalidationGranularity::kPasid;
    request->what.what.domain = kFirstStageDomain;
    request->what.pasid = Pasid(pasid);
    bench.invalidations.SendAt(at, *request);
    return request;
  };
  Walk* walk = bench.WalkAt(0, 3, kVa);
  const InvalidationRequest* waits = invalidate(700, 3);
  invalidate(701, 4);
  bench.simulation.agenda.RunUntil(2000);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(871));
  EXPECT_THAT(bench.Times("invalidations", PeerEventKind::kAnswer), ElementsAre(701, 871));
  EXPECT_TRUE(walk->translation.overtaken);
  EXPECT_THAT(Segments(waits->ledger), ElementsAre("walk_wait 700..871"));
  bench.WalkAt(3000, 3, kVa);
  bench.WalkAt(4000, 3, kVa);
  invalidate(9000, 3);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(bench.Times("memory", PeerEventKind::kRequest).size(), 8u + 8u + 1u);
  EXPECT_EQ(bench.Stat("invalidations"), 3u);
  EXPECT_EQ(bench.Stat("invalidated"), 1u);
  EXPECT_EQ(bench.Stat("overtaken"), 1u);
}

// Four entries lack their accessed bit; each update takes its turn between the reads, before the answer.
TEST(PageWalker, AccessedBitsAreWrittenToMemoryBeforeTheAnswer) {
  AddressSpaceClass tracked = FourLevels();
  tracked.first_accessed_dirty = true;
  Bench bench(Config(1, 0), tracked);
  bench.WalkAt(0, 3, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(bench.Times("iotlb", PeerEventKind::kAnswer), ElementsAre(15 + 12 * 107));
  std::vector<TableAccess::Kind> kinds;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "memory" && event.event == PeerEventKind::kRequest) {
      kinds.push_back(event.As<TableAccess>().kind);
    }
  }
  const auto read = TableAccess::Kind::kRead;
  const auto update = TableAccess::Kind::kWrite;
  EXPECT_THAT(kinds, ElementsAre(read, read, read, read, read, update, read, update, read, update, read, update));
  EXPECT_EQ(bench.Stat("updates"), 4u);
}

// Two walks of a page merge only if they would do the same: a write sets the dirty bit.
TEST(PageWalker, WalksThatWouldDirtyDoNotMergeWithOthers) {
  AddressSpaceClass tracked = FourLevels();
  tracked.first_accessed_dirty = true;
  Bench bench(Config(2, 0), tracked);
  Walk* read = bench.WalkAt(0, 3, kVa);
  Walk* write = bench.Ask(3);
  write->write = true;
  bench.iotlb.SendAt(1, *write);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(bench.Stat("merged"), 0u);
  EXPECT_TRUE(read->translation.clean);
  EXPECT_FALSE(write->translation.clean);
}

TEST(PageWalker, ContradictoryDomainsAreCounted) {
  AddressSpaceClass second = FourLevels();
  second.stages = TranslationStages::kSecondOnly;
  second.second_format = TableFormat::kX86FourLevel;
  Bench bench(Config(1, 0), second);
  PasidEntry entry = bench.spaces.ReadPasidEntry(0x0100, 3);
  entry.domain = bench.spaces.ReadPasidEntry(0x0100, 4).domain;
  bench.spaces.structures().SetPasidEntry(0x0100, 3, entry);
  bench.WalkAt(0, 3, kVa);
  bench.WalkAt(10'000, 4, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(bench.Stat("undefined_domains"), 1u);
}

// One walker; four walks of two functions wait behind the first.
std::vector<RequesterId> OrderOfService(WalkOrder order) {
  PageWalkerConfig config = Config(1, 0);
  config.order = order;
  Bench bench(config);
  struct Asked {
    RequesterId requester;
    bool translation_request;
    std::uint8_t traffic_class;
  };
  std::uint32_t pasid = 3;
  for (const Asked& asked : {Asked{0x10, false, 0}, Asked{0x11, false, 0}, Asked{0x11, false, 0}, Asked{0x12, true, 0},
                             Asked{0x13, false, 5}}) {
    Walk* walk = bench.Ask(pasid);
    walk->requester = asked.requester;
    walk->at = asked.translation_request ? AddressType::kTranslationRequest : AddressType::kUntranslated;
    walk->traffic_class = asked.traffic_class;
    bench.iotlb.SendAt(pasid++, *walk);
  }
  bench.simulation.agenda.RunUntil(kPsPerUs);
  std::vector<RequesterId> served;
  for (const PeerEvent& seen : bench.log) {
    if (seen.event == PeerEventKind::kAnswer) served.push_back(seen.As<Walk>().requester);
  }
  return served;
}

TEST(PageWalker, WaitingWalksAreTakenInOrderOfArrival) {
  EXPECT_THAT(OrderOfService(WalkOrder::kArrival), ElementsAre(0x10, 0x11, 0x11, 0x12, 0x13));
}

TEST(PageWalker, TranslationRequestsMayGoFirst) {
  EXPECT_THAT(OrderOfService(WalkOrder::kTranslationRequestsFirst), ElementsAre(0x10, 0x12, 0x11, 0x11, 0x13));
}

TEST(PageWalker, TheHigherTrafficClassMayGoFirst) {
  EXPECT_THAT(OrderOfService(WalkOrder::kTrafficClass), ElementsAre(0x10, 0x13, 0x11, 0x11, 0x12));
}

TEST(PageWalker, FunctionsMayTakeTurns) {
  EXPECT_THAT(OrderOfService(WalkOrder::kRoundRobin), ElementsAre(0x10, 0x11, 0x12, 0x13, 0x11));
}

TEST(PageWalker, AbsentPageEndsTheWalkWithItsReason) {
  AddressSpaceClass absent = FourLevels();
  absent.resident_fraction = 0;
  Bench bench(Config(1, 0), absent);
  Walk* walk = bench.WalkAt(0, 3, kVa);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(walk->translation.fault_reason, kFirstStageNotPresent);
  EXPECT_FALSE(walk->translation.read);
  EXPECT_EQ(bench.Stat("faults"), 1u);
}

// Whatever a walk is asked for besides its page makes it another one; equal ones merge.
TEST(PageWalker, OnlyWalksThatWereAskedForTheSameMerge) {
  Bench bench(Config(16, 0));
  for (unsigned asked = 0; asked < 16; ++asked) {
    for (int twice = 0; twice < 2; ++twice) {
      Walk* walk = bench.Ask(3);
      walk->write = (asked & 1) != 0;
      walk->privileged = (asked & 2) != 0;
      walk->at = (asked & 4) != 0   ? AddressType::kTranslationRequest
                 : (asked & 8) != 0 ? AddressType::kTranslated
                                    : AddressType::kUntranslated;
      bench.iotlb.SendAt(0, *walk);
    }
  }
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(bench.Stat("requests"), 32u);
  EXPECT_EQ(bench.Stat("merged"), 32u - 12u) << "three kinds of request, each with and without write and privilege";
}

}  // namespace
}  // namespace siov
