// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/nearest_name.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

struct Distance {
  const char* one;
  const char* other;
  std::size_t edits;
};

TEST(NearestNameTest, EveryEditCostsOneAndASwapOfNeighboursToo) {
  for (const Distance& row : std::initializer_list<Distance>{{"", "", 0},
                                                             {"a", "a", 0},
                                                             {"a", "b", 1},
                                                             {"", "abc", 3},
                                                             {"ab", "ba", 1},
                                                             {"abc", "acb", 1},
                                                             {"abc", "bac", 1},
                                                             {"abcd", "badc", 2},
                                                             {"aab", "aba", 1},
                                                             {"abc", "cab", 2},
                                                             {"abc", "cba", 2},
                                                             {"ab", "xa", 2},
                                                             {"ab", "bx", 2},
                                                             {"entries", "entires", 1},
                                                             {"kitten", "sitting", 3},
                                                             {"abc", "abcd", 1},
                                                             {"abc", "xabc", 1},
                                                             {"ways", "sets", 3}}) {
    EXPECT_EQ(EditDistance(row.one, row.other), row.edits) << row.one << " " << row.other;
    EXPECT_EQ(EditDistance(row.other, row.one), row.edits) << row.other << " " << row.one;
  }
}

// A zero byte was taken for a mark in front of both words, and cells before the table were read.
TEST(NearestNameTest, AZeroByteIsALetterLikeOthers) {
  const std::string zero(1, '\0');
  EXPECT_EQ(EditDistance(zero, "a"), 1);
  EXPECT_EQ(EditDistance(zero + zero + "d", "d" + zero), 2);
  EXPECT_EQ(EditDistance("d" + zero, zero + "d"), 1);
}

TEST(NearestNameTest, AThirdOfTheLettersMayBeWrongAndAlwaysTwo) {
  EXPECT_EQ(NearestName("abcd", {"abxy"}), "abxy");
  EXPECT_EQ(NearestName("abcd", {"axyz"}), "");
  EXPECT_EQ(NearestName("abcdefgh", {"abcdexyz"}), "") << "three of eight";
  EXPECT_EQ(NearestName("abcdefghi", {"abcdefxyz"}), "abcdefxyz") << "three of nine";
  EXPECT_EQ(NearestName("abcdefghi", {"abcdevxyz"}), "") << "four of nine";
}

TEST(NearestNameTest, ANameThatSharesNoLetterIsNotOffered) {
  EXPECT_EQ(NearestName("ab", {"xy"}), "");
  EXPECT_EQ(NearestName("ab", {"ay"}), "ay");
  EXPECT_EQ(NearestName("ab", {"abcd"}), "abcd") << "of the longer one half is shared";
  EXPECT_EQ(NearestName("abcd", {"ab"}), "ab");
}

TEST(NearestNameTest, TheNearestWinsAndOfEquallyNearOnesTheFirst) {
  EXPECT_EQ(NearestName("entrie", {"entrxx", "entries", "entrien"}), "entries");
  EXPECT_EQ(NearestName("entrie", {"entrien", "entries"}), "entrien");
  EXPECT_EQ(NearestName("entrie", {}), "");
}

TEST(NearestNameTest, WhatWasTypedIsNoHintAndHidesNoneBehindIt) {
  EXPECT_EQ(NearestName("mem0", {"mem0"}), "");
  EXPECT_EQ(NearestName("mem0", {"mem0", "mem1"}), "mem1");
}

TEST(NearestNameTest, WordsOfMoreThan64LettersAreNotCompared) {
  const std::string most(64, 'a');
  EXPECT_EQ(NearestName("", {"a"}), "");
  EXPECT_EQ(NearestName(most, {most.substr(1)}), most.substr(1));
  EXPECT_EQ(NearestName(most + "a", {most}), "");
  EXPECT_EQ(NearestName(most.substr(1), {most}), most);
  EXPECT_EQ(NearestName(most.substr(1), {most + "a", most}), most) << "a longer one hides none behind it";
  EXPECT_EQ(NearestName(most, {most + "a"}), "");
}

TEST(NearestNameTest, TheArticleIsThatOfTheFirstLetter) {
  for (const char* noun : {"atc", "endpoint", "iommu", "object", "unit"})
    EXPECT_EQ(WithArticle(noun), std::string("an ") + noun);
  for (const char* noun : {"memory", "host", "yard"}) EXPECT_EQ(WithArticle(noun), std::string("a ") + noun);
  EXPECT_EQ(WithArticle(""), "a ");
}

TEST(NearestNameTest, OfMoreThanEightNamesEightAreListed) {
  EXPECT_EQ(Listed({}), "");
  EXPECT_EQ(Listed({"a"}), "a");
  EXPECT_EQ(Listed({"a", "b", "c", "d", "e", "f", "g", "h"}), "a, b, c, d, e, f, g, h");
  EXPECT_EQ(Listed({"a", "b", "c", "d", "e", "f", "g", "h", "i"}), "a, b, c, d, e, f, g, h, ...");
}

}  // namespace
}  // namespace siov
