// SPDX-License-Identifier: Apache-2.0
// Nobody is busy for longer than there is time, however short the measured window and wherever in a service it begins:
// servers count work as they do it, not as they accept it (they once were 129 % busy) nor as they end it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/graph/throughput_bound.h"
#include "tests/support/configured_run.h"

namespace siov {
namespace {

constexpr char kMoves[] = R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
    workload { tenant_classes { name: "t" tenants: 64 endpoint: "dsa0" queues: "swq0"
        jobs { op: MOVE size_bytes: 4096 } mapping: STREAMING working_set_bytes: 1048576 alignment_bytes: 4096
        address_space { stages: FIRST } } }
    run { seed: 1 duration_us: 300 })";

double Possible(const ResolvedExperiment& experiment, const Results& results) {
  return ComputeThroughputBound(experiment).jobs_per_second * ToSeconds(results.measured_ps);
}

// c20: the ATC's invalidation server was 129 % busy and not in the bound.
TEST(BusyLaw, C20TheAtcsInvalidationServerIsNeverBusierThanTimeAndPartOfTheBound) {
  const ResolvedExperiment experiment =
      testing::Configured(kMoves, {"nodes[name=dsa0].endpoint.atc.invalidation_latency_ns=3000"});
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  EXPECT_NEAR(bound.jobs_per_second, 1e9 / 6'000, 1) << "two buffers a job, 3 us each";
  EXPECT_EQ(bound.bottleneck, "dsa0.atc invalidations");
  const Results results = RunExperiment(experiment, RunOptions{});
  testing::ExpectNobodyBusyAboveOne(results);
  EXPECT_GT(testing::StructureOf(results, "dsa0.atc", "invalidation"), 0.9);
  EXPECT_LE(results.Metric("job.completed"), Possible(experiment, results));
}

class Omission : public ::testing::TestWithParam<const char*> {};

// c20: a driver that leaves steps out does less, and reached 112 % of a bound that did not know.
TEST_P(Omission, ABoundKnowsWhatADriverLeavesOut) {
  const ResolvedExperiment experiment = testing::Configured(
      kMoves, {std::string("nodes[name=host0].host.driver.recipe_fault=") + GetParam(), "run.duration_us=3000"});
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(results.Metric("job.completed"), 100);
  EXPECT_LE(results.Metric("job.completed"), Possible(experiment, results) + 64) << "64 were under way before";
  testing::ExpectNobodyBusyAboveOne(results);
}
INSTANTIATE_TEST_SUITE_P(RecipeFaults, Omission,
                         ::testing::Values("NO_IOTLB", "NO_DEVICE_TLB", "NO_WAIT", "DEVICE_TLB_FIRST"));

struct Load {
  const char* name;
  const char* text;
};

// Each saturates other servers, with services long against the window, which begins in the middle of some.
const Load kLoads[] = {
    {"Memory", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "mem0" memory { residency: ALL_DRAM dram_channels: 1 dram_gbytes_per_second: 1 } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: READ size_bytes: 4096 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"Link", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { links { name: "rp0-dsa0" pcie { generation: 1 lanes: 1 } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: MOVE size_bytes: 4096 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"DataPaths", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "dsa0" endpoint { engine { device_gbytes_per_second: 1 gbytes_per_second: 0.7 } } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: READ size_bytes: 4096 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"CpusAndInterrupts", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "host0" host { cpus: 1 vcpus: 1 enqcmd_latency_ns: 2000 interrupt_handler_ns: 3000 } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            wants_interrupt: true jobs { op: READ size_bytes: 64 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"LookupPorts", R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
        platform { nodes { name: "iommu0" iommu { iotlb { lookup_interval_ns: 700 } } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: READ size_bytes: 4096 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"AtcPort", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "dsa0" endpoint { atc { lookup_interval_ns: 700 } } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: READ size_bytes: 4096 } } } run { warmup_us: 7 duration_us: 5 })"},
    {"InvalidationQueue", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "iommu0" iommu { invalidation_queue { execute_latency_ns: 900 } } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" mapping: STREAMING
            jobs { op: MOVE size_bytes: 4096 } address_space { stages: FIRST } } }
        run { warmup_us: 7 duration_us: 5 })"},
    {"FaultHandlers", R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
        platform { nodes { name: "host0" host { fault_handlers: 1 } }
                   nodes { name: "dsa0" endpoint { atc { page_requests: true } } } }
        workload { tenant_classes { name: "t" tenants: 32 endpoint: "dsa0" queues: "swq0" queue_depth: 4
            jobs { op: READ size_bytes: 4096 } working_set_bytes: 16777216
            address_space { stages: FIRST resident_fraction: 0 } } } run { warmup_us: 11 duration_us: 3 })"},
};

class AnyServer : public ::testing::TestWithParam<Load> {};

TEST_P(AnyServer, IsNeverBusierThanTimeInAShortWindow) {
  const Results results = testing::RunText(GetParam().text);
  testing::ExpectNobodyBusyAboveOne(results);
  double most = 0;
  for (const ResourceLoad& resource : results.resources) {
    if (!resource.slots) most = std::max(most, resource.utilisation);
  }
  EXPECT_GT(most, 0.9) << "or the test shows nothing";
}
INSTANTIATE_TEST_SUITE_P(Servers, AnyServer, ::testing::ValuesIn(kLoads),
                         [](const ::testing::TestParamInfo<Load>& load) { return std::string(load.param.name); });

}  // namespace
}  // namespace siov
