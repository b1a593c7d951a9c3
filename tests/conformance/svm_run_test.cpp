// SPDX-License-Identifier: Apache-2.0
// The operating system changes its mind while jobs run: pages are swapped out, processes exit
// (docs/requirements/svm.md, SVM-03; pas.md, PAS-05; pri.md, PRI-16).
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"
#include "tests/support/whole_run.h"

namespace siov {
namespace {

using testing::StatisticOf;

// Tenants write all over 16 pages each, none of which is there at first.
ResolvedExperiment OnDemand(std::uint32_t tenants) {
  ResolvedExperiment experiment = testing::SmallExperiment(tenants, JobOp::kWrite, 4096);
  TenantClassConfig& source = experiment.traffic.classes[0];
  source.working_set_bytes = 16 * 4096;
  source.alignment_bytes = 4096;
  source.think_time = Distribution::Constant(1'000.0 * kPsPerNs);
  experiment.address_spaces[0].resident_fraction = 0.0;
  experiment.platform.endpoints[0].engine.jobs_per_engine = 16;
  FaultServiceConfig& faults = experiment.platform.host.config.faults;
  faults.handlers = 4;
  faults.major_service = Distribution::Constant(20'000.0 * kPsPerNs);
  faults.devices = {experiment.platform.endpoints[0].port.requester};
  return experiment;
}

std::map<std::string, double> ValuesOf(const Results& results) {
  std::map<std::string, double> values;
  for (const StructureRow& row : results.structures) values[row.block + "." + row.statistic] = row.value;
  return values;
}

// Every page is faulted in once, taken away now and then, and read back when it is used again: never by a failing job.
TEST(Conformance, SVM_03_SwappedOutPagesComeBackAsMajorFaults) {
  ResolvedExperiment experiment = OnDemand(4);
  experiment.platform.host.config.faults.swap_out_per_second = 100'000;
  experiment.run.duration_ps = 5 * kPsPerMs;
  const Results results = RunExperiment(experiment, RunOptions{});
  std::map<std::string, double> values = ValuesOf(results);
  EXPECT_GT(results.Metric("job.completed"), 500);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  const double swapped = values["host0.fault_service.swapped_out"];
  const double major = values["host0.fault_service.major_faults"];
  EXPECT_NEAR(swapped, 500, 100) << "100,000 a second for 5 ms, when there was a page to take";
  EXPECT_GT(major, 0.5 * swapped) << "and most are used again";
  EXPECT_LE(major, swapped);
  EXPECT_EQ(values["host0.fault_service.minor_faults"], 4 * 17) << "16 pages and one of completion records each, once";
  EXPECT_EQ(values["host0.fault_service.copied_bytes"], (swapped + major) * 4096) << "written out, read back";
  EXPECT_LE(values["host0.fault_service.resident_bytes.max"], 4 * 17 * 4096);
  EXPECT_GT(values["dsa0.atc.invalidated_entries"], 0) << "the device's cache was told";
  EXPECT_GT(values["iommu0.iotlb.invalidations"], swapped - 10);
}

ResolvedExperiment Exiting(std::uint32_t tenants, std::uint32_t exits, bool marker) {
  ResolvedExperiment experiment = OnDemand(tenants);
  const ResolvedEndpoint& device = experiment.platform.endpoints[0];
  for (std::uint32_t i = 0; i < exits; ++i) {
    ProcessExit exit;
    exit.at_ps = (100 + 7 * i) * kPsPerUs;  // while pages are still being faulted in
    exit.tenant = TenantId(i);
    exit.pasid = Pasid(i + 1);
    exit.requester = device.port.requester;
    exit.stop_marker = marker;
    exit.poll_ps = 10 * kPsPerUs;
    experiment.exits.push_back(exit);
  }
  experiment.platform.host.config.faults.processes_exit = true;
  experiment.run.duration_ps = 3 * kPsPerMs;
  return experiment;
}

// Half of the processes exit; the others notice nothing.
void ExpectExits(bool marker) {
  const Results results = RunExperiment(Exiting(8, 4, marker), RunOptions{});
  std::map<std::string, double> values = ValuesOf(results);
  EXPECT_EQ(values["host0.process_exits.exits"], 4);
  EXPECT_EQ(values["host0.fault_service.pasids_ended"], 4);
  EXPECT_EQ(values["traffic.ended_tenants"], 4);
  EXPECT_EQ(values["dsa0.atc.stop_markers"], marker ? 4 : 0);
  EXPECT_EQ(values["dsa0.atc.pasid_stops"], 4);
  EXPECT_LE(results.Metric("job.failed"), 4) << "at most the one job each had in flight";
  EXPECT_GT(results.Metric("job.completed"), 1000);
  EXPECT_EQ(values["host0.fault_service.stop_markers"], marker ? 4 : 0) << "dropped, never answered";
  EXPECT_EQ(values["dsa0.atc.page_responses.unexpected"], 0);
  EXPECT_EQ(values["iommu0.fault_recording.faults"], 0);
}
TEST(Conformance, SVM_03_ExitsWithStopMarkersDisturbNobody) { ExpectExits(true); }
TEST(Conformance, SVM_03_ExitsThatWaitForPageResponsesDisturbNobody) { ExpectExits(false); }

// After the last exit nothing of these PASIDs moves: no page request, no response, no translation, no write; and their
// pages are free.
TEST(Conformance, PRI_16_NothingOfAnExitedProcessIsLeft) {
  ResolvedExperiment experiment = Exiting(4, 4, true);
  // No time-out of an invalidation is awaited at the end.
  experiment.platform.iommus[0].invalidation_queue.completion_timeout_ps = kPsPerMs;
  System system(experiment, {});
  Agenda& agenda = system.simulation().agenda;
  agenda.RunUntil(1 * kPsPerMs);
  EXPECT_EQ(StatisticOf(system, "host0.process_exits", "exits"), 4);
  const auto moved = [&system] {
    return StatisticOf(system, "dsa0.atc", "page_requests") + StatisticOf(system, "iommu0.pri_queue", "requests") +
           StatisticOf(system, "iommu0.pri_queue", "responses.success") +
           StatisticOf(system, "dsa0.atc", "translation_requests") + StatisticOf(system, "rp0", "to_memory");
  };
  const double before = moved();
  EXPECT_GT(before, 0);
  agenda.RunUntil(3 * kPsPerMs);
  EXPECT_EQ(moved(), before);
  EXPECT_EQ(system.fault_service().resident_bytes().level(), 0u);
  EXPECT_EQ(system.traffic().in_flight(), 0u);
  testing::ExpectAtRest(system);
}

// A function level reset in the middle of everything: what waited for a page fails, and when software has enabled the
// function again it works as before.
TEST(Conformance, PRI_17_AResetDuringTheRunAndTheDeviceGoesOn) {
  ResolvedExperiment experiment = OnDemand(8);
  AtcConfig& atc = *experiment.platform.endpoints[0].atc;
  atc.events = {{100 * kPsPerUs, AtcEvent::Kind::kFunctionReset, {}},
                {150 * kPsPerUs, AtcEvent::Kind::kPasidEnable, {}},
                {150 * kPsPerUs, AtcEvent::Kind::kAtsEnable, {}}};
  experiment.run.duration_ps = 3 * kPsPerMs;
  const Results results = RunExperiment(experiment, RunOptions{});
  std::map<std::string, double> values = ValuesOf(results);
  EXPECT_EQ(values["dsa0.atc.function_resets"], 1);
  EXPECT_GT(results.Metric("job.failed"), 0);
  EXPECT_EQ(values["dsa0.atc.page_responses.unexpected"], 0);
  EXPECT_EQ(values["dsa0.atc.page_responses.success"] + values["dsa0.atc.page_responses.stale"],
            values["iommu0.pri_queue.responses.success"]);
  EXPECT_GT(results.Metric("job.completed"), 1000) << "after it";
}

}  // namespace
}  // namespace siov
