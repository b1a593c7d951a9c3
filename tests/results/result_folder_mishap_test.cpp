// SPDX-License-Identifier: Apache-2.0
// A result folder on a disk that fails, in a process that is killed, beside a run that is faster: at every call by
// which results reach the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "platforms/collect/disk.h"
#include "platforms/collect/output_error.h"
#include "platforms/collect/result_folder.h"
#include "tests/results/failing_disk.h"
#include "tests/results/temporary_folder.h"

namespace siov {
namespace {

namespace fs = std::filesystem;
using testing::ArmDisk;
using testing::BeforeExchange;
using testing::DisarmDisk;
using ::testing::HasSubstr;
using testing::Mishap;
using testing::ReadFile;
using testing::SentenceOf;
using testing::TemporaryFolder;

constexpr const char* kId = "0123456789abcdef0123456789abcdef";

// A run to its end.
PlacedResult Complete(const fs::path& destination, const std::string& content) {
  ResultFolder folder(destination);
  folder.WriteFile("summary.json", content);
  folder.WriteFile("tenants.csv", "rows of " + content);
  return folder.Commit(kId);
}

std::set<std::string> Names(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

// The content of a result that is whole: every file as DONE lists it. Empty if there is no folder.
std::string WholeResult(const fs::path& folder) {
  if (!fs::exists(folder)) return {};
  const std::optional<DoneFile> done = ReadDone(folder);
  if (!done) return "no DONE in " + folder.string();
  std::string content = ReadFile(folder / "summary.json");
  if (ReadFile(folder / "tenants.csv") != "rows of " + content) return "mixed";
  fs::rename(folder / kDone, folder.parent_path() / "done");
  const std::string as_it_is = DoneText(folder, kId, false);
  fs::rename(folder.parent_path() / "done", folder / kDone);
  return as_it_is == done->text ? content : "not as DONE lists it";
}

bool NothingHidden(const fs::path& folder) {
  for (const std::string& name : Names(folder)) {
    if (name[0] == '.') return false;
  }
  return true;
}

// Runs once more where something went wrong: the result is in place, and nothing that was finished is gone.
void ExpectUsable(const fs::path& place, int at) {
  const std::string before = WholeResult(place / "run");
  const fs::path next = Complete(place / "run", "next").folder;
  EXPECT_EQ(WholeResult(next), "next") << at;
  EXPECT_TRUE(NothingHidden(place)) << "what is left of call " << at << ": " << ::testing::PrintToString(Names(place));
  if (next != place / "run") {
    EXPECT_EQ(WholeResult(place / "run"), before) << at;
  }
}

enum class Place { kEmpty, kOlder, kOlderWithoutExchange };

class Mishaps : public ::testing::TestWithParam<Place> {
 protected:
  Mishaps() { testing::WithoutExchange(GetParam() == Place::kOlderWithoutExchange); }
  ~Mishaps() override { testing::WithoutExchange(false); }
  bool older() const { return GetParam() != Place::kEmpty; }
  // What the place may hold after a mishap. Without an exchange there is an instant in which both results lie beside
  // it.
  void ExpectWhole(const fs::path& place, int at) const {
    std::string content = WholeResult(place / "run");
    if (content.empty() && GetParam() == Place::kOlderWithoutExchange) {
      { ResultFolder next(place / "run"); }
      content = WholeResult(place / "run");
    }
    EXPECT_TRUE(content == "newer" || content == (older() ? "older" : "")) << at << ": " << content;
  }
};
INSTANTIATE_TEST_SUITE_P(At, Mishaps, ::testing::Values(Place::kEmpty, Place::kOlder, Place::kOlderWithoutExchange));

TEST_P(Mishaps, ARunKilledAtAnyCallLeavesAWholeResult) {
  bool killed = true;
  int at = 1;
  std::set<std::string> seen;
  for (; killed; ++at) {
    TemporaryFolder place;
    if (older()) Complete(place.path() / "run", "older");
    const pid_t child = fork();
    if (child == 0) {
      ArmDisk(Mishap::kKill, at);
      Complete(place.path() / "run", "newer");
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    killed = WIFSIGNALED(status);
    seen.insert(WholeResult(place.path() / "run"));
    ExpectWhole(place.path(), at);
    ExpectUsable(place.path(), at);
  }
  EXPECT_GT(at, 10) << "calls that bring a result to disk";
  EXPECT_EQ(seen.size(), GetParam() == Place::kOlderWithoutExchange ? 3u : 2u);
}

TEST_P(Mishaps, ADiskThatFailsAtAnyCallIsOneSentenceAndTheOlderResultStays) {
  for (const bool stays : {false, true}) {
    int failures = 0;
    for (int at = 1, calls = at; at <= calls; ++at) {
      TemporaryFolder place;
      if (older()) Complete(place.path() / "run", "older");
      ArmDisk(Mishap::kFail, at, stays);
      const std::string sentence = SentenceOf<OutputError>([&] { Complete(place.path() / "run", "newer"); });
      calls = DisarmDisk();
      if (sentence.empty()) {
        EXPECT_EQ(WholeResult(place.path() / "run"), "newer") << at;
      } else {
        ++failures;
        EXPECT_THAT(sentence, HasSubstr("Input/output error"));
        EXPECT_THAT(sentence, HasSubstr((place.path() / "run").string()));
      }
      ExpectWhole(place.path(), at);
      ExpectUsable(place.path(), at);
    }
    EXPECT_GT(failures, 8) << "writes, syncs and renames";
  }
}

TEST(ResultFolder, ARunThatIsFasterBetweenTheLookAndTheExchangeIsKept) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  Complete(run, "older");
  BeforeExchange([&] { Complete(run, "faster"); });
  EXPECT_EQ(Complete(run, "slower").folder, run);
  EXPECT_EQ(WholeResult(run), "slower");
  EXPECT_EQ(WholeResult(place.path() / "run-2"), "faster");
}

TEST(ResultFolder, AFileThatComesBetweenTheLookAndTheExchangeIsKept) {
  TemporaryFolder place;
  const fs::path run = place.path() / "run";
  Complete(run, "older");
  BeforeExchange([&] { testing::PutFile(run / "thesis", "years of work"); });
  Complete(run, "newer");
  EXPECT_EQ(WholeResult(run), "newer");
  EXPECT_EQ(ReadFile(place.path() / "run-2" / "thesis"), "years of work");
}

// A run in a process of its own: it begins, says so, and ends when the gate is closed.
void RunBehindGate(const fs::path& destination, const std::string& content, const int (&begun)[2],
                   const int (&gate)[2]) {
  if (fork() != 0) return;
  close(gate[1]);
  ResultFolder folder(destination);
  folder.WriteFile("summary.json", content);
  folder.WriteFile("tenants.csv", "rows of " + content);
  char byte = 0;
  [[maybe_unused]] ssize_t done = write(begun[1], &byte, 1);
  done = read(gate[0], &byte, 1);
  folder.Commit(kId);
  _exit(0);
}

TEST(ResultFolder, OfManyRunsThatEndTogetherNoneIsLost) {
  constexpr int kRounds = 20;
  constexpr int kRuns = 4;
  for (int round = 0; round < kRounds; ++round) {
    TemporaryFolder place;
    int begun[2];
    int gate[2];
    ASSERT_EQ(pipe(begun), 0);
    ASSERT_EQ(pipe(gate), 0);
    std::set<std::string> expected;
    for (int i = 0; i < kRuns; ++i) {
      expected.insert("run " + std::to_string(i));
      RunBehindGate(place.path() / "run", "run " + std::to_string(i), begun, gate);
    }
    char byte = 0;
    for (int i = 0; i < kRuns; ++i) ASSERT_EQ(read(begun[0], &byte, 1), 1);
    for (const int fd : {begun[0], begun[1], gate[0], gate[1]}) close(fd);
    for (int i = 0; i < kRuns; ++i) wait(nullptr);
    std::set<std::string> kept;
    for (const std::string& name : Names(place.path())) kept.insert(WholeResult(place.path() / name));
    EXPECT_EQ(kept, expected);
  }
}

TEST(ResultFolder, ResultsAreSyncedBeforeTheyAreInPlace) {
  TemporaryFolder place;
  ResultFolder folder(place.path() / "run");
  folder.WriteFile("summary.json", "x");
  folder.WriteFile("tenants.csv", "y");
  ArmDisk(Mishap::kFail, 1 << 20);
  folder.Commit(kId);
  DisarmDisk();
  // Both files; DONE; the folder; its new name; the folder around it; then the lock goes.
  EXPECT_EQ(testing::DiskCalls(),
            (std::vector<std::string>{"fsync", "fsync", "write", "fsync", "fsync", "rename", "fsync", "unlink"}));
}

}  // namespace
}  // namespace siov
