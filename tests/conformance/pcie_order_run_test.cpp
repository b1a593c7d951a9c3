// SPDX-License-Identifier: Apache-2.0
// Order in whole platforms, as configurations set them up (docs/requirements/pcie.md): a device without ATS, whose
// writes go to a page of their own each and wait for its translation.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/configured_run.h"

namespace siov {
namespace {

constexpr double kJobs = 400;

// The device does what a packet says at once, one packet at a time.
Results Packets(const std::string& accesses) {
  return testing::RunText(R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
      platform { nodes { name: "dsa0" endpoint { engine { read_buffers: 0 } } } }
      workload { tenant_classes { name: "one" tenants: 1 endpoint: "dsa0" queues: "dwq0" origin: DEVICE
                                  jobs { op: PACKET )" +
                          accesses + R"( } working_set_bytes: 67108864
                                  address_space { stages: FIRST } } }
      run { seed: 1 job_limit: 400 })");
}

// Page after page: every one is missed.
const char* const kMissing = "op: WRITE size_bytes: 64 stride_bytes: 4096 region_bytes: 33554432";
const char* const kRead = "accesses { op: READ size_bytes: 64 offset_bytes: 33554432 }";
const char* const kRecord = "accesses { op: WRITE size_bytes: 32 offset_bytes: 33554432 }";

std::string Access(const std::string& what, bool relaxed = false) {
  return "accesses { " + what + (relaxed ? " relaxed_ordering: true } " : " } ");
}

// It reads what was written: it is at memory no earlier than the write.
TEST(Conformance, PCIE_06_AReadDoesNotPassAnOlderWrite) {
  const Results results = Packets(Access(kMissing) + kRead);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(testing::StructureOf(results, "iommu0.iotlb", "ordered_reads"), kJobs - 1) << "the first misses, too";
}

TEST(Conformance, PCIE_06_AStrictRecordIsNeverBeforeRelaxedData) {
  const Results results = Packets(Access(kMissing, true) + kRecord);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(testing::StructureOf(results, "iommu0.iotlb", "ordered_writes"), kJobs - 1) << "the first misses, too";
}

TEST(Conformance, PCIE_06_ARelaxedWritePasses) {
  const Results results = Packets(Access(kMissing) + Access("op: WRITE size_bytes: 32 offset_bytes: 33554432", true));
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(testing::StructureOf(results, "iommu0.iotlb", "ordered_writes"), 0);
}

TEST(Conformance, PCIE_07_AnInterruptIsObservedBehindAllOlderWrites) {
  const Results results = testing::RunText(R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
      workload { tenant_classes { name: "one" tenants: 1 endpoint: "dsa0" queues: "dwq0" wants_interrupt: true
                                  jobs { op: WRITE size_bytes: 64 } pattern: SEQUENTIAL alignment_bytes: 4096
                                  working_set_bytes: 67108864 address_space { stages: FIRST } } }
      run { seed: 1 job_limit: 400 })");
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(testing::StructureOf(results, "rp0", "interrupts"), kJobs);
  EXPECT_GT(testing::StructureOf(results, "rp0", "ordered_queue.max"), 0) << "interrupts wait for writes in the IOTLB";
  EXPECT_EQ(testing::StructureOf(results, "host0", "early_interrupts"), 0) << "each finds its record visible";
}

}  // namespace
}  // namespace siov
