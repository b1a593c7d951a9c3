// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPlatform[] = R"(
clocks { name: "iommu" mhz: 400 }
nodes { name: "host0" host {} }
nodes { name: "mem0" memory {} }
nodes { name: "iommu0" clock: "iommu" iommu { iotlb { lookup_latency_cycles: 3 } page_walker { setup_latency_ns: 7.25 } } }
nodes { name: "rpb" root_port {} }
nodes { name: "rpa" root_port {} }
nodes { name: "dsb" endpoint { port { requester_id: 512 } swq_arbiter { queues { name: "q" } } } }
nodes { name: "dsa" endpoint { atc {} swq_arbiter { queues { name: "s" size: 64 } queues { name: "d" size: 64 } } } }
links { name: "lb" a: "rpb" b: "dsb" pcie { generation: 3 lanes: 8 max_payload_bytes: 128 } }
links { name: "la" a: "rpa" b: "dsa" pcie { generation: 5 lanes: 16 } }
links { name: "fb" a: "rpb" b: "iommu0" fabric { latency_ns: 50 } }
links { name: "fa" a: "rpa" b: "iommu0" fabric { latency_ns: 60 } }
links { name: "im" a: "iommu0" b: "mem0" fabric {} }
links { name: "hm" a: "host0" b: "mem0" fabric {} }
)";
constexpr char kWorkload[] = R"(
tenant_classes { name: "a" tenants: 3 endpoint: "dsa" queues: "d" queues: "s" jobs { size_bytes: 64 } }
tenant_classes { name: "b" tenants: 2 endpoint: "dsb" queues: "q" jobs { op: READ } address_space { stages: NESTED } }
)";

LoadedExperiment Load(const std::string& experiment, const std::vector<std::string>& overrides = {}) {
  return LoadExperiment("x.txtpb", overrides,
                        InlineFiles({{"p.txtpb", kPlatform}, {"w.txtpb", kWorkload}, {"x.txtpb", experiment}}));
}

constexpr char kExperiment[] = "platform_file: 'p.txtpb' workload_file: 'w.txtpb' run { job_limit: 10 warmup_us: 1.5 }";

constexpr char kWalkerPath[] = "nodes[name=iommu0].iommu.page_walker.";

TEST(ResolveTest, EveryCacheOfTheWalkerHasTheSameKnobs) {
  const std::string walker = kWalkerPath;
  const LoadedExperiment loaded =
      Load(kExperiment,
           {walker + "pasid_cache={ entries: 32 lookup_latency_cycles: 2 slots: 3 partitions: 4 policy: FIFO }",
            walker + "nested_cache={ entries: 16 ways: 4 lookup_latency_ns: 1.5 }",
            walker + "first_stage_caches={ level: 3 entries: 8 lookup_latency_ns: 2 slots: 1 partitions: 2 }",
            "nodes[name=iommu0].iommu.iotlb.order=ROUND_ROBIN_PASIDS",
            "nodes[name=iommu0].iommu.interrupt_remapper={ entry_cache { entries: 24 ways: 3 policy: RANDOM } }"});
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  const ResolvedIommu& iommu = loaded.experiment.platform.iommus[0];
  const WalkerCacheConfig& pasid = iommu.page_walker.pasid_cache;
  EXPECT_EQ(pasid.entries, 32u);
  EXPECT_EQ(pasid.lookup_latency_ps, 5'000u);
  EXPECT_EQ(pasid.slots, 3u);
  EXPECT_EQ(pasid.partitions, 4u);
  EXPECT_EQ(pasid.policy, ReplacementPolicy::kFifo);
  EXPECT_EQ(iommu.page_walker.nested_cache.ways, 4u);
  EXPECT_EQ(iommu.page_walker.nested_cache.lookup_latency_ps, 1'500u);
  EXPECT_EQ(iommu.page_walker.first_stage_cache[1].lookup_latency_ps, 2'000u);
  EXPECT_EQ(iommu.page_walker.first_stage_cache[1].partitions, 2u);
  EXPECT_EQ(iommu.page_walker.second_stage_cache[1].entries, 0u);
  EXPECT_EQ(iommu.iotlb.order, IotlbOrder::kRoundRobinPasids);
  const CacheGeometry& entries = iommu.interrupt_remapper.entry_cache;
  EXPECT_EQ(entries.entries, 24u);
  EXPECT_EQ(entries.ways, 3u);
  EXPECT_EQ(entries.policy, ReplacementPolicy::kRandom);
}

TEST(ResolveTest, WalkerCachesRefuseWhatCouldHaveNoEffect) {
  const std::string walker = kWalkerPath;
  const auto faults = [](const std::string& change) { return Sentences(Load(kExperiment, {change}).faults); };
  EXPECT_THAT(faults(walker + "pasid_cache={ level: 2 entries: 8 }"), ElementsAre(HasSubstr("have a level")));
  EXPECT_THAT(faults(walker + "first_stage_caches={ entries: 8 }"), ElementsAre(HasSubstr("level")));
  EXPECT_THAT(faults(walker + "nested_cache={ entries: 8 slots: 1 }"), ElementsAre(HasSubstr("nested_cache.slots")));
  EXPECT_THAT(faults(walker + "nested_cache={ entries: 0 lookup_latency_ns: 1 }"),
              ElementsAre(HasSubstr("nested_cache.lookup_latency")));
}

TEST(ResolveTest, TheOracleIsRefusedWithTheReason) {
  const auto refused = ElementsAre(AllOf(HasSubstr("policy = BELADY"), HasSubstr("the accesses to come")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=iommu0].iommu.iotlb.policy=BELADY"}).faults), refused);
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=dsa].endpoint.atc.policy=BELADY"}).faults), refused);
  EXPECT_THAT(
      Sentences(Load(kExperiment, {std::string(kWalkerPath) + "pasid_cache={ entries: 8 policy: BELADY }"}).faults),
      refused);
}

TEST(ResolveTest, NodesAreInTheOrderOfTheirNamesAndWiredByLinks) {
  const LoadedExperiment loaded = Load(kExperiment);
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  const ResolvedPlatform& platform = loaded.experiment.platform;
  ASSERT_EQ(platform.endpoints.size(), 2u);
  EXPECT_EQ(platform.endpoints[0].name, "dsa");
  EXPECT_EQ(platform.LinkAbove({NodeKind::kEndpoint, 0}).name, "la");
  EXPECT_EQ(platform.NameOf(platform.LinkAbove({NodeKind::kEndpoint, 0}).above), "rpa");
  EXPECT_EQ(platform.NameOf(platform.LinkAbove({NodeKind::kEndpoint, 1}).above), "rpb");
  EXPECT_EQ(platform.root_ports[0].config.fabric_latency_ps, 60'000u);
  EXPECT_EQ(platform.endpoints[1].engine.max_payload_bytes, 128u);
  EXPECT_TRUE(platform.endpoints[0].atc.has_value());
  EXPECT_FALSE(platform.endpoints[1].atc.has_value());
}

TEST(ResolveTest, CyclesAndNanosecondsBecomePicosecondsOnce) {
  const LoadedExperiment loaded = Load(kExperiment);
  const ResolvedIommu& iommu = loaded.experiment.platform.iommus.at(0);
  EXPECT_EQ(iommu.iotlb.lookup_latency_ps, 7'500u);  // 3 cycles of 2.5 ns
  EXPECT_EQ(iommu.page_walker.setup_latency_ps, 7'250u);
  EXPECT_EQ(loaded.experiment.run.warmup_ps, 1'500'000u);
  EXPECT_EQ(loaded.experiment.run.duration_ps, kNever);
}

TEST(ResolveTest, TenantsNameQueuesByIndexAndPasidsFollowTheClasses) {
  const LoadedExperiment loaded = Load(kExperiment);
  const TrafficConfig& traffic = loaded.experiment.traffic;
  ASSERT_EQ(traffic.classes.size(), 2u);
  EXPECT_THAT(traffic.classes[0].queues, ElementsAre(QueueId(1), QueueId(0)));
  EXPECT_EQ(traffic.classes[1].endpoint, 1);
  EXPECT_EQ(traffic.classes[1].jobs.at(0).op, JobOp::kRead);
  ASSERT_EQ(loaded.experiment.address_spaces.size(), 2u);
  EXPECT_EQ(loaded.experiment.address_spaces[1].first_pasid, 4u);
  EXPECT_EQ(loaded.experiment.address_spaces[1].second_format, TableFormat::kX86FourLevel);
  EXPECT_EQ(loaded.experiment.address_spaces[0].second_format, TableFormat::kNone);
}

TEST(ResolveTest, ResolvedTextLoadsAsTheSameRun) {
  const LoadedExperiment first = Load(kExperiment, {"nodes[name=dsa].endpoint.atc.lookup_latency_ns=0.1"});
  ASSERT_THAT(Sentences(first.faults), IsEmpty());
  const LoadedExperiment second = Load(first.experiment.text);
  ASSERT_THAT(Sentences(second.faults), IsEmpty());
  EXPECT_EQ(first.experiment.text, second.experiment.text);
  EXPECT_EQ(first.experiment.run_id, second.experiment.run_id);
  EXPECT_EQ(first.experiment.run_id.size(), 32u);
  EXPECT_EQ(first.experiment.unverified.size(), second.experiment.unverified.size());
  EXPECT_NE(Load(kExperiment).experiment.run_id, first.experiment.run_id);
}

TEST(ResolveTest, DefaultsWithoutAVerifiedSourceAreListed) {
  const LoadedExperiment loaded = Load(kExperiment);
  std::vector<std::string> paths;
  for (const UnverifiedParameter& one : loaded.experiment.unverified) {
    paths.push_back(one.path);
  }
  EXPECT_THAT(paths, Contains("nodes[name=dsa].endpoint.atc.entries"));
  EXPECT_THAT(paths, ::testing::Not(Contains("nodes[name=dsa].endpoint.engine.read_buffers")));
}

TEST(ResolveTest, StructureFaultsNameTheLinkOrNode) {
  const LoadedExperiment loaded = Load("include: 'e.txtpb'", {});
  EXPECT_THAT(Sentences(loaded.faults), Contains(HasSubstr("cannot read \"e.txtpb\"")));
  const LoadedExperiment loop =
      Load(std::string(kExperiment) +
           " platform {\n links { name: 'x' a: 'rpa' b: 'dsb' pcie { generation: 1 lanes: 1 } }\n"
           " nodes { name: 'mem1' memory {} }\n"
           " links { name: 'y' a: 'host0' b: 'dsa' fabric {} } }");
  EXPECT_THAT(Sentences(loop.faults),
              ::testing::UnorderedElementsAre(
                  HasSubstr("x.txtpb:2:2: links[name=x]: closes a loop; a PCIe hierarchy must be a tree"),
                  HasSubstr("nodes[name=dsb]: must have exactly one pcie or on_die link to a root_port or a "
                            "pcie_switch above it, and has 2"),
                  HasSubstr("nodes[name=rpa]: must have exactly one pcie or on_die link to an endpoint or a "
                            "pcie_switch below it, and has 2"),
                  HasSubstr("x.txtpb:3:2: nodes[name=mem1]: has no socket link to memory \"mem0\"; every two sockets "
                            "need one"),
                  HasSubstr("links[name=y]: joins a host and an endpoint")))
      << ::testing::PrintToString(Sentences(loop.faults));
}

// `check` said yes, and the run ended with "two blocks are named host0", or with a socket that nobody was bound to.
TEST(ResolveTest, NamesOfBlocksAreTheirOwnAndAnIommuHasAPort) {
  const auto faults = [](const std::string& from, const std::string& to, const std::string& more = {}) {
    std::string platform = kPlatform + more;
    for (std::size_t at = from.empty() ? std::string::npos : platform.find(from); at != std::string::npos;
         at = platform.find(from, at + to.size())) {
      platform.replace(at, from.size(), to);
    }
    return Sentences(
        LoadExperiment("x.txtpb", {},
                       InlineFiles({{"p.txtpb", platform}, {"w.txtpb", kWorkload}, {"x.txtpb", kExperiment}}))
            .faults);
  };
  EXPECT_THAT(faults("\"la\"", "\"host0\""), ElementsAre(HasSubstr("links[name=host0]: has the name of a node")));
  EXPECT_THAT(faults("\"la\"", "\"traffic\""), ElementsAre(HasSubstr("links[name=traffic]: has the name of a node")));
  EXPECT_THAT(faults("\"mem0\"", "\"traffic\""),
              ElementsAre(HasSubstr("nodes[name=traffic]: is named as the workload's own blocks are")));
  EXPECT_THAT(faults("\"hm\"", "\"dsa\""), IsEmpty()) << "a fabric link is no block";
  EXPECT_THAT(faults("\"la\"", "\"driver\""), IsEmpty()) << "parts have their node's name before their own";
  EXPECT_THAT(
      faults("", "", "nodes { name: \"iommu1\" iommu {} } links { name: \"i\" a: \"iommu1\" b: \"mem0\" fabric {} }"),
      ElementsAre(HasSubstr("nodes[name=iommu1]: must have at least one fabric link to a root_port, and has 0")));
}

TEST(ResolveTest, WhatTheBlocksWouldIgnoreOrCannotDoIsRefused) {
  EXPECT_THAT(Sentences(Load(kExperiment, {"links[name=im].fabric.latency_ns=3"}).faults),
              ElementsAre(HasSubstr("only the fabric link of a root port has a latency")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=dsa].endpoint.atc.lookup_latency_cycles=3"}).faults),
              ElementsAre(HasSubstr("needs a clock, and none is named here")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=dsb].endpoint.port.requester_id=256"}).faults),
              ElementsAre(HasSubstr("another endpoint has this requester id")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"tenant_classes[name=b].queues=[\"s\"]"}).faults),
              ElementsAre(HasSubstr("must be the name of a queue of endpoint dsb")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"run={}"}).faults), ElementsAre(HasSubstr("never stop by themselves")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=dsb].endpoint.port.pasid_width=2"}).faults),
              ElementsAre(HasSubstr("PASIDs up to 5")));
  EXPECT_THAT(
      Sentences(Load(kExperiment, {"tenant_classes[name=a].tenants=1048576"}).faults),
      Contains(HasSubstr("tenant_classes = 1048578 tenants: must be at most 1048576 over all classes and the replay")));
}

// Without an ATC the IOMMU drops a completion record that faults; the job then ends by the fault event or a time-out.
TEST(ResolveTest, FaultsNeedNoAtc) {
  EXPECT_THAT(Sentences(Load(kExperiment, {"tenant_classes[name=b].address_space.resident_fraction=0.5"}).faults),
              IsEmpty());
  EXPECT_THAT(Sentences(Load(kExperiment, {"tenant_classes[name=b].address_space.read_only=true"}).faults), IsEmpty());
}

TEST(ResolveTest, IommuKnobsReachTheirBlocks) {
  const auto loaded =
      Load(kExperiment, {"nodes[name=iommu0].iommu.profile=RISCV", "nodes[name=iommu0].iommu.iotlb.partitions=4",
                         "nodes[name=iommu0].iommu.fault_recording.records=64",
                         "tenant_classes[name=b].address_space.cache_partition=3"});
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  const ResolvedPlatform& platform = loaded.experiment.platform;
  EXPECT_EQ(platform.iommus[0].iotlb.geometry.partitions, 4u);
  EXPECT_EQ(platform.iommus[0].iotlb.profile, IommuProfile::kRiscv);
  EXPECT_EQ(platform.iommus[0].fault_recording.records, 64u);
  EXPECT_EQ(platform.root_ports[0].config.profile, IommuProfile::kRiscv);
  EXPECT_EQ(loaded.experiment.address_spaces[1].cache_partition, 3u);
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=iommu0].iommu.iotlb.partitions=3"}).faults),
              ElementsAre(HasSubstr("a multiple of partitions (3)")));
  EXPECT_THAT(Sentences(Load(kExperiment, {"nodes[name=iommu0].iommu.fault_recording.records=300"}).faults),
              ElementsAre(HasSubstr("1 to 256")));
}

// A target may name a metric of a class, and only of a class that there is.
TEST(ResolveTest, TargetsOnAClassNameOneThatExists) {
  const std::string targets =
      " targets { metric: 'class.a.job.latency.p99_ns' max: 1 } targets { metric: 'class.c.job.latency.p99_ns' max: 1 }"
      " targets { metric: 'class.b.memory.pin_ns' max: 1 }";
  const LoadedExperiment loaded = Load(kExperiment + targets);
  EXPECT_THAT(Sentences(loaded.faults),
              ElementsAre(::testing::AllOf(HasSubstr("targets[1].metric"), HasSubstr("no such metric"),
                                           HasSubstr("did you mean \"class.a.job.latency.p99_ns\"?")),
                          HasSubstr("targets[2].metric")));
}

TEST(ResolveTest, ATargetNamesAMetricThatExists) {
  const std::string targets = " targets { metric: 'job.latency.p99_n' max: 1 } targets { metric: 'job.failed' max: 0 }";
  const LoadedExperiment loaded = Load(kExperiment + targets);
  EXPECT_THAT(Sentences(loaded.faults),
              ElementsAre(::testing::AllOf(HasSubstr("targets[0].metric"), HasSubstr("no such metric"),
                                           HasSubstr("did you mean \"job.latency.p99_ns\"?"))));
}

TEST(ResolveTest, EveryShippedConfigurationIsFaultless) {
  int files = 0;
  for (const char* folder : {"experiments", "platforms", "workloads", "sweeps", "presets"}) {
    for (const auto& entry : std::filesystem::directory_iterator(std::string("configs/") + folder)) {
      if (entry.path().extension() != ".txtpb") continue;
      const CheckedFile checked = CheckFile(entry.path().string());
      EXPECT_THAT(Sentences(checked.faults), IsEmpty()) << entry.path();
      if (std::string(folder) != "presets") {
        EXPECT_EQ(checked.platform.has_value(), std::string(folder) != "workloads") << entry.path();
      }
      ++files;
    }
  }
  EXPECT_GE(files, 15);
}

TEST(ResolveTest, ResolvedTextIsWrittenForTheFolderItGoesTo) {
  const std::string text = "workload { replay { trace_file: \"traces/t.siovtrace\" } }";
  EXPECT_THAT(ResolvedTextIn(text, "results/quickstart"), HasSubstr("trace_file: \"../../traces/t.siovtrace\""));
}

}  // namespace
}  // namespace siov
