// SPDX-License-Identifier: Apache-2.0
// What late translations hold up: in a root complex whatever of their link and traffic class came later and may not
// pass; inside a device, where order is owed within a job stream only, nobody else's.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "tests/support/configured_run.h"

namespace siov {
namespace {

// Mean latency of the quiet tenants, whose pages are pinned, beside a storm on a queue and engines of its own. `more`:
// about the engines.
double QuietBeside(const std::string& paging, const std::string& op = "FILL", const std::string& more = "") {
  const std::string arbiter = "nodes[name=dsa0].endpoint.swq_arbiter.";
  LoadedExperiment loaded =
      LoadExperiment("configs/experiments/fault_storm.txtpb",
                     {arbiter + "groups=2", arbiter + "queues[name=swq1].group=1",
                      "nodes[name=dsa0].endpoint.engine={ group_of_engine: [0, 0, 1, 1] jobs_per_engine: 16 "
                      "read_buffers: 96 device_gbytes_per_second: 30 " +
                          more + "}",
                      "workload.tenant_classes[name=storm].jobs[0].op=" + op,
                      "workload.tenant_classes[name=storm].address_space.paging=" + paging, "run.duration_us=3000"});
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  const Results results = RunExperiment(loaded.experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(results.Metric("job.faults") > 0.8 * results.Metric("class.storm.job.completed"), paging == "ON_DEMAND");
  return results.Metric("class.quiet.job.latency.mean_ns");
}

// SystemC elaborates once a process.
double InAProcessOfItsOwn(const std::function<double()>& run) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const double value = run();
    const bool written = !::testing::Test::HasFailure() && write(ends[1], &value, sizeof value) == sizeof value;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  double value = 0;
  EXPECT_EQ(read(ends[0], &value, sizeof value), static_cast<ssize_t>(sizeof value));
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return value;
}

// It was 15 times: the ATC kept the posted writes of a function in order.
TEST(OrderLaw, ANeighboursPageFaultsDoNotHoldUpWhoHasEnginesQueueAndPagesOfItsOwn) {
  const double pinned = InAProcessOfItsOwn([] { return QuietBeside("PINNED"); });
  ASSERT_GT(pinned, 1'000);
  EXPECT_LT(InAProcessOfItsOwn([] { return QuietBeside("ON_DEMAND"); }), 1.25 * pinned);
}

// What reads holds its read buffers while its pages are fetched: all of the device's, unless groups have limits.
TEST(OrderLaw, ANeighboursReadsHoldUpNobodyWhereGroupsHaveReadBuffersOfTheirOwn) {
  for (const std::string op : {"READ", "MOVE"}) {
    const double pinned = InAProcessOfItsOwn([op] { return QuietBeside("PINNED", op); });
    const double faulted = InAProcessOfItsOwn([op] { return QuietBeside("ON_DEMAND", op); });
    EXPECT_GT(faulted, 2 * pinned) << op;
    for (const char* limit : {"group_read_buffers_allowed: [0, 64]", "group_read_buffers_reserved: [32]"}) {
      EXPECT_LT(InAProcessOfItsOwn([=] { return QuietBeside("ON_DEMAND", op, limit); }), 1.25 * pinned)
          << op << " " << limit;
    }
  }
}

// A device without ATS that does what a packet says at once, a packet at a time, on a page of its own each or on one.
double PacketOf(const std::string& accesses, const std::vector<std::string>& overrides = {}) {
  return InAProcessOfItsOwn([&] {
    const Results results = testing::RunText(R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
        platform { nodes { name: "dsa0" endpoint { engine { read_buffers: 0 } } } }
        workload { tenant_classes { name: "one" tenants: 1 endpoint: "dsa0" queues: "dwq0" origin: DEVICE
                                    jobs { op: PACKET )" +
                                                 accesses + R"( } working_set_bytes: 67108864
                                    address_space { stages: FIRST } } }
        run { seed: 1 warmup_us: 5 job_limit: 400 })",
                                             overrides);
    EXPECT_EQ(results.Metric("job.failed"), 0);
    return results.Metric("job.latency.mean_ns");
  });
}

constexpr const char* kMissingWrite =
    "accesses { op: WRITE size_bytes: 64 stride_bytes: 4096 region_bytes: 33554432 } ";
constexpr const char* kHittingWrite = "accesses { op: WRITE size_bytes: 64 } ";
constexpr const char* kHittingRead = "accesses { op: READ size_bytes: 64 offset_bytes: 33554432 } ";

// The read hits the IOTLB and took 553 ns whatever was before it.
TEST(OrderLaw, AReadBehindAMissingWriteTakesAtLeastTheWritesTranslation) {
  const double read = PacketOf(kHittingRead);
  const double walk = PacketOf(kMissingWrite) - PacketOf(kHittingWrite);
  ASSERT_GT(walk, 100);
  const double both = PacketOf(std::string(kMissingWrite) + kHittingRead);
  EXPECT_GE(both, read + walk);
  EXPECT_LT(both, read + walk + 20) << "and no more than the write's way over the wire";
}

// One PASID's requests are ordered all the same; neither attribute helps a read of the tenant that wrote.
TEST(OrderLaw, NeitherRelaxedNorIdBasedOrderingLetsAReadPassItsOwnTenantsWrite) {
  const double both = PacketOf(std::string(kMissingWrite) + kHittingRead);
  std::string relaxed = kMissingWrite;
  relaxed.replace(relaxed.rfind('}'), 1, "relaxed_ordering: true }");
  EXPECT_DOUBLE_EQ(PacketOf(relaxed + kHittingRead), both);
  EXPECT_DOUBLE_EQ(
      PacketOf(std::string(kMissingWrite) + kHittingRead, {"nodes[name=dsa0].endpoint.port.id_based_ordering=true"}),
      both);
}

// Mean latency of tenants that read one page each, beside one that writes to page after page, by the same device
// without ATS. Interrupt messages have no PASID, and would wait for every older write all the same.
double ReadersBesideAWriter(bool id_based_ordering) {
  return InAProcessOfItsOwn([id_based_ordering] {
    const Results results = testing::RunText(
        R"(platform_file: "configs/platforms/no_ats_gen5x16.txtpb"
        workload {
          tenant_classes { name: "readers" tenants: 4 endpoint: "dsa0" queues: "swq0" jobs { op: READ size_bytes: 64 }
                           working_set_bytes: 4096 address_space { stages: FIRST } }
          tenant_classes { name: "writer" tenants: 1 endpoint: "dsa0" queues: "dwq0" queue_depth: 16
                           jobs { op: WRITE size_bytes: 64 } pattern: SEQUENTIAL alignment_bytes: 4096
                           working_set_bytes: 67108864 address_space { stages: FIRST } } }
        run { seed: 1 warmup_us: 50 duration_us: 500 })",
        {std::string("nodes[name=dsa0].endpoint.port.id_based_ordering=") + (id_based_ordering ? "true" : "false")});
    EXPECT_EQ(results.Metric("job.failed"), 0);
    return results.Metric("class.readers.job.latency.mean_ns");
  });
}

TEST(OrderLaw, IdBasedOrderingSparesATenantAnothersMisses) {
  EXPECT_LT(ReadersBesideAWriter(true), 0.9 * ReadersBesideAWriter(false));
}

}  // namespace
}  // namespace siov
