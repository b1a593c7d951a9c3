// SPDX-License-Identifier: Apache-2.0
// Small reads beside large ones of the same device, or of another that shares a link with it: each completion is a
// packet of its own, so what stands between a small read and its answer is one such packet, not a large read.
#include <gtest/gtest.h>

#include "models/fabric/link/link_core.h"
#include "platforms/resolve/load_experiment.h"
#include "tests/law/unloaded.h"

namespace siov {
namespace {

using Overrides = std::vector<std::string>;

// One tenant that reads 64 bytes now and then, and those that read 4 KiB over and over, which keep the wire of `slow`
// busy. Requests, submissions and records are few and small beside it.
ResolvedExperiment Load(const std::string& slow, const std::string& large_device, const std::string& large_queue,
                        std::uint32_t large_tenants) {
  Overrides overrides = {
      "run={seed: 1 warmup_us: 50 duration_us: 4000}", "links[name=" + slow + "].pcie.lanes=1",
      "workload.tenant_classes[name=tenants]={endpoint: \"dsa0\" queues: \"shared\" tenants: 1 "
      "jobs: {op: READ size_bytes: 64} working_set_bytes: 4096 arrivals: POISSON jobs_per_second: 30000}",
      "workload.tenant_classes[name=others]={endpoint: \"" + large_device + "\" queues: \"" + large_queue +
          "\" tenants: " + std::to_string(large_tenants) +
          " jobs: {op: READ size_bytes: 4096} working_set_bytes: 4096}"};
  for (const char* link : {"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
    overrides.push_back(std::string("links[name=") + link + "].pcie.max_read_request_bytes=4096");
  }
  for (const char* device : {"dsa0", "dsa1"}) {
    const std::string engine = std::string("nodes[name=") + device + "].endpoint.engine.";
    overrides.push_back(engine + "jobs_per_engine=32");
    overrides.push_back(engine + "read_buffers=64");
  }
  LoadedExperiment loaded = LoadExperiment("tests/seam/two_switched.txtpb", overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return std::move(loaded.experiment);
}

double WaitNs(const Results& results, const char* statistic) {
  return results.Metric("class.tenants.job." + std::string(statistic));
}

struct Case {
  const char* slow;
  const char* large_device;
  const char* large_queue;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.slow << " " << one.large_device; }

class CompletionLaw : public ::testing::TestWithParam<Case> {};

// Downstream the small job meets the large ones' completions twice: with its submission, and with its answer.
TEST_P(CompletionLaw, ASmallReadWaitsForOnePacketNotForALargeRead) {
  const Case& one = GetParam();
  const ResolvedExperiment crowded = Load(one.slow, one.large_device, one.large_queue, 6);
  LinkConfig link;
  for (const ResolvedLink& each : crowded.platform.links) {
    if (each.name == one.slow) link = each.config;
  }
  const LinkFormat format(link);
  const double packet_ns = static_cast<double>(format.rate().TimeFor(276)) / kPsPerNs;
  const double read_ns = 16 * packet_ns;
  const double alone = static_cast<double>(testing::ByGraph(crowded)) / kPsPerNs;  // of class 0
  const Results results = RunExperiment(crowded, RunOptions{});
  EXPECT_TRUE(results.conservation.violations.empty());
  EXPECT_GT(WaitNs(results, "completed"), 80);
  EXPECT_GT(WaitNs(results, "latency.max_ns"), alone + packet_ns) << "they did not meet";
  EXPECT_LT(WaitNs(results, "latency.max_ns"), alone + 4 * packet_ns);
  EXPECT_LT(4 * packet_ns, read_ns / 2);
}

INSTANTIATE_TEST_SUITE_P(All, CompletionLaw,
                         ::testing::Values(Case{"rp0-sw0", "dsa0", "shared"}, Case{"rp0-sw0", "dsa1", "shared1"}));

}  // namespace
}  // namespace siov
