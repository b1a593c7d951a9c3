// SPDX-License-Identifier: Apache-2.0
// One tenant with one job at a time, as it is simulated and as the platform's graph gives it.
#ifndef SIOV_TESTS_LAW_UNLOADED_H_
#define SIOV_TESTS_LAW_UNLOADED_H_

#include <gtest/gtest.h>

#include <cmath>

#include "platforms/graph/zero_load.h"
#include "platforms/run/run.h"

namespace siov::testing {

inline Picoseconds Picos(double ns) { return static_cast<Picoseconds>(std::llround(ns * 1000)); }

inline Picoseconds WarmJob(ResolvedExperiment experiment) {
  experiment.traffic.job_limit = 40;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.failed"), 0);
  return Picos(results.Metric("job.latency.min_ns"));
}

inline Picoseconds FirstJob(ResolvedExperiment experiment) {
  experiment.traffic.job_limit = 1;
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.completed"), 1);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  return Picos(results.Metric("job.latency.max_ns"));
}

inline JobShape ShapeOf(const ResolvedExperiment& experiment) {
  const TenantClassConfig& tenant = experiment.traffic.classes[0];
  const ResolvedEndpoint& device = experiment.platform.endpoints[tenant.endpoint];
  const WorkQueueConfig& queue = device.arbiter.queues[tenant.queues[0].value()];
  return {tenant.jobs[0].op,
          tenant.jobs[0].size_bytes,
          queue.mode == QueueMode::kShared,
          tenant.wants_interrupt,
          tenant.origin == JobOrigin::kDevice,
          tenant.mapping == BufferMapping::kStreaming,
          ColdWalk(experiment.address_spaces[0], experiment.platform.iommus[0].page_walker)};
}

inline Picoseconds ByGraph(const ResolvedExperiment& experiment) {
  const MemoryHomes homes = HomesOf(experiment.address_spaces[0]);
  return ZeroLoad(experiment.platform, experiment.traffic.classes[0].endpoint, homes)
      .WholeJob(ShapeOf(experiment))
      .total_ps;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_LAW_UNLOADED_H_
