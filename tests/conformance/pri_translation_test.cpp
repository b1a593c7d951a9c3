// SPDX-License-Identifier: Apache-2.0
// Page requests and the IOMMU's own caches (docs/requirements/pri.md, PRI-14): IOTLB, page walker and page request
// queue together.
#include <gtest/gtest.h>

#include "models/iommu/pri_queue/pri_queue.h"
#include "tests/support/iommu_bench.h"
#include "tests/support/scripted_tables.h"

namespace siov {
namespace {

using Bench = testing::IommuBench;

// An IOMMU whose page request queue nobody reads.
struct QueueBench : Bench {
  explicit QueueBench(const Config& config)
      : Bench(config, false), queue("queue", simulation, "queue", PriQueueConfig{}, 1, spaces) {
    queue.to_iotlb.bind(iotlb.from_pri_queue);
    software.socket.bind(queue.from_software);
    requests.socket.bind(*queue.from_port[0]);
    queue.to_port[0]->bind(responses.socket);
    drains.socket.bind(queue.from_invalidation);
    responds.socket.bind(queue.from_page_responses);
    queue.to_memory.bind(ring.socket);
    queue.to_host.bind(event.socket);
    queue.to_faults.bind(queue_faults.socket);
  }
  void PageRequestAt(Picoseconds at, std::uint32_t pasid, std::uint64_t address) {
    Tlp* payload = requests.Packet(TlpKind::kPageRequest, address, 0);
    payload->requester = 0x0100;
    payload->pasid = Pasid(pasid);
    payload->virtual_address = address;
    payload->last_in_group = payload->wants_write = true;
    requests.SendAt(at, *payload);
  }
  ScriptedInitiatorOf<PageRequestAccess> software{"software", simulation, log};
  ScriptedInitiator requests{"requests", simulation, log};
  ScriptedInitiatorOf<InvalidationRequest> drains{"drains", simulation, log};
  ScriptedInitiator responds{"responds", simulation, log};
  ScriptedTarget responses{"responses", simulation, log};
  testing::ScriptedTables ring{"ring", simulation, log};
  ScriptedTargetOf<IommuEvent> event{"event", simulation, log};
  ScriptedTargetOf<FaultRecord> queue_faults{"queue_faults", simulation, log};
  PriQueue queue;
};

// The operating system upgrades the entry and invalidates nothing: without the page request's own invalidation the
// device would be answered from the stale entry for ever.
TEST(Conformance, PRI_14_AfterThePageRequestTheUpgradeIsSeenWithoutAnInvalidation) {
  Bench::Config config;
  config.classes[0].explicit_pages = true;
  config.walker.first_stage_cache[0].entries = 8;
  QueueBench bench(config);
  bench.spaces.Map(Pasid(1), 0x5000, kPageShift4K, 0x1000'5000, true, false);
  bench.spaces.Map(Pasid(1), 0x9000, kPageShift4K, 0x1000'9000, true, false);
  Tlp* first = bench.At(0, TlpKind::kTranslationRequest, 1, 0x5000);
  bench.At(0, TlpKind::kTranslationRequest, 1, 0x9000);
  bench.Run(100'000);
  EXPECT_TRUE(first->translation.read);
  EXPECT_FALSE(first->translation.write);
  for (const std::uint64_t page : {0x5000u, 0x9000u}) {
    bench.spaces.Map(Pasid(1), page, kPageShift4K, 0x1000'0000 + page, true, true);
  }
  bench.PageRequestAt(200'000, 1, 0x5000);
  Tlp* retry = bench.At(300'000, TlpKind::kTranslationRequest, 1, 0x5000);
  Tlp* other = bench.At(300'000, TlpKind::kTranslationRequest, 1, 0x9000);  // nobody asked for that page
  bench.Run();
  EXPECT_TRUE(retry->translation.write);
  EXPECT_FALSE(other->translation.write) << "stale until it is invalidated";
  EXPECT_EQ(bench.Hits(), 1u);
}

}  // namespace
}  // namespace siov
