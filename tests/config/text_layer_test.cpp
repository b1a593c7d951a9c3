// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/text_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Parsed {
  explicit Parsed(const std::string& text) {
    sound = ParseTextLayer(text, "f", &message, &places, &faults);
    EXPECT_EQ(sound, faults.empty());
  }
  std::string At(const std::string& path) const {
    const Location place = places.Find(path);
    return std::to_string(place.line) + ":" + std::to_string(place.column);
  }
  siovsim::Experiment message;
  LocationMap places;
  Faults faults;
  bool sound = false;
};

TEST(TextLayerTest, ListsElementsAndFieldsHaveThePlaceTheyWereWrittenAt) {
  const Parsed parsed(
      "targets { metric: 'a' }\n"
      "  targets { max: 3\n    min: 2 }\n"
      "targets { }\n"
      "\tplatform { nodes { name: 'x'\n"
      " endpoint { engine { group_of_engine: 1\n group_of_engine: 2 group_of_engine: 3 } } }\n"
      " nodes { clock: 'c' name: 'y' } }\n"
      "run { seed: 1 }");
  ASSERT_THAT(Sentences(parsed.faults), IsEmpty());
  EXPECT_EQ(parsed.At("targets"), "1:1") << "a list begins at its first element";
  EXPECT_EQ(parsed.At("targets[0].metric"), "1:11");
  EXPECT_EQ(parsed.At("targets[1]"), "2:3");
  EXPECT_EQ(parsed.At("targets[1].min"), "3:5");
  EXPECT_EQ(parsed.At("targets[2]"), "4:1");
  EXPECT_EQ(parsed.At("nodes"), "5:20");
  EXPECT_EQ(parsed.At("nodes[name=x]"), "5:20");
  const std::string groups = "nodes[name=x].endpoint.engine.group_of_engine";
  EXPECT_EQ(parsed.At(groups), "6:22");
  EXPECT_EQ(parsed.At(groups + "[0]"), "6:22");
  EXPECT_EQ(parsed.At(groups + "[1]"), "7:2");
  EXPECT_EQ(parsed.At(groups + "[2]"), "7:21");
  EXPECT_EQ(parsed.At("nodes[name=y].clock"), "8:10");
  EXPECT_EQ(parsed.At("run"), "9:1");
  EXPECT_EQ(parsed.At("run.seed"), "9:7");
  EXPECT_EQ(parsed.At("workload"), "0:0");
  EXPECT_EQ(parsed.places.root(), "f");
}

// They had no line at all.
TEST(TextLayerTest, ElementsInOnePairOfBracketsAreWhereTheirListBegins) {
  const Parsed parsed(
      "\n targets: [{ metric: 'a' },\n  { max: 3 }]\n targets { }\n"
      "platform { nodes { name: 'x' endpoint { engine {\n group_of_engine: [1,\n 2] } } } }");
  ASSERT_THAT(Sentences(parsed.faults), IsEmpty());
  EXPECT_EQ(parsed.At("targets[0]"), "2:2");
  EXPECT_EQ(parsed.At("targets[1]"), "2:2");
  EXPECT_EQ(parsed.At("targets[2]"), "2:2");
  EXPECT_EQ(parsed.At("targets[1].max"), "3:5");
  EXPECT_EQ(parsed.At("nodes[name=x].endpoint.engine.group_of_engine[1]"), "6:2");
}

TEST(TextLayerTest, AHundredFaultsOfAFileAreEnough) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "targets { max: x" + std::to_string(i) + " }\n";
  const Parsed parsed(text);
  ASSERT_THAT(parsed.faults, SizeIs(100));
  EXPECT_EQ(FormatFault(parsed.faults[0]), "f:1:16: Expected double, got: x0");
  EXPECT_EQ(FormatFault(parsed.faults[99]), "f:100:16: Expected double, got: x99");
}

// Each level of brackets is a level of the stack.
TEST(TextLayerTest, BracketsAreNotFollowedIntoAnyDepth) {
  std::string open;
  std::string close;
  for (int i = 0; i < 31; ++i) open += "x { ", close += "} ";
  EXPECT_THAT(Sentences(Parsed(open + close).faults),
              ElementsAre("f:1:1: Message type \"siovsim.Experiment\" has no field named \"x\""));
  const Parsed deep("x { x { " + open + close + "} }");
  ASSERT_THAT(deep.faults, ::testing::Not(IsEmpty()));
  EXPECT_THAT(FormatFault(deep.faults[0]), ::testing::HasSubstr("too deep"));
}

// Taking out one element after the other ends at the same bracket.
TEST(TextLayerTest, WhatIsLeftOfAFaultIsNoSecondOne) {
  EXPECT_THAT(Sentences(Parsed("targets: [{ max: 1 }, { max: 2 } }").faults),
              ElementsAre("f:1:34: Expected \",\", found \"}\""));
}

// The value was looked for backwards from behind it, and found in the comment.
TEST(TextLayerTest, AnUnknownValueIsWhereItStandsAndNotWhereACommentNamesIt) {
  const Parsed parsed("platform { nodes { iommu { profile: VTX\n  # VTX } is what I want\n } } }\nrun { seed: x }");
  EXPECT_THAT(Sentences(parsed.faults),
              ElementsAre("f:1:37: profile has no value VTX; must be one of VTD, RISCV; did you mean \"VTD\"?",
                          "f:4:13: Expected integer, got: x",
                          "f:1:12: nodes[0].name: must be a name: a letter, then "
                          "letters, digits, '_' or '-', at most 64"));
}

TEST(TextLayerTest, AMissingBracketIsMissedAtTheEnd) {
  EXPECT_THAT(Sentences(Parsed("run {").faults), ElementsAre("f:1:6: Expected identifier, got: "));
  EXPECT_THAT(Sentences(Parsed("run { seed: x\njob_limit: y").faults),
              ElementsAre("f:1:13: Expected integer, got: x", "f:2:12: Expected integer, got: y",
                          "f:2:13: Expected identifier, got: "));
}

TEST(TextLayerTest, AQuotationMarkInAWrongValueIsReadToTheEnd) {
  EXPECT_THAT(Sentences(Parsed("run { seed: '\"' job_limit: x }").faults),
              ElementsAre("f:1:13: Expected integer, got: '\"'", "f:1:28: Expected integer, got: x"));
}

TEST(TextLayerTest, NamesAreLetterThenLettersDigitsAndDashesOf64AtMost) {
  const std::string most(63, 'x');
  for (const std::string& name : {std::string("a"), std::string("Z9_-"), "a" + most}) EXPECT_TRUE(IsLegalName(name));
  for (const std::string& name : {std::string(), std::string("9"), std::string("_a"), std::string("-a"),
                                  std::string("a b"), std::string("a."), "ab" + most, std::string("a\xc3\xa4")}) {
    EXPECT_FALSE(IsLegalName(name)) << name;
  }
}

}  // namespace
}  // namespace siov
