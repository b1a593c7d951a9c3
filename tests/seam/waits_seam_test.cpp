// SPDX-License-Identifier: Apache-2.0
// Who waits for whom on a platform of two devices, as the report of a run that stands still tells it: peers are those
// that the sockets are bound to, each occupancy names its own, and none names the block itself.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/seam/seam_run.h"
#include "tests/support/whole_run.h"

namespace siov::seam {
namespace {

using Peers = std::map<std::string, std::set<std::string>>;

std::set<std::string> SetOf(const std::vector<std::string>& paths) { return {paths.begin(), paths.end()}; }

const Peers& ExpectedWaits() {
  static const Peers kWaits{
      {"host0.enqcmds_in_flight", {"rp0", "rp1"}},
      {"host0.credits_used", {"rp0", "rp1"}},
      {"host0.posted_waiting", {"rp0", "rp1"}},
      {"host0.driver.syncs_in_flight", {"iommu0.invalidation_queue"}},
      {"host0.driver.unflushed", {"iommu0.invalidation_queue"}},
      {"host0.driver.mapped", {"iommu0.invalidation_queue"}},
      {"rp0.reads_outstanding", {"iommu0.iotlb", "mem0"}},
      {"rp0.ordered_queue", {"iommu0.iotlb"}},
      {"rp0.translation_window", {"iommu0.iotlb"}},
      {"rp0-dsa0.upstream_credit_queue", {"rp0"}},
      {"rp0-dsa0.downstream_credit_queue", {"dsa0.port"}},
      {"dsa0.port.tags_in_use", {"rp0-dsa0"}},
      {"dsa0.port.posted_waiting", {"rp0-dsa0"}},
      {"dsa0.swq_arbiter.shared.occupancy", {"dsa0.engine"}},
      {"dsa0.engine.contexts", {"dsa0.atc"}},
      {"dsa0.engine.read_buffers", {"dsa0.atc"}},
      {"dsa0.engine.pending_translations", {"dsa0.atc"}},
      {"dsa0.atc.translations", {"dsa0.port"}},
      {"dsa0.atc.faults", {"dsa0.port"}},
      {"dsa0.atc.invalidate_queue", {"dsa0.port"}},
      {"dsa0.ims.requests", {"dsa0.port"}},
      {"iommu0.iotlb.walks", {"iommu0.page_walker"}},
      {"iommu0.iotlb.invalidations_open", {"iommu0.page_walker"}},
      {"iommu0.page_walker.walkers", {"mem0"}},
      {"iommu0.pri_queue.ring", {"host0.fault_service"}},
      {"iommu0.interrupt_remapper.entry_reads", {"mem0"}},
      {"iommu0.fault_recording.pending", {"host0"}},
      {"iommu0.invalidation_queue.itags", {"rp0", "rp1"}},
      {"traffic.in_flight", {"host0"}},
  };
  return kWaits;
}

const Peers& ExpectedPassing() {
  static const Peers kPassing{
      {"host0", {"rp0", "rp1"}},
      {"host0.fault_service", {"iommu0.invalidation_queue"}},
      {"rp0", {"rp0-dsa0", "iommu0.iotlb", "mem0", "iommu0.pri_queue"}},
      {"rp0-dsa0", {"rp0", "dsa0.port"}},
      {"dsa0.port", {"rp0-dsa0", "dsa0.swq_arbiter"}},
      {"dsa0.atc", {"dsa0.port"}},
      {"iommu0.iotlb", {"mem0"}},
      {"iommu0.interrupt_remapper", {"mem0"}},
      {"iommu0.fault_recording", {"host0"}},
  };
  return kPassing;
}

bool IsOther(const std::string& path) { return path.rfind("dsa1", 0) == 0 || path.rfind("rp1", 0) == 0; }

TEST(Seam, EveryOccupancyWaitsForThePeersItsSocketsAreBoundTo) {
  const LoadedExperiment loaded = LoadExperiment(kTwoDevices, {"run.job_limit=4"});
  ASSERT_TRUE(loaded.faults.empty());
  System system(loaded.experiment, {});
  testing::RunToRest(system);
  Peers waits, passing;
  for (const Block* block : system.blocks()) {
    if (IsOther(block->path())) continue;
    if (!block->PassesOnTo().empty()) passing[block->path()] = SetOf(block->PassesOnTo());
    for (const Statistic* member : block->statistics().members()) {
      const auto* held = dynamic_cast<const Occupancy*>(member);
      if (held == nullptr || block->WaitsFor(*held).empty()) continue;
      waits[block->path() + "." + held->name()] = SetOf(block->WaitsFor(*held));
    }
  }
  waits.erase("dsa0.swq_arbiter.shared1.occupancy");
  waits.erase("dsa0.swq_arbiter.dedicated.occupancy");
  EXPECT_EQ(waits, ExpectedWaits());
  EXPECT_EQ(passing, ExpectedPassing());
  testing::ExpectAtRest(system);
}

}  // namespace
}  // namespace siov::seam
