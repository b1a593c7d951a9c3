// SPDX-License-Identifier: Apache-2.0
// The driver's mapping work, the invalidation queue and replays in recorded order, from configuration to parameters:
// each acts, or is refused with its reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPlatform[] = R"(
nodes { name: "host0" host { cpus: 4 } }
nodes { name: "mem0" memory {} }
nodes { name: "iommu0" iommu {} }
nodes { name: "rp0" root_port {} }
nodes { name: "dev0" endpoint { swq_arbiter { queues { name: "q" size: 8 } } } }
links { name: "l" a: "rp0" b: "dev0" pcie { generation: 5 lanes: 16 } }
links { name: "f" a: "rp0" b: "iommu0" fabric { latency_ns: 60 } }
links { name: "im" a: "iommu0" b: "mem0" fabric {} }
links { name: "hm" a: "host0" b: "mem0" fabric {} }
)";
constexpr char kTenants[] =
    R"(tenant_classes { name: "a" tenants: 3 endpoint: "dev0" queues: "q" jobs { op: READ size_bytes: 64 } mapping: STREAMING })";
constexpr char kReplay[] =
    R"(replay { trace_file: "traces/boot.siovtrace" order: AS_RECORDED endpoint: "dev0" queues: "q" address_space { stages: SECOND } })";
constexpr char kExperiment[] = "platform_file: 'p.txtpb' workload_file: 'w.txtpb' run { job_limit: 10 }";

LoadedExperiment Load(const std::vector<std::string>& overrides, const std::string& workload = kTenants) {
  return LoadExperiment("x.txtpb", overrides,
                        InlineFiles({{"p.txtpb", kPlatform}, {"w.txtpb", workload}, {"x.txtpb", kExperiment}}));
}
std::vector<std::string> FaultsOf(const std::vector<std::string>& overrides, const std::string& workload = kTenants) {
  return Sentences(Load(overrides, workload).faults);
}

constexpr char kDriver[] = "nodes[name=host0].host.driver.";
constexpr char kQueue[] = "nodes[name=iommu0].iommu.invalidation_queue.";

TEST(ResolveUnmappingTest, EachPolicyReachesTheDriverWithItsOwnParameters) {
  const LoadedExperiment strict = Load({});
  ASSERT_THAT(Sentences(strict.faults), IsEmpty());
  EXPECT_EQ(strict.experiment.platform.host.config.driver.policy, UnmapPolicy::kStrict);
  EXPECT_EQ(strict.experiment.traffic.classes[0].mapping, BufferMapping::kStreaming);
  const LoadedExperiment deferred =
      Load({std::string(kDriver) + "unmap_policy=DEFERRED", std::string(kDriver) + "flush_entries=7",
            std::string(kDriver) + "flush_timeout_ns=5000"});
  ASSERT_THAT(Sentences(deferred.faults), IsEmpty());
  const DriverConfig& flush = deferred.experiment.platform.host.config.driver;
  EXPECT_EQ(flush.policy, UnmapPolicy::kDeferred);
  EXPECT_EQ(flush.flush_entries, 7u);
  EXPECT_EQ(flush.flush_queues, 4u) << "a CPU each";
  EXPECT_EQ(flush.flush_timeout_ps, 5 * kPsPerUs);
  const LoadedExperiment unlimited =
      Load({std::string(kDriver) + "unmap_policy=DEFERRED", "nodes[name=host0].host.cpus=0"});
  ASSERT_THAT(Sentences(unlimited.faults), IsEmpty());
  EXPECT_EQ(unlimited.experiment.platform.host.config.driver.flush_queues, 1u) << "no CPU to have one each";
  const LoadedExperiment batched =
      Load({std::string(kDriver) + "unmap_policy=BATCHED", std::string(kDriver) + "batch_jobs=3"});
  ASSERT_THAT(Sentences(batched.faults), IsEmpty());
  EXPECT_EQ(batched.experiment.platform.host.config.driver.batch_jobs, 3u);
  EXPECT_THAT(FaultsOf({std::string(kDriver) + "flush_entries=7"}), SizeIs(1)) << "strict unmapping has no flush queue";
}

TEST(ResolveUnmappingTest, TheQueueFollowsTheProfileAndTheDriverFollowsTheQueue) {
  const LoadedExperiment vtd = Load({std::string(kQueue) + "max_address_mask=9", std::string(kQueue) + "entries=8"});
  ASSERT_THAT(Sentences(vtd.faults), IsEmpty());
  EXPECT_EQ(vtd.experiment.platform.iommus[0].invalidation_queue.descriptor_bytes, 32u);
  EXPECT_EQ(vtd.experiment.platform.iommus[0].invalidation_queue.entries, 8u);
  EXPECT_EQ(vtd.experiment.platform.host.config.driver.max_page_shift, 21);
  const LoadedExperiment riscv = Load({"nodes[name=iommu0].iommu.profile=RISCV",
                                       "tenant_classes[name=a].address_space={ stages: FIRST first_format: SV39 }"});
  ASSERT_THAT(Sentences(riscv.faults), IsEmpty());
  EXPECT_TRUE(riscv.experiment.platform.iommus[0].invalidation_queue.riscv());
  EXPECT_EQ(riscv.experiment.platform.host.config.driver.descriptor_bytes, 16);
  EXPECT_EQ(riscv.experiment.platform.host.config.faults.descriptor_bytes, 16u);
  EXPECT_THAT(FaultsOf({std::string(kQueue) + "entries=100"}), ElementsAre(HasSubstr("invalidation_queue.entries")));
}

TEST(ResolveUnmappingTest, StreamingNeedsTheHostAndTablesOfItsOwn) {
  const std::string space = "tenant_classes[name=a].address_space=";
  for (const char* refused : {"{ stages: PASS_THROUGH }", "{ stages: FIRST resident_fraction: 0.5 }",
                              "{ stages: FIRST paging: ON_DEMAND }", "{ stages: FIRST read_only: true }"}) {
    EXPECT_THAT(FaultsOf({space + refused}), ElementsAre(HasSubstr("mapping"))) << refused;
  }
}

TEST(ResolveUnmappingTest, RecordedPagesAreNothingButWhatWasRecorded) {
  const LoadedExperiment replay = Load({}, kReplay);
  ASSERT_THAT(Sentences(replay.faults), IsEmpty());
  EXPECT_EQ(replay.experiment.traffic.replay.order, ReplayOrder::kAsRecorded);
  EXPECT_TRUE(replay.experiment.address_spaces[0].explicit_pages);
  EXPECT_FALSE(replay.experiment.traffic.replay.device_tlb);
  const std::string space = "replay.address_space=";
  for (const char* refused : {"{ stages: PASS_THROUGH }", "{ stages: SECOND resident_fraction: 0.5 }",
                              "{ stages: SECOND second_page: PAGE_2M }", "{ stages: SECOND tenants_per_vm: 2 }"}) {
    EXPECT_THAT(FaultsOf({space + refused}, kReplay), ElementsAre(HasSubstr("pages are mapped as recorded")))
        << refused;
  }
  EXPECT_THAT(FaultsOf({"replay.access_bytes=4096"}, kReplay), ElementsAre(HasSubstr("several requests")));
}

}  // namespace
}  // namespace siov
