// SPDX-License-Identifier: Apache-2.0
// The window between a change of the tables and the end of its invalidation (IOM-25), through driver, invalidation
// queue, IOTLB and page walker as they are wired in a platform: a device writes to one I/O virtual address all the time
// while it is mapped, unmapped and mapped again.
#include <gtest/gtest.h>

#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "tests/support/driver_bench.h"

namespace siov {
namespace {

using testing::DriverBench;

constexpr Picoseconds kUnmap = 500'000;
constexpr Picoseconds kRemap = 1'500'000;
constexpr Picoseconds kEnd = 2'000'000;
constexpr Picoseconds kGap = 2'000;

AddressSpaceClass Explicit() {
  AddressSpaceClass space = DriverBench::Space();
  space.explicit_pages = true;
  return space;
}

// Unmapping takes long enough for some writes to come between the change of the tables and the invalidation.
DriverConfig SlowUnmap() {
  DriverConfig config = DriverBench::Config();
  config.unmap_latency_ps = 20'000;
  return config;
}

// The caches of an IOMMU behind the bench's queue; `device` writes, `data` is the memory its writes reach.
struct Window {
  explicit Window(const DriverConfig& config)
      : bench(config, false, DriverBench::QueueConfig(), Explicit()),
        iotlb("real_iotlb", bench.simulation, "iommu0.iotlb", IotlbConfigOf(), 1, bench.spaces,
              CachePartitions({Explicit()})),
        walker("walker", bench.simulation, "iommu0.page_walker", WalkerConfigOf(), bench.spaces) {
    device.socket.bind(*iotlb.from_port[0]);
    relay.socket.bind(iotlb.from_invalidation);
    page_requests.socket.bind(iotlb.from_pri_queue);
    iotlb.to_walker.bind(walker.from_iotlb);
    iotlb.to_walker_invalidation.bind(walker.from_invalidation);
    iotlb.to_memory.bind(data.socket);
    iotlb.to_faults.bind(faults.socket);
    walker.to_memory.bind(tables.socket);
    data.behaviour.buffered = tables.behaviour.buffered = false;
    data.behaviour.answer_after = tables.behaviour.answer_after = 3'000;
    data.on_arrival = [this](Tlp& write) { frames.emplace_back(bench.simulation.agenda.now(), write.address); };
    // The bench's scripted IOTLB hands what it gets to the real one, and answers when that has.
    bench.iotlb.behaviour.answer_after.reset();
    bench.iotlb.on_arrival = [this](InvalidationRequest& invalidation) {
      InvalidationRequest* copy = relay.Packet<InvalidationRequest>();
      copy->what = invalidation.what;
      pending.push_back(&invalidation);
      relay.SendAt(bench.simulation.agenda.now(), *copy);
    };
    relay.on_answer = [this](InvalidationRequest&) {
      InvalidationRequest& invalidation = *pending.front();
      pending.erase(pending.begin());
      invalidation.ledger.Mark(Stage::kIotlb, bench.simulation.agenda.now());
      bench.iotlb.socket.Respond(invalidation, 0);
    };
  }
  static IotlbConfig IotlbConfigOf() {
    IotlbConfig config;
    config.geometry.entries = 64;
    config.lookup_latency_ps = 1'000;
    return config;
  }
  static PageWalkerConfig WalkerConfigOf() {
    PageWalkerConfig config;
    config.walkers = 4;
    config.pasid_cache.entries = 16;
    config.context_cache.entries = 16;
    for (CacheGeometry& cache : config.first_stage_cache) cache.entries = 16;
    return config;
  }
  void WriteAt(Picoseconds at, const Job& job) {
    bench.At(at, [this, &job] {
      Tlp* write = device.Packet(TlpKind::kMemoryWrite, job.source, 64);
      write->virtual_address = job.source;
      write->pasid = job.pasid;
      write->requester = DriverBench::kDevice;
      device.SendAt(bench.simulation.agenda.now(), *write);
    });
  }
  // Maps, unmaps and maps again; the device writes before, between and after.
  void Run() {
    Job& job = bench.MapAt(1'000);
    bench.At(2'000, [this, &job] { old_frame = bench.spaces.Translate(job.pasid, job.source).address; });
    bench.UnmapAt(kUnmap, job);
    Job& again = bench.MapAt(kRemap);
    bench.At(kRemap + 1, [this, &again] { new_frame = bench.spaces.Translate(again.pasid, again.source).address; });
    for (Picoseconds at = 3'000; at < kEnd; at += kGap) WriteAt(at, job);
    bench.Run();
    told = bench.Told(job);
    reused = again.source == job.source;
  }
  // Writes that arrived from `from` on and before `to`, at the page `frame`.
  std::size_t Hits(std::uint64_t frame, Picoseconds from, Picoseconds to) const {
    std::size_t hits = 0;
    for (const auto& [time, address] : frames) {
      if (time >= from && time < to && address >> kPageShift4K == frame >> kPageShift4K) ++hits;
    }
    return hits;
  }

  DriverBench bench;
  ScriptedInitiator device{"dma", bench.simulation, bench.log};
  ScriptedInitiatorOf<InvalidationRequest> page_requests{"page_requests", bench.simulation, bench.log};
  ScriptedInitiatorOf<InvalidationRequest> relay{"relay", bench.simulation, bench.log};
  ScriptedTarget data{"data", bench.simulation, bench.log};
  ScriptedTargetOf<FaultRecord> faults{"faults", bench.simulation, bench.log};
  ScriptedTargetOf<TableAccess> tables{"tables", bench.simulation, bench.log};
  Iotlb iotlb;
  PageWalker walker;
  std::vector<InvalidationRequest*> pending;
  std::vector<std::pair<Picoseconds, std::uint64_t>> frames;
  std::uint64_t old_frame = 0;
  std::uint64_t new_frame = 0;
  Picoseconds told = 0;
  bool reused = false;
};

TEST(Conformance, IOM_25_AfterTheWaitNoWriteHitsTheOldPage) {
  Window window(SlowUnmap());
  window.Run();
  ASSERT_NE(window.told, kNever);
  ASSERT_NE(window.old_frame, window.new_frame);
  EXPECT_TRUE(window.reused);
  EXPECT_GT(window.Hits(window.old_frame, 0, kUnmap), 200u);
  EXPECT_GT(window.Hits(window.old_frame, kUnmap, window.told), 0u) << "old values may be used until then";
  EXPECT_EQ(window.Hits(window.old_frame, window.told, kEnd), 0u) << "stale use after the wait";
  EXPECT_GT(window.Hits(window.new_frame, kRemap, kEnd), 200u);
  EXPECT_EQ(window.frames.size(), window.Hits(window.old_frame, 0, kNever) + window.Hits(window.new_frame, 0, kNever));
}

// Without the IOTLB's invalidation the device goes on using the page that was taken away, and the checker has said so.
TEST(Conformance, IOM_24_WithoutTheIotlbInvalidationTheOldPageIsStillWritten) {
  DriverConfig config = SlowUnmap();
  config.omission = RecipeOmission::kIotlb;
  Window window(config);
  window.Run();
  EXPECT_GT(window.Hits(window.old_frame, window.told, kEnd), 0u);
  EXPECT_EQ(window.bench.Stat("undef.missing_iotlb"), 1u);
}

}  // namespace
}  // namespace siov
