// SPDX-License-Identifier: Apache-2.0
#include "models/protocol/ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/base/invariant.h"

namespace siov {
namespace {

std::vector<std::string> Segments(const Ledger& ledger) {
  std::vector<std::string> out;
  ledger.ForEach([&out](Stage stage, Picoseconds entered, Picoseconds left) {
    out.push_back(std::string(Describe(stage).name) + " " + std::to_string(entered) + ".." + std::to_string(left));
  });
  return out;
}

TEST(Ledger, SegmentsAreContiguousAndZeroLengthOnesLeaveNoTrace) {
  Ledger ledger;
  ledger.Open(100);
  ledger.Mark(Stage::kSubmit, 150);
  ledger.Mark(Stage::kLinkWait, 150);
  ledger.MarkServed(Stage::kQueueWait, 170, Stage::kEngine, 200);
  EXPECT_EQ(Segments(ledger), (std::vector<std::string>{"submit 100..150", "queue_wait 150..170", "engine 170..200"}));
  EXPECT_NO_THROW(ledger.Close(200));
}

TEST(Ledger, AppendJoinsABranchOpenedAtTheCursor) {
  Ledger job;
  job.Open(0);
  job.Mark(Stage::kSubmit, 10);
  Ledger branch;
  branch.Open(10);
  branch.Mark(Stage::kAtc, 12);
  job.Append(branch);
  job.Mark(Stage::kEngine, 20);
  EXPECT_EQ(job.elapsed(), 20u);
  EXPECT_NO_THROW(job.Close(20));
}

TEST(Ledger, AppendUntilTakesOnlyThePast) {
  Ledger job;
  job.Open(10);
  Ledger branch;
  branch.Open(10);
  branch.Mark(Stage::kAtc, 12);
  branch.Mark(Stage::kPort, 18);
  branch.Mark(Stage::kLinkWire, 30);
  job.AppendUntil(branch, 15);
  EXPECT_EQ(Segments(job), (std::vector<std::string>{"atc 10..12", "port 12..15"}));
  EXPECT_NO_THROW(job.Close(15));
  EXPECT_THROW(job.AppendUntil(branch, 20), InvariantError);
}

// Durations of every magnitude, wherever in the ledger they come to stand, against a plain list.
TEST(Ledger, KeepsDurationsOfEveryMagnitude) {
  Ledger job;
  job.Open(7);
  Picoseconds at = 7;
  std::vector<std::string> expected;
  const auto mark = [&](Ledger* ledger, Stage stage, Picoseconds duration) {
    expected.push_back(std::string(Describe(stage).name) + " " + std::to_string(at) + ".." +
                       std::to_string(at + duration));
    at += duration;
    ledger->Mark(stage, at);
  };
  for (unsigned bits = 0; bits < 62; ++bits) {
    const Picoseconds duration = Picoseconds{1} << bits;
    mark(&job, Stage::kMap, duration - (bits > 0 ? 1 : 0));
    Ledger branch;
    branch.Open(at);
    mark(&branch, Stage::kInvalidateWait, 1);
    if (bits < 60) mark(&branch, Stage::kWalk, duration);
    job.Append(branch);
  }
  EXPECT_EQ(Segments(job), expected);
  EXPECT_EQ(job.size(), expected.size());
  EXPECT_NO_THROW(job.Close(at));
}

TEST(Ledger, KeepsOrderBeyondItsInlineCapacity) {
  Ledger ledger;
  ledger.Open(0);
  for (Picoseconds t = 1; t <= 40; ++t) ledger.Mark(t % 2 != 0 ? Stage::kAtc : Stage::kMemory, t);
  Ledger parent;
  parent.Open(0);
  parent.Append(ledger);
  EXPECT_EQ(Segments(parent), Segments(ledger));
  EXPECT_EQ(Segments(parent).back(), "memory 39..40");
  EXPECT_NO_THROW(parent.Close(40));
}

TEST(Ledger, ReopeningForgetsEverything) {
  Ledger ledger;
  ledger.Open(0);
  for (Picoseconds t = 1; t <= 40; ++t) ledger.Mark(Stage::kAtc, t);
  ledger.Open(50);
  EXPECT_EQ(ledger.size(), 0u);
  EXPECT_EQ(ledger.start(), 50u);
}

TEST(Ledger, RefusesTimeThatRunsBackwards) {
  Ledger ledger;
  ledger.Open(100);
  EXPECT_THROW(ledger.Mark(Stage::kAtc, 99), InvariantError);
}

TEST(Ledger, RefusesABranchThatDoesNotStartWhereTheParentStands) {
  Ledger job;
  job.Open(0);
  Ledger branch;
  branch.Open(5);
  EXPECT_THROW(job.Append(branch), InvariantError);
}

TEST(Ledger, CloseFailsWhenTheCursorIsNotAtTheEnd) {
  Ledger ledger;
  ledger.Open(0);
  ledger.Mark(Stage::kAtc, 10);
  EXPECT_THROW(ledger.Close(11), InvariantError);
}

TEST(Ledger, FoldingKeepsStageSumsAndBoundsTheSize) {
  Ledger ledger;
  ledger.Open(5);
  Picoseconds at = 5;
  for (int round = 0; round < 1000; ++round) {
    ledger.Mark(Stage::kSubmit, at += 3);
    ledger.Mark(Stage::kRetryBackoff, at += 7);
    ledger.FoldIfLong();
    ASSERT_LE(ledger.size(), 34u);
  }
  Picoseconds submit = 0;
  Picoseconds backoff = 0;
  ledger.ForEach([&](Stage stage, Picoseconds entered, Picoseconds left) {
    (stage == Stage::kSubmit ? submit : backoff) += left - entered;
  });
  EXPECT_EQ(submit, 3000u);
  EXPECT_EQ(backoff, 7000u);
  ledger.Close(at);
}

TEST(Ledger, ShortLedgersAreNotFolded) {
  Ledger ledger;
  ledger.Open(0);
  for (Picoseconds at = 1; at <= 4; ++at) ledger.Mark(Stage::kSubmit, at);
  ledger.FoldIfLong();
  EXPECT_EQ(ledger.size(), 4u);
}

}  // namespace
}  // namespace siov
