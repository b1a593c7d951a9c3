// SPDX-License-Identifier: Apache-2.0
// What kind of file a text is, and where in a sweep's file a fault of one of its points is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CheckedFile Check(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const ReadFile read = [&text](const std::string& path, std::string* content, std::string* why_not) {
    if (path != "f.txtpb") return ReadFileFromDisk(path, content, why_not);
    *content = text;
    return true;
  };
  return CheckFile("f.txtpb", overrides, read);
}

TEST(CheckFileTest, AFileIsTheFirstKindWhoseFieldsItUses) {
  EXPECT_EQ(Check("run { seed: 1 }").kind, "Experiment");
  EXPECT_EQ(Check("sweep_name: 's'").kind, "Sweep");
  EXPECT_EQ(Check("nodes { name: 'a' }").kind, "Platform");
  EXPECT_EQ(Check("workload_name: 'w'").kind, "Workload");
  EXPECT_EQ(Check("host {}").kind, "Node");
  EXPECT_EQ(Check("pcie {}").kind, "Link");
  EXPECT_EQ(Check("endpoint: 'd'").kind, "TenantClass");
  EXPECT_EQ(Check("no_such_field: 1").kind, "Experiment");
  const CheckedFile missing = CheckFile("none.txtpb", {}, InlineFiles({}));
  EXPECT_EQ(missing.kind, "Experiment");
  EXPECT_THAT(Sentences(missing.faults),
              ElementsAre(HasSubstr("none.txtpb: cannot be read: No such file or directory")));
}

// A blank after the kind made it unreadable, and the file was taken for what it looked like.
TEST(CheckFileTest, AStatedKindHolds) {
  for (const char* end : {"\n", " \n", "\t\r\n", ""}) {
    EXPECT_EQ(Check("# other words\n# proto-message: siovsim.Link" + std::string(end)).kind, "Link") << end;
  }
  EXPECT_EQ(Check("# proto-message: TenantClass\nname: 'x'").kind, "TenantClass");
  EXPECT_EQ(Check("# proto-message:Workload\n").kind, "Workload");
  EXPECT_EQ(Check("## proto-message: siovsim.Link\nname: 'x'").kind, "Node");
  EXPECT_EQ(Check("# proto-message: siovsim.Platform\nrun {}").kind, "Platform");
}

constexpr char kUnloaded[] = "experiment_file: 'configs/experiments/unloaded.txtpb'\n";

TEST(CheckFileTest, AFaultOfAPointIsWhereItsAxisIs) {
  const std::string text = std::string(kUnloaded) +
                           "axes { path: 'nodes[name=dsa0].endpoint.atc.entries' values: ['64', 'many', '-5'] }\n"
                           "axes { path: 'nodes[name=dsa0].endpoint.port.pasid_width' values: ['20', '21', '22'] }\n";
  const CheckedFile checked = Check(text);
  EXPECT_THAT(
      Sentences(checked.faults),
      ElementsAre(
          "f.txtpb:3:1: nodes[name=dsa0].endpoint.port.pasid_width = 21: must be from 1 to 20 (first at point 1, "
          "nodes[name=dsa0].endpoint.atc.entries=64, nodes[name=dsa0].endpoint.port.pasid_width=21)",
          HasSubstr("f.txtpb:2:1: nodes[name=dsa0].endpoint.atc.entries = many: wrong type of value; must be a whole "
                    "number")))
      << ::testing::PrintToString(Sentences(checked.faults));
  EXPECT_EQ(checked.points, 9u);
  EXPECT_EQ(checked.points_checked, 9u);
  EXPECT_TRUE(checked.experiment.has_value()) << "the first point is sound";
}

TEST(CheckFileTest, TheSameFaultOfTwoFieldsIsSaidOfBothAndOnceOfEach) {
  const CheckedFile checked =
      Check(std::string(kUnloaded) +
            "axes { path: 'nodes[name=dsa0].endpoint.atc.entries' values: ['64', 'many', 'few', '300000000'] }\n"
            "axes { path: 'nodes[name=dsa0].endpoint.port.tags' values: ['8', 'many', 'few'] }\n");
  EXPECT_THAT(
      Sentences(checked.faults),
      ElementsAre(
          HasSubstr("f.txtpb:3:1: nodes[name=dsa0].endpoint.port.tags = many: wrong type of value"),
          HasSubstr("f.txtpb:2:1: nodes[name=dsa0].endpoint.atc.entries = many: wrong type of value"),
          HasSubstr("f.txtpb:2:1: nodes[name=dsa0].endpoint.atc.entries = 300000000: must be at most 268435456")));
}

// Where axes make no points, their values are looked at all the same, one by one.
TEST(CheckFileTest, ValuesAreCheckedWithoutPoints) {
  const CheckedFile checked =
      Check(std::string(kUnloaded) +
            "axes { path: 'run.seed' values: ['1', '2'] zip_group: 'g' }\n"
            "axes { path: 'nodes[name=dsa0].endpoint.atc.entries' values: ['64', 'many', '8'] zip_group: 'g' }\n");
  EXPECT_THAT(Sentences(checked.faults),
              ElementsAre(HasSubstr("equally many"), HasSubstr("f.txtpb:3:1: nodes[name=dsa0].endpoint.atc.entries = "
                                                               "many: wrong type of value; must be a whole number")))
      << ::testing::PrintToString(Sentences(checked.faults));
  EXPECT_EQ(checked.points, 0u);
  EXPECT_EQ(checked.points_checked, 5u);
  EXPECT_FALSE(checked.experiment.has_value());
}

// Values that were not looked at counted as if they had been.
TEST(CheckFileTest, OfVeryManyValuesSomeAreChecked) {
  const std::string ranges =
      "axes { path: 'run.seed' range { from: 1 to: 5000 step: 1 } zip_group: 'g' }\n"
      "axes { path: 'run.job_limit' values: '7' zip_group: 'g' }\n";
  EXPECT_EQ(Check(kUnloaded + ranges).points_checked, 4'096u);
}

// The experiment of a point is complete: what neither it nor the axes say has its default, as in a run.
TEST(CheckFileTest, APointHasItsDefaults) {
  const CheckedFile checked = Check(std::string(kUnloaded) + "axes { path: 'run.seed' values: ['5', '6'] }\n");
  ASSERT_THAT(Sentences(checked.faults), IsEmpty());
  ASSERT_TRUE(checked.experiment.has_value());
  EXPECT_EQ(checked.experiment->run.seed, 5u);
  const LoadedExperiment run = LoadExperiment("configs/experiments/unloaded.txtpb", {"run.seed=5"});
  EXPECT_EQ(checked.experiment->text, run.experiment.text);
  EXPECT_EQ(checked.experiment->run_id, run.experiment.run_id);
  EXPECT_TRUE(checked.platform.has_value());
}

TEST(CheckFileTest, AnOverrideOfASweepHoldsAtEveryPoint) {
  const std::string text = std::string(kUnloaded) + "axes { path: 'run.seed' values: ['5', '6'] }\n";
  EXPECT_THAT(Sentences(Check(text, {"experiment.run.slice_us=7"}).faults), IsEmpty());
  EXPECT_EQ(Check(text, {"experiment.run.slice_us=7"}).experiment->run.slice_ps, 7 * kPsPerUs);
  EXPECT_THAT(Sentences(Check(text, {"sweep_name=../s"}).faults), ElementsAre(HasSubstr("sweep_name = \"../s\"")));
}

}  // namespace
}  // namespace siov
