// SPDX-License-Identifier: Apache-2.0
// Deferred unmapping in a whole platform (IOM-25; Linux drivers/iommu/dma-iommu.c): each domain has a flush queue of
// its own and is flushed alone. It once emptied the IOTLB for everybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/configured_run.h"

namespace siov {
namespace {

TEST(Conformance, IOM_25_AFlushQueueLeavesOtherTenantsTranslationsAlone) {
  const Results results = testing::RunText(R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
      platform { nodes { name: "host0" host { driver { unmap_policy: DEFERRED flush_entries: 4 } } } }
      workload {
        tenant_classes { name: "busy" tenants: 8 endpoint: "dsa0" queues: "swq0" jobs { op: READ size_bytes: 4096 }
          mapping: STREAMING alignment_bytes: 4096 think_time { mean_ns: 500 } address_space { stages: FIRST } }
        tenant_classes { name: "quiet" tenants: 4 endpoint: "dsa0" queues: "swq0" jobs { op: READ size_bytes: 64 }
          working_set_bytes: 32768 alignment_bytes: 4096 think_time { mean_ns: 100 } address_space { stages: FIRST } } }
      run { seed: 1 duration_us: 400 })");
  const double unmaps = testing::StructureOf(results, "host0.driver", "unmaps");
  const double flushes = testing::StructureOf(results, "host0.driver", "flushes");
  EXPECT_GT(unmaps, 500);
  EXPECT_GE(flushes, unmaps / 4 - 8);
  EXPECT_LE(flushes, unmaps / 4 + 8) << "a ring holds four, whoever else unmaps";
  EXPECT_GT(results.Metric("job.completed") - unmaps, 500) << "quiet tenants use theirs between two flushes";
  // A fresh buffer each time, and after each flush the page of the tenant's own completion records.
  const double own = unmaps + flushes + 8;
  const double quiet = 4 * (8 + 1);
  EXPECT_LE(testing::StructureOf(results, "iommu0.page_walker", "requests"), own + quiet + 8);
}

}  // namespace
}  // namespace siov
