// SPDX-License-Identifier: Apache-2.0
// The one reader of commands' words.
#include "platforms/cli/arguments.h"

#include <gmock/gmock.h>

#include <sstream>

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

class ArgumentsTest : public ::testing::Test {
 protected:
  ArgumentsTest() {
    arguments_.Files(1, 1, "which file?", &files_);
    arguments_.Value("--out", &out_);
    arguments_.Values("--set", &sets_);
    arguments_.Flag("--quiet", &quiet_);
    arguments_.Value("--seed", [this](const std::string& value) -> Arguments::Refused {
      const auto number = WholeNumber(value, 1, 99);
      if (!number) return "from 1 to 99";
      sets_.push_back("seed=" + std::to_string(*number));
      return std::nullopt;
    });
  }
  Words Read(const Words& words) { return arguments_.Read(words); }
  Arguments arguments_{"try"};
  Words files_;
  Words sets_;
  std::string out_;
  bool quiet_ = false;
};

TEST_F(ArgumentsTest, ValuesAreTakenInTheOrderInWhichTheyAreWritten) {
  EXPECT_THAT(Read({"--set", "a=1", "f", "--seed=7", "--quiet", "--set=a=2", "--out=y"}), IsEmpty());
  EXPECT_THAT(sets_, ElementsAre("a=1", "seed=7", "a=2"));
  EXPECT_THAT(files_, ElementsAre("f"));
  EXPECT_EQ(out_, "y");
  EXPECT_TRUE(quiet_);
}

TEST_F(ArgumentsTest, AnOptionIsGivenOnce) {
  EXPECT_THAT(Read({"f", "--out", "x", "--out=y"}), ElementsAre("--out: it is given twice"));
  EXPECT_THAT(Read({"f", "--quiet", "--quiet"}), ElementsAre("--quiet: it is given twice"));
  EXPECT_THAT(Read({"f", "--set", "a=1", "--set", "a=1"}), IsEmpty()) << "which of them holds is said of the field";
}

TEST_F(ArgumentsTest, AValueMayLookLikeAnOptionAndMayBeEmpty) {
  EXPECT_THAT(Read({"f", "--set", "--out", "--out="}), IsEmpty());
  EXPECT_THAT(sets_, ElementsAre("--out"));
  EXPECT_EQ(out_, "");
  EXPECT_FALSE(quiet_);
}

TEST_F(ArgumentsTest, AllAfterTwoHyphensAreFilesAndOneHyphenIsOne) {
  EXPECT_THAT(Read({"--quiet", "--", "--out"}), IsEmpty());
  EXPECT_THAT(files_, ElementsAre("--out"));
  EXPECT_THAT(Read({"-"}), IsEmpty());
  EXPECT_THAT(files_, ElementsAre("-"));
}

TEST_F(ArgumentsTest, EveryMistakeIsASentence) {
  EXPECT_THAT(
      Read({"f", "--sett", "a=1", "--seed", "0", "--quiet=no", "--out"}),
      ElementsAre("unknown option --sett; allowed are --out, --set, --quiet, --seed; did you mean --set?",
                  "--seed 0: must be from 1 to 99", "--quiet=no: --quiet takes no value", "--out needs a value"));
  EXPECT_THAT(Read({"-q"}), ElementsAre("unknown option -q; allowed are --out, --set, --quiet, --seed"));
  EXPECT_THAT(Read({"--elsewhere=x"}),
              ElementsAre("unknown option --elsewhere; allowed are --out, --set, --quiet, --seed"));
}

TEST_F(ArgumentsTest, FilesAreCounted) {
  EXPECT_THAT(Read({}), ElementsAre("which file?"));
  EXPECT_THAT(Read({"a", "b", "c"}), ElementsAre("takes one file, but got a and b"));
  Arguments none("none");
  EXPECT_THAT(none.Read({"a"}), ElementsAre("takes no file, but got a"));
}

TEST_F(ArgumentsTest, MistakesAreSaidWithTheCommandEachOnALine) {
  std::ostringstream err;
  EXPECT_FALSE(arguments_.ReadOrSay({"f", "--seed", "x", "--out"}, err));
  EXPECT_EQ(err.str(), "siovsim: try: --seed x: must be from 1 to 99\nsiovsim: try: --out needs a value\n");
  std::ostringstream nothing;
  EXPECT_TRUE(arguments_.ReadOrSay({"f"}, nothing));
  EXPECT_EQ(nothing.str(), "");
}

TEST(WholeNumberTest, IsDigitsAloneWithinItsLimits) {
  for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(WholeNumber(wrong, 0, ~std::uint64_t{0}), std::nullopt) << wrong;
  }
  EXPECT_EQ(WholeNumber("18446744073709551615", 0, ~std::uint64_t{0}), ~std::uint64_t{0});
  EXPECT_EQ(WholeNumber("007", 7, 7), 7u);
  EXPECT_EQ(WholeNumber("6", 7, 8), std::nullopt);
  EXPECT_EQ(WholeNumber("9", 7, 8), std::nullopt);
}

}  // namespace
}  // namespace siov
