// SPDX-License-Identifier: Apache-2.0
// Memories outside in whole platforms. A model that takes the same time for everything is the memory inside whose every
// access hits, so nothing that is measured may differ, whichever way of the base protocol it speaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/seam/outside_run.h"
#include "tests/support/outside_models.h"

namespace siov::seam {
namespace {

using testing::FlatMemory;
using ::testing::HasSubstr;
using testing::IsLoose;
using testing::Manner;

constexpr Picoseconds kLatency = 40'000;
constexpr char kOutsideNode[] = "nodes[name=mem0]={name: \"mem0\" outside_memory { access_bytes: 4096 }}";
constexpr char kBusy[] = "tests/knobs/bases/busy.txtpb";

using Prepare = std::function<void(FlatMemory*)>;

Metrics Outside(
    const std::string& file, Manner manner, const Overrides& overrides = {},
    const Prepare& prepare = [](FlatMemory*) {}) {
  Overrides all = {kOutsideNode, "run.in_step_with_kernel=true"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return InAnotherProcess([&](std::FILE* out) {
    Platform platform("platform", file, all);
    FlatMemory model("model", manner, kLatency);
    prepare(&model);
    platform.memory("mem0").bind(model.socket, IsLoose(manner) ? Timing::kLooselyTimed : Timing::kApproximatelyTimed);
    const Outcome outcome = platform.Run();
    for (const std::string& violation : outcome.violations) ADD_FAILURE() << violation;
    Tell(out, outcome.metrics);
  });
}

class OutsideMemory : public ::testing::TestWithParam<Manner> {};

TEST_P(OutsideMemory, ThatTakesTheSameTimeGivesTheSameResults) {
  // Calls that wait end in processes of the kernel's, which orders those of one instant as it likes: a busy platform
  // has such instants, one job at a time has none.
  const char* const file = GetParam() == Manner::kWaits ? kSeam : kBusy;
  const Metrics inside =
      Inside(file, {"nodes[name=mem0].memory.llc_latency_ns=40", "nodes[name=mem0].memory.residency=ALL_LLC"});
  const Metrics outside = Outside(file, GetParam());
  ExpectSame(inside, outside);
}

INSTANTIATE_TEST_SUITE_P(All, OutsideMemory, ::testing::Values(Manner::kAnnotates, Manner::kWaits, Manner::kUpdates),
                         [](const auto& one) { return "Manner" + std::to_string(static_cast<int>(one.param)); });

// Faults that are recorded in memory, page requests, and invalidations whose end is written to memory.
TEST(OutsideMemoryRuns, RiscvQueuesAreSeenWhenTheyAreWritten) {
  const Overrides faults = {Iommu("profile=RISCV"), Space("read_only=true"), Jobs("op=WRITE")};
  const Overrides pages = {Iommu("profile=RISCV"), Space("resident_fraction=0")};
  const Overrides maps = {Iommu("profile=RISCV"), Tenants("mapping=STREAMING")};
  for (const auto& [file, overrides] : {std::pair{kNoAts, faults}, std::pair{kSeam, pages}, std::pair{kSeam, maps}}) {
    Overrides inside = overrides;
    inside.push_back("nodes[name=mem0].memory.residency=ALL_LLC");
    ExpectSame(Inside(file, inside), Outside(file, Manner::kUpdates, overrides));
  }
}

Prepare Failing(AccessSource source, bool records_only = false) {
  return [source, records_only](FlatMemory* model) {
    model->fails = [source, records_only](const FlatMemory::Access& access) {
      const auto* info = access.get_extension<RequestInfo>();
      return info->source == source && (!records_only || info->completion_record);
    };
  };
}

constexpr char kTimeout[] = "nodes[name=host0].host.job_timeout_ns=50000";

TEST(OutsideMemoryRuns, ErrorsFailTheJobsTheyMeet) {
  const auto failed = [](const char* file, const Prepare& prepare, const Overrides& overrides = {}) {
    Overrides all = overrides;
    all.push_back(kTimeout);
    return Outside(file, Manner::kAnnotates, all, prepare).at("job.failed");
  };
  EXPECT_EQ(failed(kSeam, Failing(AccessSource::kPageWalk)), "16");
  EXPECT_EQ(failed(kSeam, Failing(AccessSource::kPageWalk), {Iommu("profile=RISCV")}), "16");
  EXPECT_EQ(failed(kNoAts, Failing(AccessSource::kPageWalk), {Space("stages=NESTED")}), "16");
  EXPECT_EQ(failed(kSeam, Failing(AccessSource::kDevice)), "16");
  EXPECT_EQ(failed(kSeam, Failing(AccessSource::kDevice, true)), "16");
  EXPECT_EQ(failed(kSeam, Failing(AccessSource::kInterruptRemapping), {Tenants("wants_interrupt=true")}), "16");
}

TEST(OutsideMemoryRuns, ALostRingEndsTheRunWithASentence) {
  const auto error = [](AccessSource source, const Overrides& overrides) {
    return Outside(kSeam, Manner::kUpdates, overrides, Failing(source)).at("error");
  };
  EXPECT_THAT(error(AccessSource::kPageRequestQueue, {Space("resident_fraction=0")}),
              HasSubstr("iommu0.pri_queue: the memory answered an access to 0x"));
  EXPECT_THAT(error(AccessSource::kInvalidationQueue, {Tenants("mapping=STREAMING")}),
              HasSubstr("iommu0.invalidation_queue: the memory answered an access to 0x"));
}

TEST(OutsideMemoryRuns, AModelThatNeverAnswersIsNamed) {
  const std::string error = Outside(kSeam, Manner::kNeverAnswers).at("error");
  EXPECT_THAT(error, HasSubstr("deadlock at"));
}

TEST(OutsideMemoryRuns, NamesAndModelsThatAreMissingAreSaid) {
  const Metrics unbound = InAnotherProcess([](std::FILE*) {
    Platform platform("platform", kSeam, {kOutsideNode, "run.in_step_with_kernel=true"});
    platform.Run();
  });
  EXPECT_THAT(unbound.at("error"), HasSubstr("node mem0: a model from outside, and none is bound to it"));
  const Metrics unknown = InAnotherProcess([](std::FILE*) { Platform("platform", kSeam).memory("mem0"); });
  EXPECT_THAT(unknown.at("error"), HasSubstr("there is no memory \"mem0\" outside; outside are: none"));
  EXPECT_THAT(Refusal({kOutsideNode}), HasSubstr("run.in_step_with_kernel = false: node mem0: a model from outside"));
}

}  // namespace
}  // namespace siov::seam
