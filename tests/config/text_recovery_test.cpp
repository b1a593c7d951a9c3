// SPDX-License-Identifier: Apache-2.0
// What is taken out of a text for a fault at one of its places, so that the parser can go on behind it.
#include "platforms/config/text_recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

struct Case {
  const char* what;
  const char* text;  // '^' before the place of the fault
  const char* left;  // runs of blanks as one
};

std::string Squeezed(const std::string& text) {
  std::string left;
  for (const char c : text) {
    if (c != ' ' || left.empty() || left.back() != ' ') left += c;
  }
  return left;
}

// The text without what is taken out for the fault at '^'; "(nothing)" if nothing can be.
std::string After(std::string text) {
  const std::size_t mark = text.find('^');
  text.erase(mark, 1);
  const auto line = static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), '\n'));
  const std::size_t newline = text.rfind('\n', mark == 0 ? 0 : mark - 1);
  const std::size_t start = mark == 0 || newline == std::string::npos ? 0 : newline + 1;
  const std::string before = text;
  const TextTokens tokens(text);
  if (!tokens.TakeOut(tokens.Find(line, static_cast<int>(mark - start)), &text)) {
    EXPECT_EQ(text, before);
    return "(nothing)";
  }
  EXPECT_EQ(text.size(), before.size()) << "what stands behind keeps its place";
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_TRUE(text[i] == before[i] || text[i] == ' ') << i;
  return Squeezed(text);
}

TEST(TextRecoveryTest, TheInnermostFieldOrElementIsTakenOut) {
  for (const Case& one : std::initializer_list<Case>{
           {"a value", "a: 1 b: ^x c: 3", "a: 1 c: 3"},
           {"the first", "a: ^x b: 2", " b: 2"},
           {"the last", "a: 1 b: ^x", "a: 1 "},
           {"a negative value", "a: ^-5 b: 2", " b: 2"},
           {"a negative value set apart", "a: - ^x b: 2", " b: 2"},
           {"the value's name", "a: 1 ^b: x c: 3", "a: 1 c: 3"},
           {"the colon", "a: 1 b^: 2 c: 3", "a: 1 c: 3"},
           {"strings in a row", "a: ^'x' 'y' \"z\" b: 2", " b: 2"},
           {"a string that holds brackets", "a: ^'}{' b: 2", " b: 2"},
           {"in a message", "m { a: 1 b: ^x c: 3 } d: 4", "m { a: 1 c: 3 } d: 4"},
           {"in angle brackets", "m < a: ^x b: 2 >", "m < b: 2 >"},
           {"in a message in a message", "m { n { a: ^x } b: 2 }", "m { n { } b: 2 }"},
           {"behind a message", "m { n { a: 1 } b: ^x }", "m { n { a: 1 } }"},
           {"a message where a value belongs", "a ^{ b: 1 } c: 2", " c: 2"},
           {"the same with a colon", "a: ^{ b { c: 1 } } d: 2", " d: 2"},
           {"a list where a value belongs", "a: ^[1, [2]] b: 2", " b: 2"},
           {"on several lines", "m {\n a: ^{\n b: 1\n }\n c: 2\n}", "m {\n \n \n \n c: 2\n}"}}) {
    EXPECT_EQ(After(one.text), one.left) << one.what;
  }
}

TEST(TextRecoveryTest, NoSeparatorIsLeftOver) {
  for (const Case& one : std::initializer_list<Case>{
           {"comma behind a field", "a: 1, b: ^x, c: 3", "a: 1, c: 3"},
           {"semicolon behind a field", "a: ^x; b: 2", " b: 2"},
           {"first of a list", "a: [^x, 2, 3]", "a: [ 2, 3]"},
           {"middle of a list", "a: [1, ^x, 3]", "a: [1 , 3]"},
           {"last of a list", "a: [1, 2, ^x]", "a: [1, 2 ]"},
           {"only one of a list", "a: [^x] b: 2", "a: [ ] b: 2"},
           {"a name in a list", "a: [A, ^B, C]", "a: [A , C]"},
           {"negative in a list", "a: [1, ^-2, 3]", "a: [1 , 3]"},
           {"a message of a list", "a: [{ b: 1 }, ^5, { b: 3 }]", "a: [{ b: 1 } , { b: 3 }]"},
           {"inside of a message of a list", "a: [{ b: 1 }, { b: ^x c: 2 }]", "a: [{ b: 1 }, { c: 2 }]"},
           {"a message of a list of values", "a: [1, ^{ b: 2 }, 3]", "a: [1 , 3]"}}) {
    EXPECT_EQ(After(one.text), one.left) << one.what;
  }
}

TEST(TextRecoveryTest, OfAFieldWithoutAValueOnlyTheFieldIsTakenOut) {
  for (const Case& one : std::initializer_list<Case>{
           {"no colon", "a: 1 b ^2 c: 3", "a: 1 c: 3"},
           {"no colon before a name", "a ^LRU b: 2", " b: 2"},
           {"no colon before a string", "a ^'x' b: 2", " b: 2"},
           {"no value", "a: ^b: 2 c: 3", " b: 2 c: 3"},
           {"no value before a message", "a: ^b { c: 1 }", " b { c: 1 }"},
           {"no value before a message in angle brackets", "a: ^b < c: 1 >", " b < c: 1 >"},
           {"neither colon nor value", "x: 1 a ^b: 2", "x: 1 b: 2"},
           {"no value at the end", "m { a: ^} b: 2", "m { } b: 2"},
           {"neither at the end", "m { b: 2 a ^} c: 3", "m { b: 2 } c: 3"},
           {"no value before a comma", "a: ^, b: 2", " b: 2"},
           {"no value in a list", "a: [1, ^, 2]", "a: [1, 2]"},
           {"the wrong bracket", "m { a: 1 ^] b: 2 }", "m { ] b: 2 }"},
           {"the wrong bracket in an empty message", "m { ^] b: 2 }", "m { b: 2 }"},
           {"two values", "a: 1 ^5 b: 2", "a: 1 b: 2"},
           {"two messages in a list without a comma", "a: [{ b: 1 } ^{ b: 2 }] c: 3", "a: [{ b: 1 } ] c: 3"},
           {"two values in a list without a comma", "a: [1 ^2, 3]", "a: [1 , 3]"},
           {"a name behind a value in a list", "a: [5 ^A, 3]", "a: [5 , 3]"},
           {"a name with a value in a list", "a: [A ^B: 1, 2]", "a: [A : 1, 2]"},
           {"behind brackets that close nothing", "} ] a: ^x b: 2", "} ] b: 2"},
           {"two commas", "a: 1, ^, b: 2", "a: 1, b: 2"},
           {"a bracket that closes nothing", "m { } ^} a: 1", "m { } a: 1"},
           {"the first token", "^5 a: 1", " a: 1"}}) {
    EXPECT_EQ(After(one.text), one.left) << one.what;
  }
}

TEST(TextRecoveryTest, AStringThatDoesNotEndIsWhatTheFaultBehindItIsAbout) {
  EXPECT_EQ(After("a: 'x^\nb: 2"), " \nb: 2");
  EXPECT_EQ(After("a: '^\nb: 2"), " \nb: 2");
  EXPECT_EQ(After("a: 'x' ^b 3"), "a: 'x' ") << "this one does";
  EXPECT_EQ(After("a: '' ^b 3"), "a: '' ");
}

TEST(TextRecoveryTest, AtTheEndOfTheTextNothingIsLeftToTakeOut) {
  EXPECT_EQ(After("m { a: 1^"), "(nothing)");
  EXPECT_EQ(After("^"), "(nothing)");
  EXPECT_EQ(After("m { a: [ ^}"), "(nothing)") << "the wrong bracket around nothing";
}

TEST(TextRecoveryTest, CommentsAreNoText) {
  EXPECT_EQ(After("a: ^x # a: } x\nb: 2"), " # a: } x\nb: 2");
  EXPECT_EQ(After("a: 1 # b: {\nb: ^x"), "a: 1 # b: {\n ");
}

TEST(TextRecoveryTest, PlacesCountLinesAndTabsAsTheParserDoes) {
  const std::string text = "ab\n\tc\td\n  e";
  EXPECT_EQ(OffsetOf(text, 0, 0), 0u);
  EXPECT_EQ(OffsetOf(text, 0, 1), 1u);
  EXPECT_EQ(OffsetOf(text, 0, 9), 2u) << "not beyond the line";
  EXPECT_EQ(OffsetOf(text, 1, 0), 3u);
  EXPECT_EQ(OffsetOf(text, 1, 8), 4u);
  EXPECT_EQ(OffsetOf(text, 1, 9), 5u);
  EXPECT_EQ(OffsetOf(text, 1, 16), 6u);
  EXPECT_EQ(OffsetOf(text, 2, 2), 10u);
  EXPECT_EQ(OffsetOf(text, 2, 9), text.size());
  EXPECT_EQ(OffsetOf(text, 3, 0), text.size());
  EXPECT_EQ(OffsetOf(text, 4, 0), text.size());
  const TextTokens tokens(text);
  EXPECT_EQ(tokens.Find(0, 0), 1u);
  EXPECT_EQ(tokens.Find(1, 8), 2u);
  EXPECT_EQ(tokens.Find(1, 9), 3u) << "the next one";
  EXPECT_EQ(tokens.Find(1, 17), 4u);
  EXPECT_EQ(tokens.Find(2, 3), 5u);
  EXPECT_FALSE(tokens.IsToken(0));
  EXPECT_TRUE(tokens.IsToken(1));
  EXPECT_TRUE(tokens.IsToken(4));
  EXPECT_FALSE(tokens.IsToken(5));
  EXPECT_EQ(tokens[3].text, "d");
  EXPECT_EQ(OffsetOf("ab\tcd", 0, 8), 3u);
  EXPECT_EQ(OffsetOf("ab\tcd", 0, 9), 4u);
}

std::vector<std::string> Legal(const std::string& before, const std::string& field, const std::string& behind) {
  const std::string text = before + field + ": Nothing" + behind;
  return LegalEnumValues(siovsim::Experiment(), field, "Nothing", text, before.size() + field.size() + 2);
}

TEST(TextRecoveryTest, ValuesAreThoseOfTheEnumerationThatBelongsThere) {
  EXPECT_THAT(Legal("platform { nodes { iommu { ", "profile", " } } }"), ElementsAre("VTD", "RISCV"));
  EXPECT_THAT(Legal("platform { nodes { iommu { iotlb { prefetch { ", "policy", " } } } } }"),
              ElementsAre("NONE", "NEXT_PAGE", "STRIDE"));
  EXPECT_THAT(Legal("platform { nodes { iommu { iotlb { ", "policy", " } } } }"),
              ElementsAre("LRU", "TREE_PLRU", "SRRIP", "RANDOM", "FIFO", "BELADY"));
  EXPECT_THAT(Legal("platform { nodes { iommu { iotlb { prefetch { ", "policy", " } policy: Neither } } } }"),
              ElementsAre("NONE", "NEXT_PAGE", "STRIDE"))
      << "a second wrong one of the name behind it";
  EXPECT_THAT(Legal("nothing: 1 platform { nodes { iommu { iotlb { prefetch { ", "policy", " } } } } }"),
              ElementsAre("NONE", "NEXT_PAGE", "STRIDE"))
      << "an unknown field before it";
  EXPECT_THAT(Legal("nothing: 1 platform { nodes { iommu { iotlb { ", "policy", " } } } }"),
              ElementsAre("LRU", "TREE_PLRU", "SRRIP", "RANDOM", "FIFO", "BELADY"));
}

}  // namespace
}  // namespace siov
