// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>

#include "platforms/collect/output_error.h"
#include "tests/results/temporary_folder.h"

namespace siov {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::ReadFile;
using testing::SentenceOf;
using testing::SmallDisk;
using testing::TemporaryFolder;

std::set<std::string> Names(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

std::string Refusal(const fs::path& destination) {
  return SentenceOf<OutputError>([&] { ResultFolder folder(destination); });
}

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

// The id of a process that has just ended.
pid_t DeadProcess() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

void Finish(const fs::path& destination, const std::string& content) {
  ResultFolder folder(destination);
  folder.WriteFile("summary.json", content);
  folder.Commit("id of " + content);
}

TEST(ResultFolder, AppearsOnlyWhenCommitted) {
  TemporaryFolder place;
  const fs::path destination = place.path() / "deep" / "below" / "run";
  ResultFolder folder(destination);
  folder.WriteFile("summary.json", "{}");
  EXPECT_FALSE(fs::exists(destination));
  EXPECT_FALSE(fs::exists(folder.staging() / "DONE")) << "DONE must be the last file";
  folder.Commit("abc123");
  EXPECT_EQ(ReadFile(destination / "DONE"), "abc123\n");
  EXPECT_EQ(ReadFile(destination / "summary.json"), "{}");
  EXPECT_EQ(Names(destination.parent_path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, RelativeNamesAndTrailingSlashesNameTheSamePlace) {
  TemporaryFolder place;
  const fs::path before = fs::current_path();
  fs::current_path(place.path());
  Finish("run/", "{1}");
  fs::create_directory("sub");
  Finish("sub/../run", "{2}");
  fs::current_path(before);
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "{2}");
  EXPECT_EQ(Names(place.path()), (std::set<std::string>{"run", "sub"}));
}

TEST(ResultFolder, ReplacesAnOlderResultAsAWhole) {
  TemporaryFolder place;
  Finish(place.path() / "run", "older");
  PutFile(place.path() / "run" / "report.html", "made from the older result");
  Finish(place.path() / "run", "newer");
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "newer");
  EXPECT_EQ(ReadFile(place.path() / "run" / "DONE"), "id of newer\n");
  EXPECT_EQ(Names(place.path() / "run"), (std::set<std::string>{"DONE", "summary.json"}));
  EXPECT_EQ(Names(place.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, ARunThatFailsLeavesTheOlderResultAndNothingElse) {
  TemporaryFolder place;
  Finish(place.path() / "run", "older");
  {
    ResultFolder failing(place.path() / "run");
    failing.WriteFile("summary.json", "half");
  }
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "older");
  EXPECT_EQ(Names(place.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, ARunKilledBeforeItsEndLeavesTheOlderResult) {
  TemporaryFolder place;
  Finish(place.path() / "run", "older");
  const pid_t child = fork();
  if (child == 0) {
    ResultFolder killed(place.path() / "run");
    killed.WriteFile("summary.json", "half");
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "older");
  EXPECT_EQ(Names(place.path()).size(), 2u) << "a killed process cannot clean up";
  Finish(place.path() / "run", "newer");
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "newer");
  EXPECT_EQ(Names(place.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, OnlyLeftoversOfDeadProcessesOfThisMachineAreRemoved) {
  TemporaryFolder place;
  const std::string dead = std::to_string(DeadProcess());
  const std::string prefix = ".run.writing-" + HostName() + "-";
  const std::set<std::string> kept = {
      prefix + std::to_string(getppid()),     // its process lives
      ".run.writing-elsewhere.test-" + dead,  // another machine's
      ".run2.writing-" + HostName() + "-" + dead,
      prefix + "notes",
  };
  for (const std::string& name : kept) PutFile(place.path() / name / "summary.json", "x");
  PutFile(place.path() / (prefix + dead) / "summary.json", "half");
  PutFile(place.path() / (prefix + dead + "-old") / "DONE", "x");
  Finish(place.path() / "run", "newer");
  std::set<std::string> expected = kept;
  expected.insert("run");
  // The result set aside was complete and nothing stood in its place: it was restored, then replaced by the newer one.
  EXPECT_EQ(Names(place.path()), expected);
}

TEST(ResultFolder, AFinishedResultThatWasNotYetInPlaceIsPutThere) {
  TemporaryFolder place;
  const std::string prefix = ".run.writing-" + HostName() + "-" + std::to_string(DeadProcess());
  PutFile(place.path() / prefix / "summary.json", "newer");
  PutFile(place.path() / prefix / "DONE", "id");
  PutFile(place.path() / (prefix + "-old") / "summary.json", "older");
  PutFile(place.path() / (prefix + "-old") / "DONE", "id");
  { ResultFolder failing(place.path() / "run"); }
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "newer");
  EXPECT_EQ(Names(place.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, ExchangeByRenamesDoesWhatTheExchangeInOneStepDoes) {
  TemporaryFolder place;
  PutFile(place.path() / "fresh" / "file", "new");
  PutFile(place.path() / "there" / "file", "old");
  ExchangeFoldersByRenames(place.path() / "fresh", place.path() / "there");
  EXPECT_EQ(ReadFile(place.path() / "there" / "file"), "new");
  EXPECT_EQ(ReadFile(place.path() / "fresh" / "file"), "old");
  ExchangeFolders(place.path() / "fresh", place.path() / "there");
  EXPECT_EQ(ReadFile(place.path() / "there" / "file"), "old");
  EXPECT_EQ(ReadFile(place.path() / "fresh" / "file"), "new");
  EXPECT_EQ(Names(place.path()), (std::set<std::string>{"fresh", "there"}));
}

TEST(ResultFolder, AnExchangeThatFailsLeavesTheOldFolder) {
  TemporaryFolder place;
  PutFile(place.path() / "there" / "file", "old");
  EXPECT_THROW(ExchangeFoldersByRenames(place.path() / "missing", place.path() / "there"), fs::filesystem_error);
  EXPECT_THROW(ExchangeFolders(place.path() / "missing", place.path() / "there"), fs::filesystem_error);
  EXPECT_EQ(ReadFile(place.path() / "there" / "file"), "old");
}

TEST(ResultFolder, NeverReplacesWhatIsNotAResult) {
  TemporaryFolder place;
  PutFile(place.path() / "home" / "thesis.tex", "years of work");
  EXPECT_EQ(Refusal(place.path() / "home"),
            "result folder " + (place.path() / "home").string() +
                " holds files but no result (no DONE), and is not overwritten; give another folder");
  EXPECT_EQ(ReadFile(place.path() / "home" / "thesis.tex"), "years of work");
  PutFile(place.path() / "file", "x");
  EXPECT_THAT(Refusal(place.path() / "file"), HasSubstr("exists and is not a directory"));
  fs::create_directory(place.path() / "empty");
  EXPECT_EQ(Refusal(place.path() / "empty"), "");
}

TEST(ResultFolder, FilesThatCameDuringTheRunAreNotReplacedEither) {
  TemporaryFolder place;
  ResultFolder folder(place.path() / "run");
  PutFile(place.path() / "run" / "thesis.tex", "years of work");
  EXPECT_THAT(SentenceOf<OutputError>([&] { folder.Commit("id"); }), HasSubstr("is not overwritten"));
  EXPECT_EQ(ReadFile(place.path() / "run" / "thesis.tex"), "years of work");
}

TEST(ResultFolder, AFileInTheWayIsRefusedBeforeTheRun) {
  TemporaryFolder place;
  PutFile(place.path() / "file", "x");
  EXPECT_EQ(Refusal(place.path() / "file" / "run"),
            "result folder " + (place.path() / "file").string() + " cannot be created: Not a directory");
}

TEST(ResultFolder, APlaceWithoutWritePermissionIsRefusedBeforeTheRun) {
  TemporaryFolder place;
  if (geteuid() != 0) {
    fs::permissions(place.path(), fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_THAT(Refusal(place.path() / "run"), HasSubstr("cannot be written: Permission denied"));
    fs::permissions(place.path(), fs::perms::owner_all);
    return;
  }
  // Root may write anywhere, so root drops its rights first, in a process of its own.
  fs::permissions(place.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
    const std::string sentence = Refusal(place.path() / "run");
    _exit(sentence == "result folder " + (place.path() / "run").string() + " cannot be written: Permission denied" ? 0
                                                                                                                   : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ResultFolder, AMountPointIsRefusedBeforeTheRun) {
  SmallDisk disk(1u << 20);
  if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a tmpfs";
  EXPECT_THAT(Refusal(disk.path()), HasSubstr("is a mount point and cannot be replaced as a whole"));
  EXPECT_EQ(Refusal(disk.path() / "run"), "");
}

TEST(ResultFolder, AFullDiskIsReportedAndTheOlderResultStays) {
  SmallDisk disk(64u << 10);
  if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a tmpfs";
  Finish(disk.path() / "run", "older");
  const std::string sentence = SentenceOf<OutputError>([&] {
    ResultFolder folder(disk.path() / "run");
    folder.WriteFile("tenants.csv", std::string(1u << 20, 'x'));
  });
  EXPECT_EQ(sentence, "result file " + (disk.path() / "run" / "tenants.csv").string() +
                          " cannot be written: No space left on device");
  EXPECT_EQ(ReadFile(disk.path() / "run" / "summary.json"), "older");
  EXPECT_EQ(Names(disk.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, ALinkIsFollowedAndItsFolderReplaced) {
  TemporaryFolder place;
  Finish(place.path() / "runs" / "first", "older");
  fs::create_directory_symlink(place.path() / "runs" / "first", place.path() / "latest");
  Finish(place.path() / "latest", "newer");
  EXPECT_TRUE(fs::is_symlink(place.path() / "latest"));
  EXPECT_EQ(ReadFile(place.path() / "runs" / "first" / "summary.json"), "newer");
}

}  // namespace
}  // namespace siov
