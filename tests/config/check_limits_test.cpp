// SPDX-License-Identifier: Apache-2.0
// Hostile or careless sizes: bounded time and memory, or one sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platforms/resolve/load_experiment.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// Every file but the last includes the next one `times` times.
ReadFile Chain(int length, int times) {
  return [length, times](const std::string& path, std::string* text, std::string*) {
    const int index = std::stoi(path.substr(1));
    text->clear();
    for (int i = 0; i < times && index < length; ++i) *text += "include: 'f" + std::to_string(index + 1) + "' ";
    *text += "run { seed: " + std::to_string(index + 1) + " }";
    return true;
  };
}

TEST(CheckLimitsTest, AnIncludeThatExpandsToAMillionFilesEndsWithOneSentence) {
  const LoadedExperiment loaded = LoadExperiment("f0", {}, Chain(20, 2));
  EXPECT_THAT(Sentences(loaded.faults), Contains(HasSubstr("more than 1000 files are included")).Times(1));
}

TEST(CheckLimitsTest, AChainOfTwentyThousandIncludesEndsWithOneSentence) {
  const LoadedExperiment loaded = LoadExperiment("f0", {}, Chain(20'000, 1));
  EXPECT_THAT(Sentences(loaded.faults), Contains(HasSubstr("more than 64 levels deep")).Times(1));
}

TEST(CheckLimitsTest, ThreeHundredThousandNodesAreRefusedInOneSentence) {
  std::string platform = "# proto-message: siovsim.Platform\n";
  for (int i = 0; i < 300'000; ++i) platform += "nodes { name: 'n" + std::to_string(i) + "' root_port {} }\n";
  platform += "links { name: 'l' a: 'n0' b: 'n1' fabric {} }\n";
  const CheckedFile checked = CheckFile("p", {}, InlineFiles({{"p", platform}}));
  EXPECT_THAT(Sentences(checked.faults), ElementsAre(HasSubstr("300000 nodes of kind root_port; at most 256")));
}

TEST(CheckLimitsTest, AHundredThousandClassesAreCheckedWithoutLookingForEachAmongAll) {
  std::string text = "include: 'configs/experiments/unloaded.txtpb' workload {\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "tenant_classes { name: 'c" + std::to_string(i) + "' endpoint: 'dsa0' queues: 'swq0' jobs {} }\n";
  }
  text += "}";
  const ReadFile read = [&text](const std::string& path, std::string* content, std::string* why_not) {
    if (path != "x") return ReadFileFromDisk(path, content, why_not);
    *content = text;
    return true;
  };
  const LoadedExperiment loaded = LoadExperiment("x", {}, read);
  EXPECT_THAT(Sentences(loaded.faults), Contains(HasSubstr("at most 65534 classes")).Times(1));
}

// 2^64 does not fit the whole number it was turned into.
TEST(CheckLimitsTest, TheLargestPowerOfTwoIsRefusedByItsRangeOnly) {
  const LoadedExperiment loaded = LoadExperiment("configs/experiments/unloaded.txtpb",
                                                 {"workload.tenant_classes[0].base_address=18446744073709551615"});
  EXPECT_THAT(Sentences(loaded.faults), SizeIs(1));
  EXPECT_THAT(Sentences(loaded.faults), Not(Contains(HasSubstr("power of two"))));
}

// Nothing can be said of the workload of such a platform: its devices lead nowhere.
TEST(CheckLimitsTest, ADeviceWithoutARootPortIsASentenceAndNoCrash) {
  const LoadedExperiment loaded =
      LoadExperiment("x", {},
                     InlineFiles({{"x",
                                   "platform { nodes { name: 'host0' host {} } nodes { name: 'mem0' memory {} } "
                                   "nodes { name: 'dev0' endpoint { swq_arbiter { queues { name: 'q' } } } } "
                                   "links { name: 'l' a: 'host0' b: 'mem0' fabric {} } } "
                                   "workload { tenant_classes { name: 'c' endpoint: 'dev0' queues: 'q' jobs {} } } "
                                   "run { job_limit: 1 }"}}));
  EXPECT_THAT(Sentences(loaded.faults), Contains(HasSubstr("platform has no root_port")));
}

}  // namespace
}  // namespace siov
