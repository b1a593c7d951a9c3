// SPDX-License-Identifier: Apache-2.0
// Sweeps are checked at every point, as a run of it would be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platforms/resolve/load_experiment.h"
#include "platforms/resolve/sweep_points.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kExperiment[] = "experiment_file: 'configs/experiments/unloaded.txtpb' ";

CheckedFile Check(const std::string& axes) {
  const ReadFile read = [&axes](const std::string& path, std::string* text, std::string* why_not) {
    if (path != "s.txtpb") return ReadFileFromDisk(path, text, why_not);
    *text = "# proto-message: siovsim.Sweep\n" + (kExperiment + axes);
    return true;
  };
  return CheckFile("s.txtpb", {}, read);
}

std::string Axis(const std::string& path, const std::string& values) {
  return "axes { path: '" + path + "' " + values + " } ";
}

constexpr char kEntries[] = "nodes[name=dsa0].endpoint.atc.entries";
constexpr char kWays[] = "nodes[name=dsa0].endpoint.atc.ways";

TEST(CheckSweepTest, PointsAreVisitedInOrderAndNoneOfAFaultySweep) {
  const auto visited = [](const std::string& sweep, const std::vector<std::string>& overrides, Faults* faults) {
    std::vector<std::vector<std::string>> points;
    const ReadFile read = InlineFiles({{"s.txtpb", kExperiment + sweep}});
    *faults = WithPoints(
        "s.txtpb", overrides,
        [&](const SweepPoints& found) {
          for (std::uint64_t point = 0; point < found.size(); ++point) points.push_back(found.At(point).overrides);
        },
        [&](const std::string& path, std::string* text, std::string* why_not) {
          return path == "s.txtpb" ? read(path, text, why_not) : ReadFileFromDisk(path, text, why_not);
        });
    return points;
  };
  Faults faults;
  const std::string axis = Axis(kEntries, "values: ['16', '64']");
  EXPECT_THAT(visited(axis, {}, &faults),
              ElementsAre(ElementsAre(std::string(kEntries) + "=16"), ElementsAre(std::string(kEntries) + "=64")));
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_THAT(visited(axis + "axis { }", {}, &faults), IsEmpty()) << "a field that does not exist";
  EXPECT_THAT(Sentences(faults), ElementsAre(HasSubstr("axis")));
}

TEST(CheckSweepTest, AnOverrideOfWhatAnAxisOrTheSeedsSetIsRefused) {
  const ReadFile read = [](const std::string& path, std::string* text, std::string* why_not) {
    if (path != "s.txtpb") return ReadFileFromDisk(path, text, why_not);
    *text = kExperiment + Axis(kEntries, "values: ['16', '64']") + "seeds: [1, 2]";
    return true;
  };
  const auto said = [&read](const std::string& fixed) { return Sentences(CheckFile("s.txtpb", {fixed}, read).faults); };
  const std::string entries = std::string("experiment.platform.") + kEntries + "=32";
  EXPECT_THAT(said(entries),
              ElementsAre("--set " + entries + ": has no effect: axes[0] of the sweep sets the field at every point"));
  EXPECT_THAT(said("run.seed=7"),
              ElementsAre("--set run.seed=7: has no effect: seeds of the sweep set the field at every point"));
  EXPECT_THAT(said(std::string(kWays) + "=4"), IsEmpty()) << "another field";
}

TEST(CheckSweepTest, ARangeIsCheckedAtItsLastValueToo) {
  const CheckedFile checked =
      Check(Axis("nodes[name=dsa0].endpoint.port.pasid_width", "range { from: 18 to: 21 step: 1 }"));
  EXPECT_EQ(checked.points, 4u);
  EXPECT_THAT(Sentences(checked.faults),
              ElementsAre(AllOf(HasSubstr("pasid_width = 21"), HasSubstr("first at point 3"))));
}

TEST(CheckSweepTest, ValuesThatDoNotGoTogetherAreFoundOnce) {
  const CheckedFile checked =
      Check(Axis(kEntries, "values: ['16', '64', '128']") + Axis(kWays, "values: ['0', '12', '24']"));
  EXPECT_EQ(checked.points, 9u);
  EXPECT_EQ(checked.points_checked, 9u);
  EXPECT_THAT(Sentences(checked.faults),
              ElementsAre(AllOf(HasSubstr("multiple of ways"), HasSubstr("first at point 1"))));
}

TEST(CheckSweepTest, AxesOfAGroupAdvanceTogether) {
  const std::string sizes = Axis(kEntries, "values: ['24', '48'] zip_group: 'g'");
  EXPECT_THAT(Sentences(Check(sizes + Axis(kWays, "values: ['12', '24'] zip_group: 'g'")).faults), IsEmpty());
  EXPECT_THAT(Sentences(Check(sizes + Axis(kWays, "values: ['12'] zip_group: 'g'")).faults),
              ElementsAre(HasSubstr("equally many")));
}

TEST(CheckSweepTest, AFaultOfCombinedFieldsAtOnePointIsFound) {
  const CheckedFile checked =
      Check(Axis("nodes[name=dsa0].endpoint.engine.group_of_engine", "values: ['[0]', '[0, 9]']"));
  EXPECT_THAT(Sentences(checked.faults), ElementsAre(HasSubstr("group_of_engine = 9")));
}

TEST(CheckSweepTest, AHugeSweepIsCheckedInBoundedTimeAndSaysSo) {
  const std::string axes = Axis("nodes[name=dsa0].endpoint.port.tags", "range { from: 1 to: 101 step: 1 }") +
                           Axis("run.warmup_us", "range { from: 0 to: 99 step: 1 }");
  const CheckedFile checked = Check(axes + "seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]");
  EXPECT_THAT(Sentences(checked.faults), IsEmpty());
  EXPECT_EQ(checked.points, 101'000u);
  EXPECT_GE(checked.points_checked, 101u + 100u) << "every value of every axis";
  EXPECT_LE(checked.points_checked, 4'096u);
}

// It was run twice, as two points of one name.
TEST(CheckSweepTest, AValueTwiceOnOneAxisIsRefused) {
  const auto sentences = [](const std::string& axes) { return Sentences(Check(axes).faults); };
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8', '16', ' 8', '32', '16']")),
              ElementsAre(EndsWith("axes[0].values[2] =  8: is given twice: 8 means the same"),
                          EndsWith("axes[0].values[4] = 16: is given twice")));
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8', '16']") + Axis("run.warmup_us", "values: ['0.5', '5e-1']")),
              ElementsAre(EndsWith("axes[1].values[1] = 5e-1: is given twice: 0.5 means the same")));
  EXPECT_THAT(sentences(Axis("nodes[name=dsa0].endpoint.engine.group_of_engine", "values: ['[0, 0]', '[0,0]']")),
              ElementsAre(EndsWith("axes[0].values[1] = [0,0]: is given twice: [0, 0] means the same")));
  EXPECT_THAT(sentences(Axis("nodes[name=dsa0].endpoint.atc.policy", "values: ['LRU', 'FIFO', 'LRU']")),
              ElementsAre(EndsWith("axes[0].values[2] = LRU: is given twice")));
}

TEST(CheckSweepTest, AxesOfAGroupMayRepeatTheirValuesButNotAllAtOnce) {
  const std::string warmups = Axis("run.warmup_us", "values: ['1', '1', '2'] zip_group: 'g'");
  const std::string beside = Axis(kWays, "values: ['0', '4']");
  const auto sentences = [&](const std::string& entries) {
    return Sentences(Check(warmups + beside + Axis(kEntries, entries + " zip_group: 'g'")).faults);
  };
  EXPECT_THAT(sentences("values: ['16', '32', '32']"), IsEmpty());
  EXPECT_THAT(sentences("values: ['16', ' 16', '32']"),
              ElementsAre(EndsWith("axes[2].values[1] =  16: its zip_group takes these values twice")));
  EXPECT_THAT(Sentences(Check(warmups + Axis("nodes[name=dsa0].endpoint.port.tags",
                                             "range { from: 1 to: 3 step: 1 } zip_group: 'g'"))
                            .faults),
              IsEmpty());
}

TEST(CheckSweepTest, ARangeWhoseNeighboursAreTheSameNumberIsRefused) {
  EXPECT_THAT(
      Sentences(Check(Axis("run.warmup_us", "range { from: 1e15 to: 1000000000000001 step: 0.01 }")).faults),
      ElementsAre(EndsWith(
          "axes[0].range.step = 0.01: neighbours are the same number; must be larger, for values of this size")));
}

TEST(CheckSweepTest, WhatNoSweepCanBeIsSaid) {
  const auto sentences = [](const std::string& axes) { return Sentences(Check(axes).faults); };
  EXPECT_THAT(sentences(Axis(kEntries, "range { from: 64 to: 8 step: 8 }")), ElementsAre(HasSubstr("at least from")));
  EXPECT_THAT(sentences(Axis(kEntries, "range { from: 0 to: 1e12 step: 0.001 }")),
              ElementsAre(HasSubstr("at most 1000000")));
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8']") + Axis(kEntries, "values: ['16']")),
              ElementsAre(HasSubstr("another axis of this field")));
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8', '16'] value_names: ['small']")),
              ElementsAre(HasSubstr("a name of its own for each of the 2 values")));
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8']") + "seeds: [3, 3]"), ElementsAre(HasSubstr("given twice")));
  EXPECT_THAT(sentences(Axis(kEntries, "values: ['8']") + "answers { axis: 'entrys' metric: 'x' }"),
              ElementsAre(HasSubstr("the path or the label of an axis")));
}

}  // namespace
}  // namespace siov
