// SPDX-License-Identifier: Apache-2.0
// The ports of a stack: a switch of the root complex itself, joined to it on the die, whose rate all its ports share.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/resolve/load_experiment.h"
#include "tests/law/unloaded.h"

namespace siov {
namespace {

using Overrides = std::vector<std::string>;

// Two devices, each on a port of its own that carries 57 GB/s; 8 GB/s lie between their ports and the fabric.
ResolvedExperiment Load(const std::string& jobs, std::uint32_t tenants_of_one, std::uint32_t tenants_of_other) {
  const auto tenants = [&jobs](const char* name, const char* device, const char* queue, std::uint32_t count) {
    return std::string("{name: \"") + name + "\" endpoint: \"" + device + "\" queues: \"" + queue +
           "\" tenants: " + std::to_string(count) + " jobs: {" + jobs + "} working_set_bytes: 4096}";
  };
  std::string classes = tenants("one", "dsa0", "shared", tenants_of_one);
  if (tenants_of_other != 0) classes += "," + tenants("other", "dsa1", "shared1", tenants_of_other);
  const Overrides overrides = {
      "run={seed: 1 warmup_us: 50 duration_us: 1000}",
      "links[name=rp0-sw0]={name: \"rp0-sw0\" a: \"rp0\" b: \"sw0\" on_die { gbytes_per_second: 8 latency_ns: 5 "
      "max_payload_bytes: 256 max_read_request_bytes: 512 }}",
      "nodes[name=sw0].pcie_switch.latency_ns=0",
      "nodes[name=sw1].pcie_switch.latency_ns=0",
      "nodes[name=dsa0].endpoint.engine.jobs_per_engine=16",
      "nodes[name=dsa1].endpoint.engine.jobs_per_engine=16",
      "workload.tenant_classes=[" + classes + "]"};
  LoadedExperiment loaded = LoadExperiment("tests/seam/two_switched.txtpb", overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return std::move(loaded.experiment);
}

std::string Large(const std::string& op) { return "op: " + op + " size_bytes: 4096"; }

double BytesPerSecond(const Results& results, const char* of) {
  return results.Metric(std::string("class.") + of + ".job.goodput_bytes_per_s");
}

// Of 272 bytes, a header and data, 256 are payload; records, requests and interrupts take a little.
constexpr double kRate = 8e9 * 256 / 272;

class PortStackLaw : public ::testing::TestWithParam<const char*> {};

TEST_P(PortStackLaw, TwoPortsShareItsRate) {
  const Results results = RunExperiment(Load(Large(GetParam()), 16, 16), RunOptions{});
  EXPECT_TRUE(results.conservation.violations.empty());
  const double one = BytesPerSecond(results, "one");
  const double other = BytesPerSecond(results, "other");
  EXPECT_LT(one + other, kRate);
  EXPECT_GT(one + other, 0.95 * kRate);
  EXPECT_NEAR(one / other, 1, 0.1);
}

TEST_P(PortStackLaw, OneAloneHasAllOfIt) {
  const Results results = RunExperiment(Load(Large(GetParam()), 32, 0), RunOptions{});
  EXPECT_TRUE(results.conservation.violations.empty());
  EXPECT_LT(BytesPerSecond(results, "one"), kRate);
  EXPECT_GT(BytesPerSecond(results, "one"), 0.95 * kRate);
}

INSTANTIATE_TEST_SUITE_P(All, PortStackLaw, ::testing::Values("READ", "WRITE"));

TEST(PortStackLaw, AJobAloneTakesWhatTheGraphSays) {
  ResolvedExperiment experiment = Load("op: READ size_bytes: 64", 1, 0);
  experiment.run.warmup_ps = 0;  // its few jobs are over before
  EXPECT_EQ(testing::WarmJob(experiment), testing::ByGraph(experiment));
}

}  // namespace
}  // namespace siov
