// SPDX-License-Identifier: Apache-2.0
// Runs of which the verdict once named what is full and not what limits, or nothing at all; and bounds that knew of no
// limit where there was one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/configured_run.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Moves of a cache line on a device with room for many, by the class t.
Results RunMoves(const std::vector<std::string>& of_class, const std::vector<std::string>& of_host = {},
                 const std::string& run = "warmup_us: 20 duration_us: 200") {
  std::vector<std::string> overrides;
  for (const std::string& one : of_class) overrides.push_back("workload.tenant_classes[name=t]." + one);
  for (const std::string& one : of_host) overrides.push_back("nodes[name=host0].host." + one);
  return testing::RunText(R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      workload { tenant_classes { name: "t" endpoint: "dsa0" queues: "swq0" jobs { op: MOVE size_bytes: 64 }
                                  working_set_bytes: 4096 } } run { seed: 1 )" +
                              run + " }",
                          overrides);
}

void ExpectReached(const Results& results, const std::string& limit, double least = 0.95) {
  const double reached = results.Metric("job.throughput_per_s") / results.bound_jobs_per_s;
  EXPECT_THAT(results.bound_bottleneck, HasSubstr(limit));
  EXPECT_GE(reached, least) << results.bound_jobs_per_s;
  const double allowed = results.bound_jobs_per_s * ToSeconds(results.measured_ps);
  EXPECT_LE(reached * allowed, allowed + 1 + static_cast<double>(results.begun_before)) << results.bound_jobs_per_s;
}

// Every job read stale data, and the verdict said nothing of it.
TEST(VerdictCausesLaw, JobsThatReadWhatNoFenceMadeVisibleAreCountedFirst) {
  const Results results = RunMoves({"fence=false"}, {"store_drain_ns=2000"});
  ASSERT_EQ(results.Statistic("host0", "undef.early_reads"), results.Metric("job.completed"));
  const auto jobs = std::to_string(static_cast<int>(results.Metric("job.completed")));
  EXPECT_THAT(results.warnings, Contains(HasSubstr("host0.undef.early_reads counts " + jobs + " jobs: jobs whose")));
  EXPECT_EQ(results.sentences.front(), results.warnings.front());
}

TEST(VerdictCausesLaw, AFenceLeavesNothingToWarnOf) {
  EXPECT_THAT(RunMoves({"fence=true"}, {"store_drain_ns=2000"}).warnings, Not(Contains(HasSubstr("early_reads"))));
}

// 64 vCPUs counted, of which the interrupts of one tenant reach one: "Nothing is saturated", of a bound 23 times too
// high.
TEST(VerdictCausesLaw, TheOneVcpuThatATenantInterruptsIsFull) {
  const Results results = RunMoves({"wants_interrupt=true", "queue_depth=64"});
  EXPECT_EQ(results.measured_bottleneck, "host0.vcpus_busy");
  EXPECT_THAT(results.sentences.back(), HasSubstr("% busy of the 1 of 64 that interrupts reach)"));
  ExpectReached(results, "host0 interrupt handlers of t");
}

TEST(VerdictCausesLaw, AsManyVcpusAreFullAsTenantsInterrupt) {
  const Results results = RunMoves({"wants_interrupt=true", "queue_depth=32", "tenants=3"});
  EXPECT_EQ(results.measured_bottleneck, "host0.vcpus_busy");
  EXPECT_THAT(results.sentences.back(), HasSubstr("% busy of the 3 of 64 that interrupts reach)"));
  ExpectReached(results, "host0 interrupt handlers of t");
}

// A CPU that spins is held until its next look: 12 % of the bound were reached.
TEST(VerdictCausesLaw, ABoundKnowsHowSeldomASpinningThreadLooks) {
  const Results results =
      RunMoves({"waiting=SPIN", "tenants=4"}, {"cpus=1", "poll_interval_ns=10000"}, "warmup_us: 100 duration_us: 1000");
  EXPECT_EQ(results.measured_bottleneck, "host0.cpus_busy");
  ExpectReached(results, "host0 submitting cpus");
}

TEST(VerdictCausesLaw, ASpinningThreadOfADedicatedQueueLooksSeveralTimes) {
  const Results results = RunMoves({"waiting=SPIN", "queues=[\"dwq0\"]"}, {"poll_interval_ns=300"});
  ExpectReached(results, "load of t", 0.99);
}

// As many jobs as places: all are taken, and nobody waits for one.
TEST(VerdictCausesLaw, APoolThatNobodyWaitsForIsNotBlamed) {
  const Results results = RunMoves({"queues=[\"dwq0\"]", "queue_depth=64"});
  ASSERT_EQ(results.Statistic("host0", "credit_waiting.max"), 0);
  ASSERT_GT(results.Statistic("host0", "credits_used.mean"), 63);
  EXPECT_EQ(results.measured_bottleneck, "none");
  EXPECT_THAT(results.sentences.back(), Not(HasSubstr("credits_used")));
}

TEST(VerdictCausesLaw, PlacesThatSomebodyWaitsForAreBlamed) {
  const Results results = RunMoves({"queues=[\"dwq0\"]", "queue_depth=80"});
  EXPECT_EQ(results.measured_bottleneck, "host0.credits_used") << results.sentences.back();
}

// Threads that spin hold a CPU each, and no job waits for one.
TEST(VerdictCausesLaw, CpusThatNobodyWaitsForAreNotBlamed) {
  const Results results = RunMoves({"waiting=SPIN", "tenants=2"}, {"cpus=2"});
  EXPECT_EQ(results.measured_bottleneck, "none") << results.sentences.back();
}

class OneSlot : public ::testing::TestWithParam<const char*> {};

// One write in 100 ns, whatever the number of CPUs; the CPUs or the queue's places were blamed.
TEST_P(OneSlot, OfAPortalIsTheBottleneck) {
  const Results results =
      RunMoves({"queues=[\"dwq0\"]", "queue_depth=64"}, {"portal_slots=1", std::string("cpus=") + GetParam()});
  EXPECT_EQ(results.measured_bottleneck, "host0.portal_slots") << results.sentences.back();
  ExpectReached(results, "host0 portal slots of t", 0.999);
}
INSTANTIATE_TEST_SUITE_P(Cpus, OneSlot, ::testing::Values("1", "2", "56", "112", "0"));

TEST(VerdictCausesLaw, FreeSlotsAreNotBlamed) {
  const Results results = RunMoves({"queues=[\"dwq0\"]", "queue_depth=64"}, {"cpus=1"});
  EXPECT_EQ(results.measured_bottleneck, "host0.cpus_busy") << results.sentences.back();
}

// CPUs full of submissions that a full queue turns away: more of them would bring more of those.
TEST(VerdictCausesLaw, CpusBusyWithRetriesAreFilledByWhatKeepsTheQueueFull) {
  const Results results = RunMoves({"tenants=2048"}, {}, "warmup_us: 500 duration_us: 1000");
  EXPECT_THAT(results.measured_bottleneck, Not(HasSubstr("host0"))) << results.sentences.back();
  EXPECT_THAT(results.sentences.back(), HasSubstr("swq0.occupancy ("));
  EXPECT_THAT(results.sentences.back(), HasSubstr("host0.cpus_busy (100.0 % busy)"));
}

// An empty queue was the bottleneck of commands that no portal took.
TEST(VerdictCausesLaw, CommandsToNobodysPortalAreNotPutDownToAnEmptyQueue) {
  const Results results = RunMoves({"submission_fault=NO_PORTAL"}, {"retry_limit=5"});
  EXPECT_EQ(results.measured_bottleneck, "none");
  EXPECT_THAT(results.warnings, Contains(HasSubstr("Submissions went where nobody takes them, and reached no queue: "
                                                   "host0.no_portal counts ")));
  EXPECT_THAT(results.sentences.back(), Not(HasSubstr("occupancy")));
}

TEST(VerdictCausesLaw, WithoutAJobNothingIsTheBottleneck) {
  const Results results = RunMoves({"submission_fault=NO_PORTAL"});
  ASSERT_EQ(results.Metric("job.completed"), 0);
  EXPECT_EQ(results.measured_bottleneck, "none");
  EXPECT_THAT(results.warnings, Contains(HasSubstr("host0.no_portal counts ")));
}

}  // namespace
}  // namespace siov
