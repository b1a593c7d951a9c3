// SPDX-License-Identifier: Apache-2.0
// With nothing else going on, every kind of request takes exactly what the platform graph computes for it, to the
// picosecond. Graph and simulator share no code, only the resolved platform.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "platforms/graph/zero_load.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

Picoseconds MetricPs(const Results& results, const char* metric) {
  return static_cast<Picoseconds>(std::llround(results.Metric(metric) * static_cast<double>(kPsPerNs)));
}

// One tenant, one job at a time, always the same page after the warm-up. Returns the latency all measured jobs share.
Picoseconds OnlyLatency(ResolvedExperiment experiment) {
  experiment.run.warmup_ps = 200 * kPsPerUs;
  experiment.run.duration_ps = 200 * kPsPerUs;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_GT(results.Metric("job.completed"), 5);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_EQ(MetricPs(results, "job.latency.min_ns"), MetricPs(results, "job.latency.max_ns"));
  return MetricPs(results, "job.latency.max_ns");
}

ResolvedExperiment OnePage(const JobShape& shape) {
  ResolvedExperiment experiment = testing::SmallExperiment(1, shape.op, shape.size_bytes);
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.working_set_bytes = kPage4K;
  tenants.alignment_bytes = 512;
  tenants.wants_interrupt = shape.interrupt;
  tenants.think_time = Distribution::Constant(5.0 * kPsPerUs);  // everything of the last job has settled
  if (!shape.shared_queue) experiment.platform.endpoints[0].arbiter.queues[0].mode = QueueMode::kDedicated;
  return experiment;
}

std::string Listing(const ZeroLoadPath& path) { return path.name; }

class WholeJob : public ::testing::TestWithParam<JobShape> {};

TEST_P(WholeJob, TakesTheShortestPathWithAnAtc) {
  const ResolvedExperiment experiment = OnePage(GetParam());
  const ZeroLoadPath path = ZeroLoad(experiment.platform, 0).WholeJob(GetParam());
  EXPECT_EQ(OnlyLatency(experiment), path.total_ps) << Listing(path);
}

TEST_P(WholeJob, TakesTheShortestPathWithoutAtc) {
  ResolvedExperiment experiment = OnePage(GetParam());
  experiment.platform.endpoints[0].atc.reset();
  const ZeroLoadPath path = ZeroLoad(experiment.platform, 0).WholeJob(GetParam());
  EXPECT_EQ(OnlyLatency(experiment), path.total_ps) << Listing(path);
}

constexpr JobShape kShapes[] = {
    {JobOp::kNoop, 0, true, false},   {JobOp::kNoop, 0, true, true},     {JobOp::kNoop, 0, false, false},
    {JobOp::kRead, 64, true, false},  {JobOp::kRead, 512, true, false},  {JobOp::kRead, 256, false, true},
    {JobOp::kWrite, 64, true, false}, {JobOp::kWrite, 256, false, true}, {JobOp::kFill, 128, true, false},
    {JobOp::kMove, 64, true, false},  {JobOp::kMove, 256, true, true},   {JobOp::kMove, 256, false, false},
};

std::string ShapeName(const ::testing::TestParamInfo<JobShape>& info) {
  constexpr const char* kOps[] = {"Noop", "Read", "Write", "Move", "Fill"};
  const JobShape& shape = info.param;
  return kOps[static_cast<std::size_t>(shape.op)] + std::to_string(shape.size_bytes) +
         (shape.shared_queue ? "Shared" : "Dedicated") + (shape.interrupt ? "Interrupt" : "Poll");
}

INSTANTIATE_TEST_SUITE_P(UnloadedLatency, WholeJob, ::testing::ValuesIn(kShapes), ShapeName);

// --- Translation: what a job takes longer than when everything hits
// ------------------------------------------------------

constexpr JobShape kRead64{JobOp::kRead, 64, true, false};

// The record's page always hits: only the read is translated anew.
ResolvedExperiment NewPageEachTime() {
  ResolvedExperiment experiment = OnePage(kRead64);
  TenantClassConfig& tenants = experiment.traffic.classes[0];
  tenants.pattern = AddressPattern::kSequential;
  tenants.alignment_bytes = kPage4K;
  tenants.working_set_bytes = std::uint64_t{1} << 32;
  return experiment;
}

Picoseconds Extra(const ResolvedExperiment& experiment) {
  const Picoseconds hit = ZeroLoad(experiment.platform, 0).WholeJob(kRead64).total_ps;
  return OnlyLatency(experiment) - hit;
}

TEST(UnloadedLatency, ColdWalkBehindAnAtcMissForEveryTableFormat) {
  const ResolvedExperiment experiment = NewPageEachTime();
  const ZeroLoad graph(experiment.platform, 0);
  EXPECT_EQ(Extra(experiment), graph.AtsCold(ColdWalk(experiment.address_spaces[0])).total_ps);
}

TEST(UnloadedLatency, NestedColdWalkBehindAnAtcMiss) {
  ResolvedExperiment experiment = NewPageEachTime();
  experiment.address_spaces[0].stages = TranslationStages::kNested;
  experiment.address_spaces[0].second_format = TableFormat::kX86FourLevel;
  const WalkReads walk = ColdWalk(experiment.address_spaces[0]);
  EXPECT_EQ(walk.table, 24u);
  EXPECT_EQ(Extra(experiment), ZeroLoad(experiment.platform, 0).AtsCold(walk).total_ps);
}

TEST(UnloadedLatency, ColdWalkOfAnUntranslatedRead) {
  ResolvedExperiment experiment = NewPageEachTime();
  experiment.platform.endpoints[0].atc.reset();
  const ZeroLoad graph(experiment.platform, 0);
  const WalkReads walk = ColdWalk(experiment.address_spaces[0]);
  EXPECT_EQ(Extra(experiment), graph.UntranslatedReadCold(64, walk).total_ps - graph.UntranslatedRead(64).total_ps);
}

TEST(UnloadedLatency, TranslationRequestThatHitsTheIotlb) {
  ResolvedExperiment experiment = OnePage(kRead64);
  experiment.platform.endpoints[0].atc->geometry =
      testing::Cache(1);  // the record's page and the read's evict each other
  const ZeroLoad graph(experiment.platform, 0);
  EXPECT_EQ(Extra(experiment), 2 * graph.AtsHit().total_ps);  // read and record
}

TEST(UnloadedLatency, PageRequestToGroupResponse) {
  ResolvedExperiment experiment = NewPageEachTime();
  experiment.address_spaces[0].resident_fraction = 0.0;
  const ZeroLoad graph(experiment.platform, 0);
  const Picoseconds walk = graph.AtsCold(ColdWalk(experiment.address_spaces[0])).total_ps;
  EXPECT_EQ(Extra(experiment), 2 * walk + graph.PageRequest().total_ps);  // asked, faulted, asked again
}

}  // namespace
}  // namespace siov
