// SPDX-License-Identifier: Apache-2.0
// Swapping, exits, containment and the page request queue's profile, from configuration to parameters: each acts, or is
// refused with its reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "platforms/cli/describe_entries.h"
#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPlatform[] = R"(
nodes { name: "host0" host {} }
nodes { name: "mem0" memory {} }
nodes { name: "iommu0" iommu {} }
nodes { name: "rpa" root_port {} }
nodes { name: "rpb" root_port {} }
nodes { name: "dsa" endpoint { atc {} swq_arbiter { queues { name: "q" } } } }
nodes { name: "dsb" endpoint { port { requester_id: 512 } swq_arbiter { queues { name: "q" } } } }
links { name: "la" a: "rpa" b: "dsa" pcie { generation: 5 lanes: 16 } }
links { name: "lb" a: "rpb" b: "dsb" pcie { generation: 5 lanes: 16 } }
links { name: "fa" a: "rpa" b: "iommu0" fabric { latency_ns: 60 } }
links { name: "fb" a: "rpb" b: "iommu0" fabric { latency_ns: 60 } }
links { name: "im" a: "iommu0" b: "mem0" fabric {} }
links { name: "hm" a: "host0" b: "mem0" fabric {} }
)";
constexpr char kWorkload[] = R"(
tenant_classes { name: "a" tenants: 3 endpoint: "dsa" queues: "q" jobs { size_bytes: 64 } address_space { stages: NESTED } }
tenant_classes { name: "b" tenants: 2 endpoint: "dsb" queues: "q" jobs { op: READ } }
)";
constexpr char kExperiment[] = "platform_file: 'p.txtpb' workload_file: 'w.txtpb' run { job_limit: 10 }";

LoadedExperiment Load(const std::vector<std::string>& overrides, const std::string& workload = kWorkload) {
  return LoadExperiment("x.txtpb", overrides,
                        InlineFiles({{"p.txtpb", kPlatform}, {"w.txtpb", workload}, {"x.txtpb", kExperiment}}));
}
std::vector<std::string> FaultsOf(const std::vector<std::string>& overrides, const std::string& workload = kWorkload) {
  return Sentences(Load(overrides, workload).faults);
}

constexpr char kCheck[] = "nodes[name=iommu0].iommu.translated_requests=";
constexpr char kRiscv[] = "nodes[name=iommu0].iommu.profile=RISCV";
constexpr char kSv39[] =
    "tenant_classes[name=a].address_space={ stages: NESTED first_format: SV39 second_format: SV39 }";
constexpr char kSecond[] = "tenant_classes[name=b].address_space={ stages: SECOND second_format: SV39 }";

TEST(ResolvePagingTest, ContainmentReachesIotlbRootPortsAndWalker) {
  const LoadedExperiment none = Load({});
  ASSERT_THAT(Sentences(none.faults), IsEmpty());
  EXPECT_EQ(none.experiment.platform.iommus[0].iotlb.containment, Containment::kNone);
  const LoadedExperiment table =
      Load({std::string(kCheck) + "PERMISSION_TABLE", "nodes[name=iommu0].iommu.permission_page=PERMISSION_2M"});
  ASSERT_THAT(Sentences(table.faults), IsEmpty());
  const ResolvedPlatform& platform = table.experiment.platform;
  EXPECT_EQ(platform.iommus[0].iotlb.containment, Containment::kPermissionTable);
  EXPECT_EQ(platform.iommus[0].page_walker.host_permission_shift, kPageShift2M);
  for (const ResolvedRootPort& port : platform.root_ports) {
    EXPECT_EQ(port.config.containment, Containment::kPermissionTable);
  }
  const LoadedExperiment guests = Load({kRiscv, kSv39, kSecond, std::string(kCheck) + "GUEST_PHYSICAL"});
  ASSERT_THAT(Sentences(guests.faults), IsEmpty());
  EXPECT_EQ(guests.experiment.platform.root_ports[0].config.containment, Containment::kSecondStage);
}

TEST(ResolvePagingTest, ContainmentThatCannotActIsRefused) {
  EXPECT_THAT(FaultsOf({std::string(kCheck) + "GUEST_PHYSICAL"}), Contains(HasSubstr("it needs profile RISCV")));
  EXPECT_THAT(FaultsOf({kRiscv, kSv39, kSecond, std::string(kCheck) + "PERMISSION_TABLE"}),
              ElementsAre(HasSubstr("it needs profile VTD")));
  EXPECT_THAT(FaultsOf({kRiscv, kSv39, std::string(kCheck) + "GUEST_PHYSICAL"}),
              ElementsAre(::testing::AllOf(HasSubstr("tenant_classes[name=b].address_space.stages"),
                                           HasSubstr("its tenants need a second stage"))));
  EXPECT_THAT(FaultsOf({"nodes[name=iommu0].iommu.permission_page=PERMISSION_2M"}),
              ElementsAre(HasSubstr("permission_page")));
}

TEST(ResolvePagingTest, ContainmentNeedsADeviceThatTranslates) {
  const std::string platform = std::string(kPlatform);
  const std::string without = std::string(platform).replace(platform.find("atc {} "), 7, "");
  const LoadedExperiment loaded =
      LoadExperiment("x.txtpb", {std::string(kCheck) + "PERMISSION_TABLE"},
                     InlineFiles({{"p.txtpb", without}, {"w.txtpb", kWorkload}, {"x.txtpb", kExperiment}}));
  EXPECT_THAT(Sentences(loaded.faults), ElementsAre(HasSubstr("there are no translated requests")));
}

TEST(ResolvePagingTest, ThePageRequestQueueFollowsTheProfile) {
  const PriQueueConfig vtd = Load({}).experiment.platform.iommus[0].pri_queue;
  EXPECT_FALSE(vtd.riscv);
  EXPECT_EQ(vtd.descriptor_bytes, 32u);
  const LoadedExperiment loaded = Load({kRiscv, kSv39});
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  EXPECT_TRUE(loaded.experiment.platform.iommus[0].pri_queue.riscv);
  EXPECT_EQ(loaded.experiment.platform.iommus[0].pri_queue.descriptor_bytes, 16u);
  EXPECT_THAT(FaultsOf({"nodes[name=iommu0].iommu.pri_queue.descriptor_bytes=16"}),
              ElementsAre(HasSubstr("the profile's page requests have another size")));
  EXPECT_THAT(FaultsOf({"nodes[name=iommu0].iommu.pri_queue.descriptor_bytes=32"}), IsEmpty());
}

TEST(ResolvePagingTest, SoftwareKnowsTheDevicesThatMayAskForPages) {
  EXPECT_THAT(Load({}).experiment.platform.host.config.faults.devices, ElementsAre(256));
  EXPECT_THAT(Load({"nodes[name=dsa].endpoint.atc.page_requests=false"}).experiment.platform.host.config.faults.devices,
              IsEmpty());
}

TEST(ResolvePagingTest, SwappingNeedsPagesThatComeByFaults) {
  const std::string swap = "nodes[name=host0].host.swap_out_per_second=1000";
  EXPECT_THAT(FaultsOf({swap}), ElementsAre(HasSubstr("no page comes by a page request")));
  const LoadedExperiment loaded = Load({swap, "tenant_classes[name=a].address_space.paging=ON_DEMAND"});
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  EXPECT_EQ(loaded.experiment.platform.host.config.faults.swap_out_per_second, 1000);
  EXPECT_THAT(FaultsOf({swap, "tenant_classes[name=b].address_space.paging=ON_DEMAND"}),
              ElementsAre(HasSubstr("no page comes by a page request")))
      << "its device has no ATC";
}

TEST(ResolvePagingTest, ExitsNameTenantsAndTheirDevices) {
  const LoadedExperiment loaded =
      Load({"tenant_classes[name=a].exits=[{ at_us: 1.5 first_tenant: 1 tenants: 2 }, { at_us: 3 stop: "
            "WAIT_FOR_RESPONSES }]"});
  ASSERT_THAT(Sentences(loaded.faults), IsEmpty());
  const std::vector<ProcessExit>& exits = loaded.experiment.exits;
  ASSERT_EQ(exits.size(), 3u);
  EXPECT_EQ(exits[0].at_ps, 1'500'000u);
  EXPECT_EQ(exits[0].tenant, TenantId(1));
  EXPECT_EQ(exits[0].pasid, Pasid(2));
  EXPECT_EQ(exits[0].requester, 256);
  EXPECT_EQ(exits[0].poll_ps, 10 * kPsPerUs);
  EXPECT_TRUE(exits[0].stop_marker);
  EXPECT_EQ(exits[1].tenant, TenantId(2));
  EXPECT_EQ(exits[2].pasid, Pasid(1));
  EXPECT_FALSE(exits[2].stop_marker);
  EXPECT_TRUE(loaded.experiment.platform.host.config.faults.processes_exit);
}

TEST(ResolvePagingTest, ExitsThatCannotBeAreRefused) {
  EXPECT_THAT(FaultsOf({"tenant_classes[name=a].exits=[{ at_us: 1 first_tenant: 2 tenants: 2 }]"}),
              ElementsAre(HasSubstr("the class has 3 tenants")));
  EXPECT_THAT(FaultsOf({"tenant_classes[name=a].exits=[{ at_us: 1 }, { at_us: 2 }]"}),
              ElementsAre(HasSubstr("a process exits only once")));
  EXPECT_THAT(FaultsOf({"tenant_classes[name=b].exits=[{ at_us: 1 }]"}),
              ElementsAre(HasSubstr("has no ATC, and only that can stop a PASID")));
}

// The memory of packets was not counted, and a page of completion records was that jobs of a device do not write.
TEST(ResolvePagingTest, MemoryAtStartIsWhatJobsUse) {
  const auto pages = [](const std::string& rest) {
    const LoadedExperiment loaded =
        Load({"nodes[name=dsb].endpoint.engine.read_buffers=0",
              "nodes[name=dsb].endpoint.swq_arbiter.queues=[{name: 'q' mode: DEDICATED size: 32}, "
              "{name: 'r' mode: DEDICATED size: 32}, {name: 's' mode: DEDICATED size: 32}]"},
             "tenant_classes { name: 'b' tenants: 3 endpoint: 'dsb' queues: 'q' queues: 'r' queues: 's' "
             "working_set_bytes: 8193 " +
                 rest + "}");
    EXPECT_THAT(Sentences(loaded.faults), IsEmpty());
    const MemoryAtStart& memory = loaded.experiment.memory_at_start;
    EXPECT_EQ(memory.resident_bytes, memory.pinned_bytes) << rest;
    EXPECT_EQ(memory.pinned_bytes, memory.pinned_pages * kPage4K) << rest;
    return memory.pinned_pages;
  };
  EXPECT_EQ(pages("jobs { op: NOOP }"), 3u * 1);
  EXPECT_EQ(pages("jobs { op: READ }"), 3u * (3 + 1));
  EXPECT_EQ(pages("jobs { op: WRITE }"), 3u * (3 + 1));
  EXPECT_EQ(pages("jobs { op: FILL }"), 3u * (3 + 1));
  EXPECT_EQ(pages("jobs { op: MOVE }"), 3u * (3 + 3 + 1));
  EXPECT_EQ(pages("jobs { op: READ } jobs { op: WRITE }"), 3u * (3 + 3 + 1));
  EXPECT_EQ(pages("jobs { op: PACKET accesses { size_bytes: 64 } }"), 3u * (3 + 1));
  EXPECT_EQ(pages("origin: DEVICE jobs { op: READ }"), 3u * 3);
  EXPECT_EQ(pages("jobs { op: READ } address_space { stages: PASS_THROUGH }"), 0u);
  EXPECT_EQ(pages("jobs { op: READ } address_space { resident_fraction: 0.5 }"), 6u);
}

// What `describe` prints of the structures: validity, translation type, table pointers, rights.
TEST(ResolvePagingTest, EntriesArePrintedWithTheirFields) {
  std::ostringstream out;
  PrintEntries(Load({"tenant_classes[name=b].address_space.read_only=true"}).experiment, out);
  const std::string text = out.str();
  EXPECT_THAT(text, HasSubstr("context entry of dsa (requester 100h) at "));
  EXPECT_THAT(text, HasSubstr("P=1 FPD=0 DTE=1 PASIDE=1 PRE=1 EPTR=1 PDTS=7"));
  EXPECT_THAT(text, HasSubstr("PASID entry of a, PASID 1 (of 3), at "));
  EXPECT_THAT(text, HasSubstr("P=1 FPD=0 PGTT=3 (nested) DID=3 FSPTPTR="));
  EXPECT_THAT(text, HasSubstr("(guest-physical, 4 levels) SSPTPTR="));
  EXPECT_THAT(text, HasSubstr("PASID entry of b, PASID 4 (of 2), at "));
  EXPECT_THAT(text, HasSubstr("PGTT=1 (first stage) DID=1 FSPTPTR="));
  EXPECT_THAT(text, HasSubstr("leaves: R=1 W=0"));
}

}  // namespace
}  // namespace siov
