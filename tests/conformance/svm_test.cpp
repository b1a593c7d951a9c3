// SPDX-License-Identifier: Apache-2.0
// Shared virtual memory: no pinning, pages on demand, host and guest alike.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

double Value(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return -1;
}

// One tenant writes a page of its own again and again; nothing was ever touched.
ResolvedExperiment OnDemand(std::uint64_t jobs) {
  ResolvedExperiment experiment = testing::SmallExperiment(1, JobOp::kWrite, 4096);
  experiment.traffic.classes[0].working_set_bytes = 4096;
  experiment.traffic.classes[0].alignment_bytes = 4096;
  experiment.traffic.job_limit = jobs;
  experiment.address_spaces[0].resident_fraction = 0.0;
  return experiment;
}

TEST(Conformance, SVM_01_UntouchedBufferIsFaultedInOnceAndNothingIsPinned) {
  const Results results = RunExperiment(OnDemand(20), RunOptions{});
  EXPECT_EQ(results.Metric("job.completed"), 20);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(results.Metric("job.faults"), 2);  // the buffer and the page of completion records, never again
  EXPECT_EQ(Value(results, "host0.fault_service", "minor_faults"), 2);
  EXPECT_EQ(Value(results, "host0.fault_service", "resident_bytes.max"), 2 * 4096);
  EXPECT_EQ(Value(results, "host0.fault_service", "copied_bytes"), 0);
  EXPECT_EQ(results.Metric("memory.pinned_bytes"), 0);
  EXPECT_EQ(results.Metric("memory.pin_ns"), 0);
}

TEST(Conformance, SVM_01_PinnedBuffersCostUpFrontAndNeverFault) {
  ResolvedExperiment experiment = OnDemand(20);
  experiment.address_spaces[0].resident_fraction = 1.0;
  experiment.platform.host.config.faults.pin_page_ps = 200 * kPsPerNs;
  experiment.memory_at_start = {1024 * 4096, 1024 * 4096, 1024};
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.faults"), 0);
  EXPECT_EQ(results.Metric("memory.pinned_bytes"), 1024 * 4096);
  EXPECT_EQ(results.Metric("memory.pin_ns"), 1024 * 200);
  EXPECT_EQ(results.Metric("memory.resident_bytes"), 1024 * 4096);
}

// Pages read back from elsewhere: the host copies them, the device still uses the tenant's own buffer.
TEST(Conformance, SVM_01_MajorFaultsReadThePageBack) {
  ResolvedExperiment experiment = OnDemand(5);
  experiment.platform.host.config.faults.major_fraction = 1.0;
  experiment.platform.host.config.faults.major_service = Distribution::Constant(80'000.0 * kPsPerNs);
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(Value(results, "host0.fault_service", "major_faults"), 2);
  EXPECT_EQ(Value(results, "host0.fault_service", "copied_bytes"), 2 * 4096);
  EXPECT_GT(results.Metric("job.latency.max_ns"), 160'000);
}

// Counts of everything the device did; its times are not compared.
std::string DeviceTrace(const Results& results) {
  std::string trace;
  for (const StructureRow& row : results.structures) {
    const bool device = row.block.rfind("dsa0.atc", 0) == 0 || row.block == "dsa0.engine";
    const bool count = row.unit == "requests" || row.unit == "responses" || row.unit == "groups" ||
                       row.unit == "jobs" || row.unit == "bytes" || row.unit == "lookups";
    if (!device || !count || row.value == 0 || row.statistic.find('.') != std::string::npos) continue;
    trace += row.block + "." + row.statistic + "=" + std::to_string(std::llround(row.value)) + "\n";
  }
  return trace;
}

// Two faults: of the buffer's page, for which all pieces of the first job wait, and of the page of completion records.
constexpr char kDeviceTrace[] =
    "dsa0.atc.hits=323\n"
    "dsa0.atc.misses=17\n"
    "dsa0.atc.merged=15\n"
    "dsa0.atc.translation_requests=4\n"
    "dsa0.atc.no_access_answers=2\n"
    "dsa0.atc.page_requests=2\n"
    "dsa0.atc.page_groups=2\n"
    "dsa0.engine.jobs_succeeded=20\n"
    "dsa0.engine.writes=320\n"
    "dsa0.engine.bytes_written=81920\n";

// The device cannot tell a host's process from a guest's: one stage is served by the host, nested faults by the guest.
void ExpectTrace(TranslationStages stages, const std::string& served_by) {
  ResolvedExperiment experiment = OnDemand(20);
  AddressSpaceClass& space = experiment.address_spaces[0];
  space.stages = stages;
  if (stages == TranslationStages::kNested) space.second_format = TableFormat::kX86FourLevel;
  experiment.platform.host.config.faults.guest_inject_ps = 2'000 * kPsPerNs;
  experiment.platform.host.config.faults.guest_service = Distribution::Constant(7'000.0 * kPsPerNs);
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.faults"), 2);
  EXPECT_EQ(Value(results, "host0.fault_service", "guest_groups"), served_by == "guest" ? 2 : 0);
  EXPECT_EQ(DeviceTrace(results), kDeviceTrace);
}
TEST(Conformance, SVM_02_HostsProcessIsServedByTheHost) { ExpectTrace(TranslationStages::kFirstOnly, "host"); }
TEST(Conformance, SVM_02_GuestsProcessLooksTheSameToTheDevice) { ExpectTrace(TranslationStages::kNested, "guest"); }

}  // namespace
}  // namespace siov
