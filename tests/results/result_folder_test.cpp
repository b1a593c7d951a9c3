// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <string>

#include "platforms/collect/disk.h"
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

constexpr const char* kId = "0123456789abcdef0123456789abcdef";

// Commits a result whose summary is `content`.
PlacedResult CommitTo(ResultFolder& folder, const std::string& content, Ending ending = Ending::kComplete) {
  folder.WriteFile("summary.json", content);
  return folder.Commit(kId, ending);
}

PlacedResult Finish(const fs::path& destination, const std::string& content, Ending ending = Ending::kComplete) {
  ResultFolder folder(destination);
  return CommitTo(folder, content, ending);
}

TEST(ResultFolder, AppearsOnlyWhenCommitted) {
  TemporaryFolder place;
  const fs::path destination = place.path() / "deep" / "below" / "run";
  ResultFolder folder(destination);
  folder.WriteFile("summary.json", "{}");
  EXPECT_FALSE(fs::exists(destination));
  EXPECT_FALSE(fs::exists(folder.staging() / "DONE")) << "DONE must be the last file";
  folder.Commit(kId);
  EXPECT_EQ(ReadFile(destination / "DONE"),
            std::string(kId) + "\nsiovsim result 1 complete 1\n2 a3a6bf43 summary.json\n");
  EXPECT_EQ(ReadFile(destination / "summary.json"), "{}");
  EXPECT_EQ(Names(destination.parent_path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, NoResultLiesInAnother) {
  TemporaryFolder place;
  Finish(place.path() / "run", "{}");
  for (const char* inside : {"run/below", "run/deep/er/below", "run/./x/../below"}) {
    try {
      ResultFolder folder(place.path() / inside);
      ADD_FAILURE() << inside;
    } catch (const FolderRefused& refused) {
      EXPECT_NE(std::string(refused.what()).find("which holds the result of a run"), std::string::npos);
    }
  }
  EXPECT_EQ(Names(place.path() / "run"), (std::set<std::string>{"DONE", "summary.json"}));
  Finish(place.path() / "run", "{again}");
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "{again}");
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
  EXPECT_EQ(Names(place.path()).size(), 3u) << "a killed process cannot clean up its draft and its lock";
  Finish(place.path() / "run", "newer");
  EXPECT_EQ(ReadFile(place.path() / "run" / "summary.json"), "newer");
  EXPECT_EQ(Names(place.path()), std::set<std::string>{"run"});
}

TEST(ResultFolder, DraftsOfOtherHostsAndContainersAreNeverRemovedWhileTheirRunLives) {
  TemporaryFolder place;
  ResultFolder living(place.path() / "other");  // its lock is held; no host name or process id is asked
  ResultFolder same_place(place.path() / "run");
  const std::set<std::string> kept = {
      ".run.writing-somehost-1",                 // what an older version, or somebody else, calls so
      ".run.writing-0123456789abcdef",           // without a lock: not a draft of ours
      ".run.writing-0123456789abcdef.lock.txt",  // nor this
  };
  for (const std::string& name : kept) PutFile(place.path() / name / "summary.json", "x");
  Finish(place.path() / "run", "newer");
  for (const std::string& name : kept) EXPECT_EQ(Names(place.path() / name), std::set<std::string>{"summary.json"});
  EXPECT_EQ(CommitTo(living, "living").remark, "");
  EXPECT_EQ(ReadFile(place.path() / "other" / "summary.json"), "living");
}

TEST(ResultFolder, WhereLocksSayNothingADraftLivesForItsLease) {
  const double lease_s = std::chrono::duration<double>(kDraftLease).count();
  EXPECT_FALSE(IsAbandoned(LockState::kHeld, true, 10 * lease_s));
  EXPECT_TRUE(IsAbandoned(LockState::kFree, true, 0));
  EXPECT_FALSE(IsAbandoned(LockState::kFree, false, lease_s - 1));
  EXPECT_TRUE(IsAbandoned(LockState::kFree, false, lease_s + 1));
  EXPECT_FALSE(IsAbandoned(LockState::kUnknown, true, lease_s - 1));
  EXPECT_TRUE(IsAbandoned(LockState::kUnknown, false, lease_s + 1));
}

TEST(ResultFolder, AFolderWithADoneThatNoRunWroteIsRefused) {
  TemporaryFolder place;
  const fs::path home = place.path() / "home";
  PutFile(home / "thesis", "years of work");
  for (const std::string& done : {std::string(), std::string("siovsim result 1 complete 0\n"),
                                  std::string(kId) + "\nsiovsim result 1 complete 1\n",
                                  std::string(kId) + "\nsiovsim result 1 complete 1\n- - ../thesis\n"}) {
    PutFile(home / "DONE", done);
    EXPECT_EQ(Refusal(home),
              "result folder " + home.string() +
                  " holds files and a DONE that no run wrote, and is not overwritten; give another folder");
  }
  PutFile(home / "DONE", std::string(kId) + "\n");
  EXPECT_THAT(Refusal(home), HasSubstr("holds a result of an older version, and is not overwritten"));
  fs::remove(home / "DONE");
  fs::create_symlink(home / "thesis", home / "DONE");
  EXPECT_THAT(Refusal(home), HasSubstr("a DONE that no run wrote"));
  EXPECT_EQ(ReadFile(home / "thesis"), "years of work");
}

TEST(ResultFolder, AResultFolderThatHoldsAnythingElseIsRefused) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  Finish(run, "older");
  Finish(place.path() / "other", "another run's result");
  fs::rename(place.path() / "other", run / "inside");
  EXPECT_EQ(Refusal(run),
            "result folder " + run.string() +
                " holds inside, which is no file of its result, and is not overwritten; give another folder");
  fs::remove_all(run / "inside");
  PutFile(run / "notes.txt", "mine");
  EXPECT_THAT(Refusal(run), HasSubstr("holds notes.txt, which is no file of its result"));
  fs::remove(run / "notes.txt");
  fs::create_symlink("summary.json", run / "report.html");
  EXPECT_THAT(Refusal(run), HasSubstr("holds report.html"));
  EXPECT_EQ(ReadFile(run / "summary.json"), "older");
}

TEST(ResultFolder, TheFolderOfASweepIsRefusedAndIsNobodysDefault) {
  TemporaryFolder place;
  PutFile(place.path() / "results" / "storm" / "sweep.json", "{}");
  EXPECT_THAT(Refusal(place.path() / "results" / "storm"), HasSubstr("holds a sweep (sweep.json)"));
  const fs::path before = fs::current_path();
  fs::current_path(place.path());
  EXPECT_EQ(DefaultResultFolder("storm"), fs::path("results/storm-run"));
  EXPECT_EQ(DefaultResultFolder("calm"), fs::path("results/calm"));
  fs::current_path(before);
}

TEST(ResultFolder, ACompleteResultIsReplacedByACompleteOneOnly) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  EXPECT_EQ(Finish(run, "first part", Ending::kPartial).remark, "");
  EXPECT_EQ(Finish(run, "second part", Ending::kPartial).remark, "");
  EXPECT_EQ(ReadFile(run / "summary.json"), "second part");
  EXPECT_EQ(Finish(run, "whole").remark, "");
  for (const char* part : {"third part", "fourth part"}) {
    const PlacedResult placed = Finish(run, part, Ending::kPartial);
    EXPECT_EQ(placed.folder, place.path() / "run.partial");
    EXPECT_EQ(placed.remark,
              run.string() + " keeps its complete result; this run's result is in " + run.string() + ".partial");
    EXPECT_EQ(ReadFile(place.path() / "run.partial" / "summary.json"), part);
    EXPECT_EQ(ReadFile(run / "summary.json"), "whole");
  }
  Finish(place.path() / "run.partial", "a complete run of that name");
  EXPECT_EQ(Finish(run, "fifth part", Ending::kPartial).folder, place.path() / "run.partial-2");
  EXPECT_EQ(ReadFile(place.path() / "run.partial" / "summary.json"), "a complete run of that name");
  EXPECT_EQ(Names(place.path()), (std::set<std::string>{"run", "run.partial", "run.partial-2"}));
}

TEST(ResultFolder, TwoFirstRunsIntoOneFolderAreBothKept) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  ResultFolder first(run);
  ResultFolder second(run);
  ResultFolder third(run);
  EXPECT_EQ(CommitTo(first, "first").remark, "");
  const PlacedResult placed = CommitTo(second, "second");
  EXPECT_EQ(placed.folder, place.path() / "run-2");
  EXPECT_EQ(placed.remark, "something else came into " + run.string() +
                               " during the run and stays there; this run's result is in " + run.string() + "-2");
  EXPECT_EQ(CommitTo(third, "first").folder, run) << "equal bytes need no second copy";
  EXPECT_EQ(ReadFile(run / "summary.json"), "first");
  EXPECT_EQ(ReadFile(place.path() / "run-2" / "summary.json"), "second");
  EXPECT_EQ(Names(place.path()), (std::set<std::string>{"run", "run-2"}));
}

TEST(ResultFolder, TwoRerunsAtOnceLoseNeither) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  Finish(run, "older");
  ResultFolder first(run);
  ResultFolder second(run);
  EXPECT_EQ(CommitTo(first, "first").folder, run);
  EXPECT_EQ(CommitTo(second, "second").folder, place.path() / "run-2");
  EXPECT_EQ(ReadFile(run / "summary.json"), "first");
  EXPECT_EQ(ReadFile(place.path() / "run-2" / "summary.json"), "second");
}

TEST(ResultFolder, LongNamesHaveDraftsToo) {
  TemporaryFolder place;
  const std::string name(240, 'n');
  Finish(place.path() / name, "x");
  EXPECT_EQ(Names(place.path()), std::set<std::string>{name});
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
  EXPECT_THROW(ExchangeFoldersByRenames(place.path() / "missing", place.path() / "there"), std::system_error);
  EXPECT_THROW(ExchangeFolders(place.path() / "missing", place.path() / "there"), std::system_error);
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
  const fs::path run = place.path() / "run";
  ResultFolder folder(run);
  PutFile(run / "thesis.tex", "years of work");
  EXPECT_EQ(CommitTo(folder, "new").folder, place.path() / "run-2");
  EXPECT_EQ(ReadFile(run / "thesis.tex"), "years of work");
  EXPECT_EQ(ReadFile(place.path() / "run-2" / "summary.json"), "new");

  ResultFolder rerun(place.path() / "run-2");
  PutFile(place.path() / "run-2" / "notes.txt", "mine");
  EXPECT_EQ(CommitTo(rerun, "newer").folder, place.path() / "run-2-2");
  EXPECT_EQ(ReadFile(place.path() / "run-2" / "notes.txt"), "mine");
}

// What the system says of these came raw, and some of it at the run's end only.
TEST(ResultFolder, AWayThatLeadsNowhereIsRefusedBeforeTheRunAndNamed) {
  const TemporaryFolder place;
  PutFile(place.path() / "file", "x");
  fs::create_symlink("nothing", place.path() / "dangling");
  fs::create_symlink("round", place.path() / "round");
  const std::string base = place.path().string() + "/";
  const std::pair<std::string, std::string> ways[] = {
      {"file/out", "file on the way is not a folder"},
      {"file/deep/out", "file on the way is not a folder"},
      {"dangling", "dangling is a link to nothing, which does not exist"},
      {"dangling/out", "dangling is a link to nothing, which does not exist"},
      {"round", "round is a link to round, which leads round in a circle"},
      {"round/out", "round is a link to round, which leads round in a circle"},
  };
  for (const auto& [way, why] : ways) {
    EXPECT_EQ(SentenceOf<FolderRefused>([&, &way = way] { ResultFolder folder(place.path() / way); }),
              "result folder " + base + way + " cannot be: " + base + why);
  }
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
