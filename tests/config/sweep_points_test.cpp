// SPDX-License-Identifier: Apache-2.0
// Which points a sweep has, in which order, with which values, and which of them are looked at when they are too many.
#include "platforms/resolve/sweep_points.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "platforms/resolve/axis_values.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDevice[] = "experiment { platform { nodes { name: 'd' endpoint { atc {} } } } } ";

struct Read {
  explicit Read(const std::string& text) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kDevice + text, &sweep));
    points.emplace(sweep, LocationMap(), &faults);
  }
  std::vector<std::string> sentences() const { return Sentences(faults); }
  siovsim::Sweep sweep;
  Faults faults;
  std::optional<SweepPoints> points;
};

std::string Range(const std::string& path, const std::string& from, const std::string& to, const std::string& step) {
  return "axes { path: '" + path + "' range { from: " + from + " to: " + to + " step: " + step + " } } ";
}

TEST(SweepPointsTest, TheLastAxisRunsFastestAndSeedsFastestOfAll) {
  const Read read(
      "axes { path: 'a' values: ['1', '2', '3'] } axes { path: 'b' values: ['x', 'y'] zip_group: 'g' } "
      "axes { path: 'c' values: ['5', '6'] } axes { path: 'e' values: ['p', 'q'] zip_group: 'g' } seeds: [8, 9]");
  ASSERT_THAT(read.sentences(), IsEmpty());
  const SweepPoints& points = *read.points;
  EXPECT_EQ(points.size(), 3u * 2 * 2 * 2);
  EXPECT_THAT(points.At(0).overrides, ElementsAre("a=1", "b=x", "c=5", "e=p", "run.seed=8"));
  EXPECT_THAT(points.At(1).overrides, ElementsAre("a=1", "b=x", "c=5", "e=p", "run.seed=9"));
  EXPECT_THAT(points.At(2).overrides, ElementsAre("a=1", "b=x", "c=6", "e=p", "run.seed=8"));
  EXPECT_THAT(points.At(4).overrides, ElementsAre("a=1", "b=y", "c=5", "e=q", "run.seed=8"));
  EXPECT_THAT(points.At(8).overrides, ElementsAre("a=2", "b=x", "c=5", "e=p", "run.seed=8"));
  EXPECT_THAT(points.At(23).overrides, ElementsAre("a=3", "b=y", "c=6", "e=q", "run.seed=9"));
  EXPECT_THAT(points.Values(), ElementsAre("a=1", "a=2", "a=3", "b=x", "b=y", "c=5", "c=6", "e=p", "e=q"));
  EXPECT_EQ(points.AxisOf("a=1"), "axes[0]");
  EXPECT_EQ(points.AxisOf("e=q"), "axes[3]");
  EXPECT_EQ(points.AxisOf("run.seed=9"), "seeds");
}

TEST(SweepPointsTest, WithoutSeedsTheSeedIsLeftAlone) {
  const Read read("axes { path: 'a' values: ['1', '2'] }");
  EXPECT_EQ(read.points->size(), 2u);
  EXPECT_THAT(read.points->At(1).overrides, ElementsAre("a=2"));
  const Read seeds("seeds: [4, 5, 6]");
  EXPECT_EQ(seeds.points->size(), 3u);
  EXPECT_THAT(seeds.points->At(2).overrides, ElementsAre("run.seed=6"));
}

TEST(SweepPointsTest, ValuesThatDifferInSpellingAreOneAndAreNamedAsTheFieldHoldsThem) {
  constexpr char kEntries[] = "axes { path: 'nodes[name=d].endpoint.atc.entries' values: [";
  for (const std::string other : {"'8.0'", "'0x8'", "'010'", "' 8'"}) {
    const Read read(kEntries + ("'8', " + other) + "] }");
    if (other == "'8.0'") continue;  // no whole number, and said so at the point
    EXPECT_THAT(read.sentences(), ElementsAre(HasSubstr("is given twice: 8 means the same"))) << other;
  }
  const Read octal(std::string(kEntries) + "'010', '0x10', '64'] }");
  ASSERT_THAT(octal.sentences(), IsEmpty());
  EXPECT_THAT(octal.points->At(0).names, ElementsAre("8"));
  EXPECT_THAT(octal.points->At(1).names, ElementsAre("16"));
  EXPECT_THAT(octal.points->At(2).names, ElementsAre("64"));
  const auto axis = [](const std::string& path, const std::string& values) {
    return "axes { path: '" + path + "' values: [" + values + "] }";
  };
  EXPECT_THAT(Read(axis("run.warmup_us", "'1', '1.0'")).sentences(), ElementsAre(HasSubstr("is given twice")));
  EXPECT_THAT(Read(axis("run.warmup_us", "'100', '1e2'")).sentences(), ElementsAre(HasSubstr("is given twice")));
  EXPECT_THAT(Read(axis("run.per_tenant_histograms", "'true', 't'")).sentences(),
              ElementsAre(HasSubstr("is given twice: true means the same")));
  EXPECT_THAT(Read(axis("experiment_name", "'a', '\"a\"'")).sentences(), ElementsAre(HasSubstr("is given twice")));
  EXPECT_THAT(Read(axis("nodes[name=d].endpoint.atc.policy", "'LRU', 'PLRU'")).sentences(), IsEmpty());
}

TEST(SweepPointsTest, StepsCountTheValuesOfTheLists) {
  const Read read("axes { path: 'a' values: ['1', '2'] } axes { path: 'b' values: ['x', 'y', 'z'] } seeds: [7, 9]");
  const SweepPoints& points = *read.points;
  const std::vector<SweepPoints::Listed> lists = points.Lists();
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_THAT(lists[1].overrides, ElementsAre("b=x", "b=y", "b=z"));
  EXPECT_THAT(points.StepsOf(0), ElementsAre(0, 0, 0));
  EXPECT_THAT(points.StepsOf(11), ElementsAre(1, 2, 1));
  for (std::uint64_t point = 0; point < points.size(); ++point) {
    const std::vector<std::uint64_t> steps = points.StepsOf(point);
    for (std::size_t axis = 0; axis < lists.size(); ++axis) {
      EXPECT_EQ(points.At(point).overrides[axis], lists[axis].overrides[steps[axis]]);
      EXPECT_EQ(points.At(point).names[axis], lists[axis].names[steps[axis]]);
    }
    EXPECT_EQ(points.At(point).seed, points.seeds()[steps.back()]);
  }
}

TEST(SweepPointsTest, APointNamesItsValuesAsTheTableDoes) {
  const Read read(
      "axes { path: 'a' values: ['1', '2'] value_names: ['one', 'two'] } axes { path: 'b' values: '7' } seeds: 5");
  const SweepPoint point = read.points->At(1);
  EXPECT_THAT(point.names, ElementsAre("two", "7"));
  EXPECT_EQ(point.seed, 5u);
  EXPECT_EQ(Read("axes { path: 'a' values: '1' }").points->At(0).seed, std::nullopt);
}

TEST(SweepPointsTest, NumbersAreShownInFullWhereTheyAreWholeAndByFewestDigitsElsewhere) {
  EXPECT_EQ(ShownNumber(8), "8");
  EXPECT_EQ(ShownNumber(-0.0), "0");
  EXPECT_EQ(ShownNumber(999999999999999999.0 - 100), "999999999999999872");
  EXPECT_EQ(ShownNumber(1e18), "1e+18");
  EXPECT_EQ(ShownNumber(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(ShownNumber(0.0001), "0.0001");
  EXPECT_EQ(ShownNumber(0.00001), "1e-05");
  EXPECT_EQ(ShownNumber(123456.789), "123456.789");
  EXPECT_EQ(ShownNumber(-2.5e-7), "-2.5e-07");
  EXPECT_EQ(ShownNumber(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(SweepPointsTest, RangesEndWhereTheirStepFits) {
  EXPECT_THAT(Read(Range("a", "1", "2", "0.25")).points->Values(),
              ElementsAre("a=1", "a=1.25", "a=1.5", "a=1.75", "a=2"));
  EXPECT_THAT(Read(Range("a", "0.1", "0.35", "0.1")).points->Values(), ElementsAre("a=0.1", "a=0.2", "a=0.3"));
  EXPECT_THAT(Read(Range("a", "0", "0.3", "0.1")).points->Values(), ElementsAre("a=0", "a=0.1", "a=0.2", "a=0.3"));
  EXPECT_THAT(Read(Range("a", "-3", "-3", "7")).points->Values(), ElementsAre("a=-3"));
  EXPECT_THAT(Read(Range("a", "999999999999999", "1e15", "1")).points->Values(),
              ElementsAre("a=999999999999999", "a=1000000000000000"));
}

TEST(SweepPointsTest, LogarithmicRangesOfWholeFieldsAreWholeAndDistinct) {
  const std::string entries = "axes { path: 'nodes[name=d].endpoint.atc.entries' log_range { from: 1 to: 16 count: ";
  EXPECT_THAT(Read(entries + "5 } }").points->Values(),
              ElementsAre(EndsWith("entries=1"), EndsWith("=2"), EndsWith("=4"), EndsWith("=8"), EndsWith("=16")));
  EXPECT_EQ(Read(entries + "100 } }").points->size(), 16u) << "each whole number once";
  EXPECT_THAT(Read("axes { path: 'nodes[name=d].endpoint.atc.lookup_latency_ns' log_range { from: 1 to: 2 count: 3 } }")
                  .points->Values(),
              ElementsAre(EndsWith("=1"), EndsWith("=1.41421356237"), EndsWith("=2")));
  EXPECT_THAT(Read("axes { path: 'nowhere' log_range { from: 1 to: 2 count: 3 } }").points->Values(),
              Contains("nowhere=1.41421356237"));
  EXPECT_THAT(Read("axes { path: 'run.seed' log_range { from: 3 to: 3 count: 2 } }").points->Values(),
              ElementsAre("run.seed=3"));
  EXPECT_THAT(Read("axes { path: 'run.job_limit' log_range { from: 2 to: 3 count: 4 } }").points->Values(),
              ElementsAre("run.job_limit=2", "run.job_limit=3"));
}

TEST(SweepPointsTest, WhatIsWrongIsSaidAtItsPlaceAndThereAreNoPoints) {
  const auto only = [](const std::string& text) {
    const Read read(text);
    EXPECT_EQ(read.points->size(), 0u) << text;
    EXPECT_THAT(read.points->Sample(10), IsEmpty());
    EXPECT_EQ(read.faults.size(), 1u) << ::testing::PrintToString(read.sentences());
    return read.faults.empty() ? std::string() : read.sentences()[0];
  };
  EXPECT_THAT(only("axes { path: 'a' }"), EndsWith("axes[0]: axis needs values or one range"));
  EXPECT_THAT(only("axes { path: 'a' values: '1' range { from: 1 to: 2 step: 1 } }"),
              EndsWith("axes[0]: axis needs values or one range"));
  EXPECT_THAT(only(Range("a", "2", "1.5", "1")), EndsWith("axes[0].range.to = 1.5: must be at least from"));
  EXPECT_THAT(only("axes { path: 'a' log_range { from: 2 to: 1 count: 2 } }"),
              EndsWith("axes[0].log_range.to = 1: must be at least from"));
  EXPECT_THAT(
      only(Range("a", "1", "1000001", "1")),
      EndsWith("axes[0].range.step = 1: there would be 1000001 values; must be such that there are at most 1000000"));
  EXPECT_THAT(only("axes { path: 'a' values: '1' } axes { path: 'b' values: '1' } axes { path: 'a' values: '2' }"),
              EndsWith("axes[2].path = a: there is another axis of this field"));
  EXPECT_THAT(
      only("axes { path: 'a' values: ['1', '2'] value_names: ['x', 'x'] }"),
      EndsWith("axes[0].value_names = 2 names, 1 different: must be a name of its own for each of the 2 values"));
  EXPECT_THAT(only("axes { path: 'a' values: ['1', '2'] value_names: ['x', 'y', 'z'] }"),
              HasSubstr("3 names, 3 different"));
  EXPECT_THAT(
      only("axes { path: 'a' values: ['1', '2'] zip_group: 'g' } axes { path: 'b' values: '1' zip_group: 'g' }"),
      EndsWith("axes[1].zip_group = g: the axis has 1 values, and another of the group has 2; must be a group of axes "
               "with equally many values: they advance together"));
  EXPECT_THAT(only("seeds: [3, 4, 3]"), EndsWith("seeds: one is given twice"));
  EXPECT_THAT(only("axes { path: 'x.a' values: '1' label: 'l' } answers { axis: 'x.a' } answers { axis: 'l' } answers "
                   "{ axis: 'a' }"),
              EndsWith("answers[2].axis = a: must be the path or the label of an axis"));
  EXPECT_THAT(only(Range("a", "1", "1000", "1") + Range("b", "1", "1001", "1")),
              EndsWith("axes: the sweep has more than 1000000 points"));
  EXPECT_THAT(only(Range("a", "1", "1000000", "1") + "seeds: [1, 2]"), HasSubstr("more than 1000000 points"));
}

TEST(SweepPointsTest, AsManyAsAreAllowedAreTaken) {
  EXPECT_EQ(Read(Range("a", "1", "1000000", "1")).points->size(), 1'000'000u);
  EXPECT_EQ(Read(Range("a", "1", "1000", "1") + Range("b", "1", "1000", "1")).points->size(), 1'000'000u);
  EXPECT_THAT(Read("axes { path: 'x.a' values: '1' } answers { axis: 'a' }").sentences(), IsEmpty());
  EXPECT_THAT(Read("axes { path: 'a' values: ['1', '2'] value_names: ['x', 'y'] }").sentences(), IsEmpty());
}

TEST(SweepPointsTest, ASampleHoldsEveryValueOfEveryAxisAndTheLastPoint) {
  const Read few(Range("a", "1", "3", "1") + Range("b", "1", "4", "1") + "seeds: [1, 2]");
  std::vector<std::uint64_t> all(24);
  std::iota(all.begin(), all.end(), 0u);
  EXPECT_EQ(few.points->Sample(24), all);
  EXPECT_EQ(few.points->Sample(1'000), all);
  EXPECT_THAT(few.points->Sample(8), ElementsAre(0, 4, 6, 8, 12, 16, 18, 23));
  const Read many(Range("a", "1", "20", "1") + Range("b", "1", "30", "1"));
  const std::vector<std::uint64_t> sample = many.points->Sample(100);
  EXPECT_EQ(sample.size(), 88u);
  for (std::uint64_t b = 0; b < 30; ++b) EXPECT_THAT(sample, Contains(b));
  for (std::uint64_t a = 0; a < 20; ++a) EXPECT_THAT(sample, Contains(30 * a));
  EXPECT_EQ(sample.back(), 599u);
}

// An axis of very many values was looked at more often than was said.
TEST(SweepPointsTest, ASampleIsNeverLargerThanAsked) {
  const std::vector<std::uint64_t> sample =
      Read(Range("a", "1", "500", "1") + Range("b", "1", "3", "1")).points->Sample(50);
  EXPECT_EQ(sample.size(), 50u);
  EXPECT_THAT(sample, Contains(63));
  EXPECT_LE(Read(Range("a", "1", "8191", "1")).points->Sample(4'096).size(), 4'096u);
  EXPECT_THAT(Read(Range("a", "1", "2", "1") + Range("b", "1", "2", "1") + Range("c", "1", "2", "1")).points->Sample(3),
              ElementsAre(0, 7));
}

}  // namespace
}  // namespace siov
