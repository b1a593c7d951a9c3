// SPDX-License-Identifier: Apache-2.0
// What one tenant's late translations may do to another: nothing inside a device, where order is owed within a job
// stream only.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace siov {
namespace {

// Mean latency of the quiet tenants, whose pages are pinned, beside a storm on a queue and engines of its own.
double QuietBeside(const std::string& paging) {
  const std::string arbiter = "nodes[name=dsa0].endpoint.swq_arbiter.";
  LoadedExperiment loaded =
      LoadExperiment("configs/experiments/fault_storm.txtpb",
                     {arbiter + "groups=2", arbiter + "queues[name=swq1].group=1",
                      "nodes[name=dsa0].endpoint.engine={ group_of_engine: [0, 0, 1, 1] jobs_per_engine: 16 "
                      "read_buffers: 96 device_gbytes_per_second: 30 }",
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

}  // namespace
}  // namespace siov
