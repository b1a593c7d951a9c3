// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/merge.h"

#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/text_layer.h"

namespace siov {
namespace {

struct Layer {
  explicit Layer(const std::string& text, const std::string& file) {
    Faults faults;
    EXPECT_TRUE(ParseTextLayer(text, file, &message, &places, &faults));
  }
  siovsim::Experiment message;
  LocationMap places;
};

// The lower layer after the upper one was laid over it, as one line of text.
std::string Merged(const std::string& lower, const std::string& upper) {
  Layer low(lower, "low");
  MergeLayer(Layer(upper, "up").message, &low.message, "", &low.places);
  return low.message.ShortDebugString();
}

TEST(MergeTest, SingleValuesOfTheUpperLayerWinAndOthersStay) {
  EXPECT_EQ(Merged("run { seed: 1 job_limit: 2 }", "run { seed: 3 slice_us: 4 }"),
            "run { seed: 3 job_limit: 2 slice_us: 4 }");
  EXPECT_EQ(Merged("experiment_name: 'a' run { seed: 1 }", "experiment_name: 'b'"),
            "experiment_name: \"b\" run { seed: 1 }");
  EXPECT_EQ(Merged("experiment_name: 'a'", "run { seed: 1 }"), "experiment_name: \"a\" run { seed: 1 }");
  EXPECT_EQ(Merged("run { seed: 1 }", "run { }"), "run { seed: 1 }");
}

TEST(MergeTest, ListsWithoutNamesAreReplacedAsAWhole) {
  EXPECT_EQ(Merged("targets { metric: 'a' } targets { metric: 'b' }", "targets { max: 1 }"), "targets { max: 1 }");
  EXPECT_EQ(Merged("targets { metric: 'a' }", "run { seed: 1 }"), "run { seed: 1 } targets { metric: \"a\" }");
  const std::string engine = "platform { nodes { name: 'd' endpoint { engine { group_of_engine: ";
  EXPECT_EQ(Merged(engine + "[1, 2] } } } }", engine + "[3] } } } }"),
            "platform { nodes { name: \"d\" endpoint { engine { group_of_engine: 3 } } } }");
}

TEST(MergeTest, ElementsOfOneNameMergeAndNewNamesGoToTheEnd) {
  EXPECT_EQ(Merged("platform { nodes { name: 'a' clock: 'x' memory { } } nodes { name: 'b' } }",
                   "platform { nodes { name: 'c' } nodes { name: 'b' clock: 'y' } nodes { name: 'a' clock: 'z' } "
                   "nodes { name: 'd' } }"),
            "platform { nodes { name: \"a\" clock: \"z\" memory { } } nodes { name: \"b\" clock: \"y\" } "
            "nodes { name: \"c\" } nodes { name: \"d\" } }");
}

// Two of a preset: the second must find the first, which the merge itself has appended.
TEST(MergeTest, ANameThatTheUpperLayerHasTwiceIsOneElement) {
  siovsim::Platform upper;
  upper.add_clocks()->set_name("a");
  upper.add_clocks()->set_name("a");
  upper.mutable_clocks(1)->set_mhz(2);
  siovsim::Platform lower;
  LocationMap places;
  MergeLayer(upper, &lower, "", &places);
  EXPECT_EQ(lower.ShortDebugString(), "clocks { name: \"a\" mhz: 2 }");
}

TEST(MergeTest, AnotherCaseOfAChoiceReplacesTheLowerOne) {
  EXPECT_EQ(Merged("platform { nodes { name: 'a' memory { line_bytes: 128 } } }",
                   "platform { nodes { name: 'a' root_port { } } }"),
            "platform { nodes { name: \"a\" root_port { } } }");
}

TEST(MergeTest, PlacesOfWhatWasReplacedAreForgottenAndOthersKept) {
  Layer low(
      "run { seed: 1\n job_limit: 2 }\ntargets { metric: 'a'\n max: 5 }\n"
      "platform { nodes { name: 'a'\n clock: 'x'\n } }\nexperiment_name: 'n'",
      "low");
  const Layer up("run { seed: 3 } targets { } platform { nodes { name: 'a' clock: 'y' } }", "up");
  MergeLayer(up.message, &low.message, "", &low.places);
  EXPECT_EQ(low.places.Find("run.job_limit").line, 2);
  EXPECT_EQ(low.places.Find("run.seed").column, 1) << "only that of run is left";
  EXPECT_EQ(low.places.Find("targets[0].max").line, 0);
  EXPECT_EQ(low.places.Find("nodes[name=a].clock").line, 5) << "only that of the node is left";
  EXPECT_EQ(low.places.Find("nodes[name=a].name").line, 5);
  EXPECT_EQ(low.places.Find("experiment_name").line, 8);
}

// A platform has the path of what it is a part of: forgetting it would forget everything.
TEST(MergeTest, APlatformLaidUnderNoneForgetsNoPlaces) {
  Layer low("run { seed: 1\n job_limit: 2 }", "low");
  low.places.Set("", {"low", 9, 9});
  MergeLayer(Layer("platform { }", "up").message, &low.message, "", &low.places);
  EXPECT_EQ(low.places.Find("run.job_limit").line, 2);
  EXPECT_TRUE(low.message.has_platform());
}

}  // namespace
}  // namespace siov
