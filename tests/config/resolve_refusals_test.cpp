// SPDX-License-Identifier: Apache-2.0
// What the resolver refuses, by the sentence a user reads, and what of targets arrives: through files, as users have
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr char kSeam[] = "tests/seam/seam.txtpb";
constexpr char kNoAts[] = "tests/seam/no_ats.txtpb";
constexpr char kTwoDevices[] = "tests/seam/two_devices.txtpb";
constexpr char kQuickstart[] = "configs/experiments/quickstart.txtpb";

std::string Tenants(const std::string& rest) { return "workload.tenant_classes[name=tenants]." + rest; }
std::string Others(const std::string& rest) { return "workload.tenant_classes[name=others]." + rest; }

std::vector<std::string> Refused(const std::string& file, const std::vector<std::string>& overrides) {
  return Sentences(LoadExperiment(file, overrides).faults);
}

TEST(ResolveRefusals, ADeviceWithoutAtcWaitsForNoTranslations) {
  EXPECT_THAT(Refused(kNoAts, {"nodes[name=dsa0].endpoint.engine.pending_translations=4"}),
              ElementsAre(EndsWith("nodes[name=dsa0].endpoint.engine.pending_translations = 4: a device without "
                                   "endpoint.atc asks for no translations")));
  EXPECT_THAT(Refused(kSeam, {"nodes[name=dsa0].endpoint.engine.pending_translations=4"}), ElementsAre());
}

TEST(ResolveRefusals, WhatABlockFindsWrongIsSaidInTheFieldsOfTheSchema) {
  const std::string memory = "nodes[name=mem0].memory.";
  const std::string llc = memory + "residency=ALL_LLC";
  EXPECT_THAT(Refused(kSeam, {llc, memory + "llc_latency_ns=0"}),
              ElementsAre(HasSubstr(memory + "llc_latency_ns = 0: must be more than 0, as no memory answers at once")));
  EXPECT_THAT(Refused(kSeam, {llc, memory + "llc_latency_ns=0.0001"}),
              ElementsAre(HasSubstr(memory + "llc_latency_ns = 1e-04: is less than half a picosecond")));
  EXPECT_THAT(
      Refused(kSeam, {Tenants("arrivals=CLOSED_LOOP"), Tenants("think_time={kind: UNIFORM mean_ns: 5 spread_ns: 7}")}),
      ElementsAre(HasSubstr("think_time.spread_ns = 7: must be at most the mean")));
  const std::string host = "nodes[name=host0].host.";
  EXPECT_THAT(Refused(kSeam, {host + "retry_backoff_ns=5000", host + "retry_backoff_max_ns=100"}),
              ElementsAre(HasSubstr(host + "retry_backoff_ns = 5000: must be at most retry_backoff_max_ns")));
}

TEST(ResolveRefusals, JobsOfTheDeviceComeInSlotsOrInALoopAndFitTheirQueues) {
  const std::vector<std::string> device = {Tenants("origin=DEVICE"), Tenants("queues=[\"dedicated\"]")};
  std::vector<std::string> poisson = device;
  poisson.insert(poisson.end(), {Tenants("arrivals=POISSON"), Tenants("jobs_per_second=1000")});
  EXPECT_THAT(Refused(kSeam, poisson),
              ElementsAre(HasSubstr("arrivals = POISSON: jobs that begin in the device come in a line's slots or in a "
                                    "loop; must be FIXED_RATE or CLOSED_LOOP")));
  std::vector<std::string> deep = device;
  deep.push_back(Tenants("queue_depth=65"));
  EXPECT_THAT(Refused(kSeam, deep),
              ElementsAre(HasSubstr("65 jobs may wait in queue \"dedicated\", which has 64 entries")));
  deep.back() = Tenants("queue_depth=64");
  EXPECT_THAT(Refused(kSeam, deep), ElementsAre());
  EXPECT_THAT(Refused(kSeam, {Tenants("origin=DEVICE")}),
              ElementsAre(HasSubstr("jobs that begin in the device need dedicated queues")));
}

TEST(ResolveRefusals, ALinkWithoutPasidPrefixHasOneTenant) {
  const std::string off = "links[name=rp0-dsa0].pcie.pasid_prefix=false";
  EXPECT_THAT(Refused(kSeam, {off, Tenants("tenants=3")}),
              ElementsAre(HasSubstr("tenant_classes[name=tenants].tenants = 3: the link of endpoint \"dsa0\" has "
                                    "pasid_prefix = false; must be one tenant in all")));
  EXPECT_THAT(Refused(kSeam, {off}), ElementsAre());
}

// The class at fault is named, not the first one.
TEST(ResolveRefusals, TheClassAtFaultIsNamed) {
  EXPECT_THAT(Refused(kTwoDevices, {Others("working_set_bytes=64"), Others("jobs[0].size_bytes=4096")}),
              ElementsAre(HasSubstr("tenant_classes[name=others].jobs[0].size_bytes = 4096: must be 1 to "
                                    "working_set_bytes (64)")));
  EXPECT_THAT(
      Refused(kTwoDevices, {Tenants("jobs[0].weight=0"), Others("jobs[0].weight=0")}),
      ElementsAre(HasSubstr("tenant_classes[name=tenants].jobs"), HasSubstr("tenant_classes[name=others].jobs")));
}

TEST(ResolveRefusals, EventsOfADeviceThatNobodyUsesChangeNothing) {
  const std::string events = "nodes[name=dsa1].endpoint.atc.events=[{at_us: 5 kind: ATS_DISABLE}]";
  EXPECT_THAT(
      Refused(kTwoDevices, {events, Others("endpoint=dsa0"), Others("queues=[\"shared\"]")}),
      ElementsAre(HasSubstr("nodes[name=dsa1].endpoint.atc.events[0] = ATS_DISABLE: no tenant uses this device, "
                            "so nothing would change")));
  EXPECT_THAT(Refused(kTwoDevices, {events}), ElementsAre());
}

TEST(ResolveRefusals, ATraceIsAFileThatCanBeRead) {
  EXPECT_THAT(Refused(kQuickstart, {"workload.replay.trace_file=traces"}),
              ElementsAre(HasSubstr("replay.trace_file = \"traces\": cannot read the trace: is a directory")));
  EXPECT_THAT(Refused(kQuickstart, {"workload.replay.trace_file=none.siovtrace"}),
              ElementsAre(HasSubstr("cannot read the trace: No such file or directory")));
}

// An override of what would have been in the file that is missing was complained about first, as if it were the fault.
TEST(ResolveRefusals, WhatAMissingFileWouldHaveHadIsNotMissed) {
  const std::string file = R"(platform_file: "nowhere.txtpb" workload_file: "configs/workloads/fault_storm.txtpb")";
  const auto read = [&file](const std::string& path, std::string* content, std::string* why_not) {
    if (path != "x.txtpb") return ReadFileFromDisk(path, content, why_not);
    *content = file;
    return true;
  };
  const Faults faults =
      LoadExperiment("x.txtpb", {"nodes[name=dsa0].endpoint.atc.entries=64", "run.seed=two"}, read).faults;
  EXPECT_THAT(Sentences(faults), ElementsAre(HasSubstr("cannot read \"nowhere.txtpb\""), HasSubstr("run.seed = two")));
}

TEST(ResolveRefusals, ARunOfSyntheticTenantsNeedsAnEnd) {
  EXPECT_THAT(Refused(kSeam, {"run.job_limit=0"}),
              ElementsAre(HasSubstr("synthetic tenants never stop by themselves: give duration_us or job_limit")));
  EXPECT_THAT(Refused(kSeam, {"run.job_limit=0", "run.duration_us=10"}), ElementsAre());
}

// It counted as several targets, met or missed together.
TEST(ResolveRefusals, TargetsThatAskTheSameAreOne) {
  EXPECT_THAT(
      Refused(kSeam, {"targets=[{metric:\"job.latency.p99_ns\" min:5 max:7},{metric:\"job.latency.mean_ns\" max:7},"
                      "{metric:\"job.latency.p99_ns\" max:7}]"}),
      ElementsAre(EndsWith("targets[2].max = 7: another target has the same bound on job.latency.p99_ns")));
  EXPECT_THAT(Refused(kSeam, {"targets=[{metric:\"job.latency.p99_ns\" min:5},{metric:\"job.latency.p99_ns\" min:5}]"}),
              ElementsAre(EndsWith("targets[1].min = 5: another target has the same bound on job.latency.p99_ns")));
  EXPECT_THAT(Refused(kSeam, {"targets=[{metric:\"job.latency.p99_ns\" min:5},{metric:\"job.latency.p99_ns\" max:5},"
                              "{metric:\"job.latency.p99_ns\" max:6}]"}),
              ElementsAre());
}

// Tenants took it in turn with itself: the share of the other queues shrank without a word.
TEST(ResolveRefusals, AQueueNamedTwiceIsRefused) {
  EXPECT_THAT(Refused(kSeam, {Tenants("queues=[\"shared\", \"dedicated\", \"shared\"]")}),
              ElementsAre(EndsWith("tenant_classes[name=tenants].queues[2] = \"shared\": is named twice")));
  EXPECT_THAT(Refused(kQuickstart, {"workload.replay.queues=[\"swq0\", \"swq0\"]"}),
              ElementsAre(EndsWith("replay.queues[1] = \"swq0\": is named twice")));
  EXPECT_THAT(
      Refused(kSeam,
              {"nodes[name=dsa0].endpoint.swq_arbiter.queues=[{name:\"shared\" size:2},{name:\"shared\" size:2}]"}),
      ElementsAre(EndsWith("queues[name=shared]: is declared twice")));
}

// It limited nothing: a device that translates for itself sends nothing that would wait there.
TEST(ResolveRefusals, AWindowForUntranslatedReadsNeedsADeviceThatSendsSome) {
  const std::string window = "nodes[name=rp0].root_port.translation_window=4";
  const std::string events = "nodes[name=dsa0].endpoint.atc.events=";
  EXPECT_THAT(Refused(kSeam, {window}),
              ElementsAre(EndsWith("nodes[name=rp0].root_port.translation_window = 4: endpoint \"dsa0\" has an ATC and "
                                   "never turns ATS off: it sends no untranslated reads; must be 0")));
  EXPECT_THAT(Refused(kNoAts, {window}), ElementsAre());
  EXPECT_THAT(Refused(kSeam, {window, events + "[{at_us: 1 kind: ATS_DISABLE}]"}), ElementsAre());
  EXPECT_THAT(Refused(kSeam, {window, events + "[{at_us: 1 kind: FUNCTION_RESET}]"}), ElementsAre());
  EXPECT_THAT(Refused(kSeam, {window, events + "[{at_us: 1 kind: PASID_DISABLE}]"}), ElementsAre(HasSubstr("window")));
}

TEST(ResolveRefusals, TargetsHaveABoundAndArriveAsTheyAreWritten) {
  EXPECT_THAT(Refused(kSeam, {"targets=[{metric:\"job.latency.p99_ns\" min:5 max:3}]"}),
              ElementsAre(HasSubstr("targets[0].max = 3: must be at least min")));
  EXPECT_THAT(Refused(kSeam, {"targets=[{metric:\"job.latency.p99_ns\"}]"}),
              ElementsAre(EndsWith("targets[0]: target needs a min or a max")));
  const LoadedExperiment loaded =
      LoadExperiment(kSeam, {"targets=[{metric:\"job.latency.p99_ns\" min:5},{metric:\"job.latency.mean_ns\" max:7},"
                             "{metric:\"job.latency.max_ns\" min:2 max:2}]"});
  ASSERT_THAT(Sentences(loaded.faults), ElementsAre());
  ASSERT_EQ(loaded.experiment.targets.size(), 3u);
  EXPECT_EQ(loaded.experiment.targets[0].minimum, std::optional<double>(5));
  EXPECT_EQ(loaded.experiment.targets[0].maximum, std::nullopt);
  EXPECT_EQ(loaded.experiment.targets[1].minimum, std::nullopt);
  EXPECT_EQ(loaded.experiment.targets[1].maximum, std::optional<double>(7));
  EXPECT_EQ(loaded.experiment.targets[2].minimum, loaded.experiment.targets[2].maximum);
}

}  // namespace
}  // namespace siov
