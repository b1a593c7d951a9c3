// SPDX-License-Identifier: Apache-2.0
// The sentence a fault is printed as, and the places of fields.
#include "platforms/config/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace siov {
namespace {

using ::testing::ElementsAre;

std::string At(const LocationMap& map, const std::string& path) {
  const Location place = map.Find(path);
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

LocationMap Places(const std::vector<std::string>& paths) {
  LocationMap map;
  map.set_root("root");
  int line = 0;
  for (const std::string& path : paths) map.Set(path, {"f", ++line, 7});
  return map;
}

TEST(LocationMapTest, WhatWasNotWrittenIsAtTheNearestMessageAroundIt) {
  const LocationMap map = Places({"a", "a.b[name=x]", "a.b[name=x].c"});
  EXPECT_EQ(At(map, "a.b[name=x].c"), "f:3:7");
  EXPECT_EQ(At(map, "a.b[name=x].c.d.e"), "f:3:7");
  EXPECT_EQ(At(map, "a.b[name=x].d"), "f:2:7");
  EXPECT_EQ(At(map, "a.b[name=x]"), "f:2:7");
  EXPECT_EQ(At(map, "a.b[0]"), "f:1:7");
  EXPECT_EQ(At(map, "a.b"), "f:1:7");
  EXPECT_EQ(At(map, "b.a"), "root:0:0");
  EXPECT_EQ(At(map, ""), "root:0:0");
}

TEST(LocationMapTest, ForgettingAFieldForgetsWhatIsBelowAndNoNameThatBeginsAlike) {
  LocationMap map = Places({"a", "a.b", "a.b-c", "a.b.c", "a.b[0]", "a.b[0].d", "a.bc", "a.c"});
  map.Erase("a.b");
  std::vector<std::string> found;
  for (const char* path : {"a", "a.b", "a.b-c", "a.b.c", "a.b[0]", "a.b[0].d", "a.bc", "a.c"}) {
    found.push_back(At(map, path));
  }
  EXPECT_THAT(found, ElementsAre("f:1:7", "f:1:7", "f:3:7", "f:1:7", "f:1:7", "f:1:7", "f:7:7", "f:8:7"));
  map.Erase("a.bd");
  EXPECT_EQ(At(map, "a.c"), "f:8:7");
}

TEST(LocationMapTest, PlacesOfAPartMoveBelowItsPathAndReplaceThoseThatWereThere) {
  LocationMap map = Places({"a", "p.a"});
  LocationMap part;
  part.set_root("other");
  part.Set("a", {"g", 1, 2});
  part.Set("b", {"g", 3, 4});
  part.Set("", {"g", 5, 6});
  map.Merge(part, "p");
  EXPECT_EQ(At(map, "a"), "f:1:7");
  EXPECT_EQ(At(map, "p"), "g:5:6");
  EXPECT_EQ(At(map, "p.a"), "g:1:2");
  EXPECT_EQ(At(map, "p.b"), "g:3:4");
  map.Merge(part, "");
  EXPECT_EQ(At(map, "a"), "g:1:2");
  EXPECT_EQ(At(map, "b"), "g:3:4");
  EXPECT_EQ(map.root(), "root");
}

TEST(FaultTest, EveryPartOfASentenceIsLeftOutIfThereIsNone) {
  const Location line{"f", 3, 5};
  EXPECT_EQ(FormatFault(MakeFault(line, "a.b", "7", "is odd", "even", "8")),
            "f:3:5: a.b = 7: is odd; must be even; did you mean \"8\"?");
  EXPECT_EQ(FormatFault(MakeFault({"f", 0, 5}, "a.b", "7", "is odd")), "f: a.b = 7: is odd");
  EXPECT_EQ(FormatFault(MakeFault(line, "a.b", "", "is odd")), "f:3:5: a.b: is odd");
  EXPECT_EQ(FormatFault(MakeFault(line, "", "7", "is odd")), "f:3:5: is odd");
  EXPECT_EQ(FormatFault(MakeFault({"f", 1, 1}, "a", "7", "", "even")), "f:1:1: a = 7: must be even");
  EXPECT_EQ(FormatFault(MakeFault({}, "a", "7", "is odd")), "a = 7: is odd");
  EXPECT_EQ(FormatFault(MakeFault({}, "", "", "is odd")), "is odd");
  Fault remarked = MakeFault(line, "a", "7", "is odd", "even");
  remarked.remark = "first at point 3";
  EXPECT_EQ(FormatFault(remarked), "f:3:5: a = 7: is odd; must be even (first at point 3)");
}

std::string Shown(const std::string& value) {
  const std::string line = FormatFault(MakeFault({}, "a", value, "x"));
  return line.substr(4, line.size() - 4 - 3);
}

TEST(FaultTest, LongValuesAreCutAfter60CharactersAndStayOnOneLine) {
  EXPECT_EQ(Shown(std::string(60, 'v')), std::string(60, 'v'));
  EXPECT_EQ(Shown(std::string(61, 'v')), std::string(60, 'v') + "...");
  EXPECT_EQ(Shown("a\nb\tc\x1f"
                  "d e!"),
            "a b c d e!");
  EXPECT_EQ(Shown("\xc3\xa4"), "\xc3\xa4");
}

// Half a letter is no text: who reads the sentence as UTF-8 would fail on it.
TEST(FaultTest, AValueIsNotCutInTheMiddleOfALetter) {
  EXPECT_EQ(Shown(std::string(59, 'v') + "\xc3\xa4"
                                         "b"),
            std::string(59, 'v') + "...");
  EXPECT_EQ(Shown(std::string(58, 'v') + "\xc3\xa4"
                                         "b"),
            std::string(58, 'v') + "\xc3\xa4...");
  EXPECT_EQ(Shown(std::string(58, 'v') + "\xe2\x82\xac"
                                         "b"),
            std::string(58, 'v') + "...");
  EXPECT_EQ(Shown(std::string(70, '\x80')), "...") << "no letter at all";
}

// An override is quoted as the place of its fault, and may hold anything.
TEST(FaultTest, ALineBreakInAnOverrideDoesNotBreakTheSentence) {
  EXPECT_EQ(FormatFault(MakeFault({"--set a\nb=\x1b[1m", 0, 0}, "a\nb", "", "is odd")), "--set a b= [1m: a b: is odd");
}

TEST(FaultTest, FaultsArePrintedByFileLineAndColumnAndOnceEach) {
  Faults faults;
  for (const Location& place :
       std::initializer_list<Location>{{"b", 1, 1}, {"a", 2, 1}, {"a", 1, 2}, {"a", 1, 1}, {"a", 10, 1}, {"a", 1, 2}}) {
    faults.push_back(MakeFault(place, "", "", "x"));
  }
  faults.push_back(MakeFault({"a", 1, 1}, "", "", "second of its place"));
  std::ostringstream out;
  PrintFaults(faults, out);
  EXPECT_EQ(out.str(), "a:1:1: x\na:1:1: second of its place\na:1:2: x\na:2:1: x\na:10:1: x\nb:1:1: x\n");
}

}  // namespace
}  // namespace siov
