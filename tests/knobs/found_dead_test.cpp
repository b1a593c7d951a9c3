// SPDX-License-Identifier: Apache-2.0
// Fields that once did nothing, each with what it has to do: whole platforms from configuration files.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/knobs/forked_runs.h"

namespace siov::testing {
namespace {

constexpr char kBusy[] = "tests/knobs/bases/busy.txtpb";

SmallRun Busy(std::vector<std::string> overrides) { return {kBusy, std::move(overrides), true}; }

// Of one run: a statistic, or "mean of CLASS" in nanoseconds.
double Told(const RunMarks& run, const std::string& what) {
  const auto found = run.marks.find(what);
  if (found != run.marks.end()) return std::stod(found->second);
  ADD_FAILURE() << "nothing is told of " << what << "; " << run.failure;
  return 0;
}

RunMarks MarksOf(const SmallRun& run) { return RunForked({run}, 1).at(run); }

// It was never read: every submission went to the portal that knows no threshold.
TEST(FoundDead, AThresholdBoundsWhatSubmittersPutIntoASharedQueue) {
  const RunMarks run = MarksOf(Busy({"nodes[name=dsa0].endpoint.swq_arbiter.queues[name=shared].threshold=2"}));
  EXPECT_EQ(Told(run, "dsa0.swq_arbiter.shared.occupancy.max"), 2);
  EXPECT_GT(Told(run, "dsa0.swq_arbiter.shared.retries"), 0);
}

// No packet ever carried a traffic class but 0, so TRAFFIC_CLASS was first come, first served.
TEST(FoundDead, AHigherTrafficClassIsServedFirstByTheWalkers) {
  const std::vector<std::string> crowd = {"nodes[name=iommu0].iommu.page_walker.order=TRAFFIC_CLASS",
                                          "nodes[name=iommu0].iommu.page_walker.walkers=1",
                                          "tenant_classes[name=device].think_time.mean_ns=1000", "run.job_limit=2000"};
  const auto mean_of_third = [&crowd](int traffic_class) {
    std::vector<std::string> overrides = crowd;
    overrides.push_back("nodes[name=nic1].endpoint.swq_arbiter.queues[name=dma].traffic_class=" +
                        std::to_string(traffic_class));
    return Told(MarksOf(Busy(overrides)), "mean of third");
  };
  EXPECT_LT(mean_of_third(7), 0.8 * mean_of_third(0));
}

// Every cache drew its victims from the same stream, whatever the seed.
TEST(FoundDead, RandomReplacementFollowsTheSeedOfTheRun) {
  const auto run_of = [](const std::string& policy, int seed) {
    return SmallRun{"tests/knobs/bases/replay.txtpb",
                    {"nodes[name=dsa0].endpoint.atc.policy=" + policy, "run.seed=" + std::to_string(seed),
                     "nodes[name=dsa0].endpoint.atc.ways=0"},
                    false};
  };
  const auto mark = [&run_of](const char* policy, int seed) { return MarksOf(run_of(policy, seed)).marks["run"]; };
  EXPECT_EQ(mark("LRU", 1), mark("LRU", 2)) << "the seed decides something else, too";
  EXPECT_NE(mark("RANDOM", 1), mark("RANDOM", 2));
}

// It was a second name for the ATC's page_requests and refused together with them.
TEST(FoundDead, JobsThatDoNotBlockOnFaultsSendNoPageRequests) {
  const RunMarks run = MarksOf(Busy({"nodes[name=dsa0].endpoint.engine.block_on_fault=false"}));
  EXPECT_EQ(Told(run, "dsa0.atc.page_requests"), 0);
  EXPECT_GT(Told(run, "dsa0.engine.jobs_page_fault"), 0);
}

}  // namespace
}  // namespace siov::testing
