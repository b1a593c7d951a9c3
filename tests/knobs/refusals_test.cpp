// SPDX-License-Identifier: Apache-2.0
// What the resolver refuses, each with its whole sentence, and beside it what it takes: a check that is gone lets the
// first pass, one that refuses too much stops the second. SIOV_WRITE_PLACES=1 rewrites the sentences; read what
// changed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "platforms/resolve/load_experiment.h"
#include "tests/knobs/knob_table.h"

namespace siov::testing {
namespace {

struct Refusal {
  std::string base;
  std::vector<std::string> overrides;
  std::string words;
  std::string legal;  // instead of the last override; "-": none
};

constexpr char kTable[] = "tests/knobs/refusals.txt";
constexpr char kArrow[] = " -> ";
constexpr std::size_t kArrowLength = sizeof kArrow - 1;

std::vector<std::string> LinesOfTable() {
  std::vector<std::string> lines;
  std::ifstream in(kTable);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool IsRow(const std::string& line) { return !line.empty() && line.front() != '#'; }

Refusal RefusalOf(const std::string& line) {
  const std::size_t first = line.find(kArrow);
  const std::size_t second = line.rfind(kArrow);
  const std::size_t colon = line.find(" : ");
  return {line.substr(0, colon), SplitRow(line.substr(colon + 3, first - colon - 3), ';'),
          line.substr(first + kArrowLength, second - first - kArrowLength), line.substr(second + kArrowLength)};
}

// All of them, without the place in a file.
std::string SentencesOf(const std::string& base, const std::vector<std::string>& overrides) {
  std::string sentences;
  for (Fault fault : LoadExperiment("tests/knobs/bases/" + base + ".txtpb", overrides).faults) {
    fault.file.clear();
    fault.line = 0;
    sentences += (sentences.empty() ? "" : " & ") + FormatFault(fault);
  }
  return sentences;
}

TEST(Refusals, WhatCannotActIsRefusedAndItsNeighbourIsTaken) {
  const bool write = std::getenv("SIOV_WRITE_PLACES") != nullptr;
  std::string now;
  int rows = 0;
  for (const std::string& line : LinesOfTable()) {
    std::string written = line;
    if (IsRow(line)) {
      ++rows;
      const Refusal refusal = RefusalOf(line);
      const std::string refused = SentencesOf(refusal.base, refusal.overrides);
      if (write) {
        written = line.substr(0, line.find(kArrow) + kArrowLength) + refused + line.substr(line.rfind(kArrow));
      } else {
        EXPECT_EQ(refused, refusal.words) << "of " << refusal.overrides.back();
      }
      std::vector<std::string> overrides = refusal.overrides;
      overrides.pop_back();
      if (refusal.legal != "-") overrides.push_back(refusal.legal);
      EXPECT_EQ(SentencesOf(refusal.base, overrides), "") << "instead of " << refusal.overrides.back();
    }
    now += written + "\n";
  }
  if (write) std::ofstream(kTable) << now;
  EXPECT_GT(rows, 35);
}

}  // namespace
}  // namespace siov::testing
