// SPDX-License-Identifier: Apache-2.0
// Page requests in whole runs, as a configuration sets them up: overflow, credits, profiles, several devices, and what
// becomes of the same faults without page requests (docs/requirements/pri.md).
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

// 16 tenants of a device read pages that nobody has touched, all at once.
ResolvedExperiment Faulting(std::uint64_t jobs = 64) {
  ResolvedExperiment experiment = testing::SmallExperiment(16, JobOp::kRead, 4096);
  experiment.traffic.classes[0].working_set_bytes = 64 << 10;
  experiment.traffic.classes[0].alignment_bytes = 4096;
  experiment.traffic.job_limit = jobs;
  experiment.address_spaces[0].resident_fraction = 0.0;
  experiment.run.duration_ps = kNever;
  experiment.platform.endpoints[0].engine.jobs_per_engine = 16;
  return experiment;
}

struct Outcome {
  Results results;
  std::map<std::string, double> values;
  double operator[](const std::string& name) const {
    const auto found = values.find(name);
    if (found == values.end()) ADD_FAILURE() << "no statistic " << name;
    return found == values.end() ? -1 : found->second;
  }
};

Outcome RunOf(const ResolvedExperiment& experiment) {
  Outcome outcome{RunExperiment(experiment, RunOptions{}), {}};
  for (const StructureRow& row : outcome.results.structures) {
    outcome.values[row.block + "." + row.statistic] = row.value;
  }
  return outcome;
}

void UseRiscv(ResolvedExperiment* experiment) {
  ResolvedIommu& iommu = experiment->platform.iommus[0];
  iommu.iotlb.profile = iommu.page_walker.profile = iommu.fault_recording.profile = IommuProfile::kRiscv;
  iommu.pri_queue.riscv = true;
  iommu.pri_queue.descriptor_bytes = 16;
  experiment->platform.root_ports[0].config.profile = IommuProfile::kRiscv;
}

TEST(Conformance, PRI_02_FewCreditsMakeFaultsWaitAndLoseNone) {
  ResolvedExperiment experiment = Faulting();
  experiment.platform.endpoints[0].atc->pri.allocation = 2;
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.completed"), 64);
  EXPECT_EQ(outcome.results.Metric("job.failed"), 0);
  EXPECT_LE(outcome["iommu0.pri_queue.ring.max"], 2);
}

// The ring holds one request; the others are answered Success by the hardware, ask for the translation again and then
// for the page again.
TEST(Conformance, PRI_11_AWholeRunSurvivesOverflows) {
  ResolvedExperiment experiment = Faulting();
  experiment.platform.iommus[0].pri_queue.entries = 2;
  experiment.platform.endpoints[0].atc->pri.retry_limit = 60'000;
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.completed"), 64);
  EXPECT_EQ(outcome.results.Metric("job.failed"), 0);
  EXPECT_GT(outcome["iommu0.pri_queue.overflows"], 0);
  EXPECT_EQ(outcome["iommu0.pri_queue.overflows"], outcome["iommu0.pri_queue.responses.hardware"]);
  EXPECT_EQ(outcome["dsa0.atc.page_requests"],
            outcome["iommu0.pri_queue.overflows"] + outcome["host0.fault_service.entries"]);
}

TEST(Conformance, PRI_11_OverflowAnsweredByFailureStopsTheInterface) {
  ResolvedExperiment experiment = Faulting();
  experiment.platform.iommus[0].pri_queue.entries = 2;
  experiment.platform.iommus[0].pri_queue.overflow_response = PageResponseCode::kFailure;
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.completed"), 64) << "every job ends";
  EXPECT_GT(outcome.results.Metric("job.failed"), 0);
  EXPECT_GT(outcome["dsa0.atc.page_responses.failure"], 0);
}

// RISC-V's queue: entries of 16 bytes.
TEST(Conformance, PRI_10_AWholeRunOfTheRiscvProfile) {
  ResolvedExperiment experiment = Faulting();
  UseRiscv(&experiment);
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.completed"), 64);
  EXPECT_EQ(outcome.results.Metric("job.failed"), 0);
  EXPECT_GT(outcome["host0.fault_service.minor_faults"], 0);
}

TEST(Conformance, PRI_12_ARiscvQueueThatIsOffFailsThePageRequests) {
  ResolvedExperiment experiment = Faulting();
  UseRiscv(&experiment);
  experiment.platform.iommus[0].pri_queue.enabled = false;
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.failed"), 64);
  EXPECT_EQ(outcome["iommu0.pri_queue.responses.failure"], outcome["iommu0.pri_queue.responses.hardware"]);
  EXPECT_GT(outcome["iommu0.pri_queue.responses.failure"], 0);
  EXPECT_EQ(outcome["iommu0.fault_recording.faults"], 0) << "the queue's own trouble is not a translation fault";
}

// A second device: at the same IOMMU, or at one of its own.
void AddDevice(ResolvedExperiment* experiment, bool own_iommu) {
  ResolvedPlatform& platform = experiment->platform;
  ResolvedEndpoint device = platform.endpoints[0];
  device.name = "dsa1";
  device.port.requester = 0x0200;
  platform.endpoints.push_back(device);
  if (own_iommu) testing::AddIommu(&platform);
  testing::AddPort(&platform, own_iommu ? 1 : 0);
  TenantClassConfig tenants = experiment->traffic.classes[0];
  tenants.name = "others";
  tenants.endpoint = 1;
  experiment->traffic.classes.push_back(tenants);
  AddressSpaceClass space = experiment->address_spaces[0];
  space.first_pasid += space.count;
  experiment->address_spaces.push_back(space);
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    platform.host.config.faults.devices.push_back(endpoint.port.requester);
  }
  testing::HandOut(experiment);
}

void ExpectBothServed(bool own_iommu) {
  ResolvedExperiment experiment = Faulting(128);
  AddDevice(&experiment, own_iommu);
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome.results.Metric("job.completed"), 128);
  EXPECT_EQ(outcome.results.Metric("job.failed"), 0);
  const double first = outcome["dsa0.atc.page_requests"];
  const double second = outcome["dsa1.atc.page_requests"];
  EXPECT_GT(first, 0);
  EXPECT_GT(second, 0);
  EXPECT_EQ(outcome["host0.fault_service.entries"], first + second);
  EXPECT_EQ(outcome["dsa0.atc.page_responses.success"], first) << "each device gets its own answers";
  EXPECT_EQ(outcome["dsa1.atc.page_responses.success"], second);
  EXPECT_EQ(outcome["iommu0.pri_queue.requests"], own_iommu ? first : first + second);
}
TEST(Conformance, PRI_15_TwoDevicesOfOneIommuAreServed) { ExpectBothServed(false); }
TEST(Conformance, PRI_15_TwoDevicesOfTwoIommusAreServed) { ExpectBothServed(true); }

TEST(Conformance, PRI_15_ADeviceSoftwareDoesNotKnowIsRefused) {
  ResolvedExperiment experiment = Faulting(128);
  AddDevice(&experiment, false);
  experiment.platform.host.config.faults.devices = {experiment.platform.endpoints[0].port.requester};
  const Outcome outcome = RunOf(experiment);
  EXPECT_EQ(outcome["dsa1.atc.page_responses.success"], 0);
  EXPECT_EQ(outcome["dsa1.atc.page_responses.invalid"], outcome["dsa1.atc.page_requests"]);
  EXPECT_EQ(outcome["host0.fault_service.bad_requests"], outcome["dsa1.atc.page_requests"]);
  EXPECT_EQ(outcome["dsa0.atc.page_responses.invalid"], 0);
}

// The same absent pages: with page requests the jobs wait and succeed, without they end where the fault is, completed
// in part, or fail.
TEST(Conformance, PRI_07_WithPageRequestsFaultsAreWaitedFor) {
  const Outcome outcome = RunOf(Faulting());
  EXPECT_EQ(outcome.results.Metric("job.failed"), 0);
  EXPECT_GT(outcome.results.Metric("job.faults"), 0);
  EXPECT_EQ(outcome["traffic.bytes"], 64 * 4096);
}

TEST(Conformance, PRI_07_WithoutPageRequestsTheSameFaultsArePartialCompletions) {
  ResolvedExperiment experiment = Faulting();
  experiment.platform.endpoints[0].atc->pri.enabled = false;
  experiment.traffic.classes[0].jobs[0].size_bytes = 16384;
  experiment.address_spaces[0].resident_fraction = 0.9;  // some pages are there: jobs get somewhere
  const Outcome outcome = RunOf(experiment);
  const double failed = outcome.results.Metric("job.failed");
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 64);
  EXPECT_GT(outcome["traffic.page_faulted"], 0);
  EXPECT_EQ(outcome["dsa0.atc.page_requests"], 0);
  EXPECT_GT(outcome["traffic.bytes"], (64 - failed) * 16384) << "a stopped job says how far it got";
  EXPECT_LT(outcome["traffic.bytes"], 64 * 16384);
}

}  // namespace
}  // namespace siov
