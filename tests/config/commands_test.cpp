// SPDX-License-Identifier: Apache-2.0
// check, describe and resolve as a user meets them: exit code, what is printed where, what is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "platforms/cli/check_command.h"
#include "platforms/cli/describe_command.h"
#include "platforms/cli/resolve_command.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Outcome Call(int (*command)(const std::vector<std::string>&), const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.exit_code = command(arguments);
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() : folder_(std::filesystem::temp_directory_path() / ("siovsim_commands_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~CommandsTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  std::filesystem::path folder_;
};

TEST_F(CommandsTest, ADamagedRecordingIsSaidAlikeByAllThatLook) {
  const std::string trace = Write("t.siovtrace", "no trace");
  const std::vector<std::string> words = {"configs/experiments/quickstart.txtpb", "--set",
                                          "workload.replay.trace_file=\"" + trace + "\""};
  const Outcome checked = Call(CheckMain, words);
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_THAT(checked.err, HasSubstr("replay.trace_file: " + trace));
  for (const auto& command : {DescribeMain, ResolveMain}) {
    const Outcome outcome = Call(command, words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.err, checked.err);
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(CommandsTest, ACacheOfNoEntriesIsNeverSaidToBeHit) {
  const std::string platform = "configs/experiments/quickstart.txtpb";
  const auto described = [&](const std::string& fixed) {
    return Call(DescribeMain, {platform, "--set", fixed, "--out", (folder_ / "d").string()}).out;
  };
  EXPECT_THAT(described("run.seed=1"), HasSubstr("IOTLB hit"));
  EXPECT_THAT(described("run.seed=1"), HasSubstr("translated read"));
  EXPECT_THAT(described("nodes[name=iommu0].iommu.iotlb.entries=0"), ::testing::Not(HasSubstr("hit ")));
  EXPECT_THAT(described("nodes[name=dsa0].endpoint.atc.entries=0"), ::testing::Not(HasSubstr("translated read")));
}

TEST_F(CommandsTest, ASweepGivenAsAnExperimentIsOneSentenceThatNamesTheCommand) {
  const Outcome outcome = Call(ResolveMain, {"configs/sweeps/atc_size.txtpb"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "siovsim: configs/sweeps/atc_size.txtpb is a sweep, which is many runs: siovsim sweep "
            "configs/sweeps/atc_size.txtpb runs them.\n");
  EXPECT_THAT(Call(ResolveMain, {"configs/platforms/minimal.txtpb"}).err,
              HasSubstr("is a Platform, which is only a part"));
  const std::string wrong = Write("wrong.txtpb", "run { seed: 1 sed: 2 }\n");
  EXPECT_THAT(Call(ResolveMain, {wrong}).err, HasSubstr("has no field named \"sed\""));
}

TEST_F(CommandsTest, CheckSaysWhatAFileIsAndExitsZero) {
  const Outcome outcome = Call(CheckMain, {"configs/platforms/minimal.txtpb", "configs/sweeps/atc_size.txtpb"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("configs/platforms/minimal.txtpb: Platform, no faults"));
  EXPECT_THAT(outcome.out, HasSubstr("configs/sweeps/atc_size.txtpb: Sweep, no faults"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(CommandsTest, CheckReportsAllFaultsOfAllFilesAndExitsTwo) {
  const std::string one =
      Write("one.txtpb", "# proto-message: siovsim.Workload\nreplay { endpoint: 'd' tenants: 0 }\n");
  const std::string two = Write("two.txtpb", "");
  const Outcome outcome = Call(CheckMain, {one, two, (folder_ / "three.txtpb").string()});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr(one + ":2:24: replay.tenants = 0: must be from 1 to 1048576"));
  EXPECT_THAT(outcome.err, HasSubstr("replay.trace_file: is required and missing"));
  EXPECT_THAT(outcome.err, HasSubstr(two + ": file is empty"));
  EXPECT_THAT(outcome.err, HasSubstr("three.txtpb: cannot be read: No such file or directory"));
}

TEST_F(CommandsTest, CheckTriesEveryValueOfASweep) {
  const std::string sweep = Write(
      "s.txtpb",
      "# proto-message: siovsim.Sweep\nexperiment_file: '" +
          std::filesystem::absolute("configs/experiments/unloaded.txtpb").string() +
          "'\naxes { path: 'nodes[name=dsa0].endpoint.atc.ways' values: '4' values: 'many' }\n"
          "axes { path: 'run.sede' values: '1' }\naxes { path: 'run.warmup_us' range { from: 0.5 to: 2 step: 0.5 } }\n"
          "axes { path: 'run.seed' }\n");
  const Outcome outcome = Call(CheckMain, {sweep});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("s.txtpb:3:1: nodes[name=dsa0].endpoint.atc.ways = many: wrong type of value"));
  EXPECT_THAT(outcome.err, HasSubstr("s.txtpb:4:1: run.sede: no field \"sede\" in Run; did you mean \"seed\"?"));
  EXPECT_THAT(outcome.err, HasSubstr("s.txtpb:6:1: axes[3]: axis needs values or one range"));
  EXPECT_THAT(outcome.err, ::testing::Not(HasSubstr("s.txtpb:5")));
}

TEST_F(CommandsTest, WrongArgumentsAreOneSentenceAndExitTwo) {
  for (const auto& arguments : {std::vector<std::string>{}, {"--fast", "x"}, {"--set"}, {"a", "b"}}) {
    const Outcome outcome = Call(ResolveMain, arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("resolve: "));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
}

TEST_F(CommandsTest, ResolvedFileAnywhereIsTheSameRun) {
  const std::string file = (folder_ / "resolved.txtpb").string();
  ASSERT_EQ(Call(ResolveMain, {"configs/experiments/quickstart.txtpb", "--set", "run.seed=7", "--out", file}).exit_code,
            0);
  const LoadedExperiment first = LoadExperiment("configs/experiments/quickstart.txtpb", {"run.seed=7"});
  const LoadedExperiment second = LoadExperiment(file);
  EXPECT_THAT(second.faults, IsEmpty());
  EXPECT_EQ(first.experiment.run_id, second.experiment.run_id);
  EXPECT_EQ(second.experiment.run.seed, 7u);
}

TEST_F(CommandsTest, DescribePrintsLatenciesBoundAndDraws) {
  const Outcome outcome = Call(DescribeMain, {"configs/experiments/shared_copy.txtpb", "--out", folder_.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Zero-load latency of dsa0"));
  EXPECT_THAT(outcome.out, HasSubstr("cold walk of 4 + 24 reads"));
  EXPECT_THAT(outcome.out, HasSubstr("Throughput bound: "));
  EXPECT_THAT(outcome.out, HasSubstr("<- bottleneck"));
  EXPECT_GT(std::filesystem::file_size(folder_ / "dsa_gen5x16.svg"), 1000u);
}

TEST_F(CommandsTest, DescribeRefusesWhatHoldsNoPlatform) {
  const Outcome outcome = Call(DescribeMain, {"configs/workloads/single_copy.txtpb"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("is a Workload and holds no whole platform"));
}

TEST_F(CommandsTest, APlaceThatCannotBeIsWrongInputAndSaysWhy) {
  const std::string file = Write("file", "not a folder");
  std::filesystem::create_symlink("round", folder_ / "round");
  const std::string round = (folder_ / "round").string();
  for (const auto& [out, why] :
       {std::pair(file + "/below", "Not a directory"), std::pair(round, "Too many levels of symbolic links"),
        std::pair(round + "/below", "Too many levels of symbolic links")}) {
    for (const auto command : {ResolveMain, DescribeMain}) {
      const Outcome outcome = Call(command, {"configs/experiments/unloaded.txtpb", "--out", out});
      EXPECT_EQ(outcome.exit_code, 2) << out;
      EXPECT_THAT(outcome.err, AllOf(HasSubstr("siovsim: cannot write " + out), HasSubstr(why)));
    }
  }
}

// A picture in a result made the next run of it impossible; a resolved file took the place of its own source.
TEST_F(CommandsTest, ResultsAndWhatIsReadAreNotWrittenOver) {
  const std::string source = Write(
      "source.txtpb", "include: '" + std::filesystem::absolute("configs/experiments/unloaded.txtpb").string() + "'\n");
  const auto refused = [&](int (*command)(const std::vector<std::string>&), const std::string& out,
                           const std::string& why) {
    const Outcome outcome = Call(command, {source, "--out", out});
    EXPECT_EQ(outcome.exit_code, 2) << out;
    EXPECT_EQ(outcome.err, std::string("siovsim: ") + (command == DescribeMain ? "describe" : "resolve") + ": --out " +
                               out + ' ' + why + "\n");
    EXPECT_THAT(outcome.out, IsEmpty());
  };
  refused(ResolveMain, source, "is a file that is read; name another");
  for (const char* const mark : {"DONE", "sweep.json"}) {
    const std::string result = (folder_ / "result").string();
    std::filesystem::create_directories(result + "/points");
    std::ofstream(result + "/" + mark) << "x";
    for (const std::string& out : {result, result + "/points", result + "/points/new/deeper"}) {
      refused(DescribeMain, out, "lies in the folder of a result, into which nothing else is written; name another");
    }
    refused(ResolveMain, result + "/r.txtpb",
            "lies in the folder of a result, into which nothing else is written; name another");
    std::filesystem::remove_all(result);
  }
  const Outcome id = Call(ResolveMain, {source, "--id", "--out", (folder_ / "x").string()});
  EXPECT_EQ(id.exit_code, 2);
  EXPECT_THAT(id.err, HasSubstr("has no effect beside --id"));
}

// Said once where it is opened; a disk that is full is no wrong input.
TEST_F(CommandsTest, AFileThatCannotBeWrittenWholeIsAFailure) {
  const Outcome outcome = Call(ResolveMain, {"configs/experiments/unloaded.txtpb", "--out", "/dev/full"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "siovsim: cannot write /dev/full\n");
}

}  // namespace
}  // namespace siov
