// SPDX-License-Identifier: Apache-2.0
// What the resolver refuses, each with the words that say why, and beside it what it takes: a check that is gone lets
// the first pass, one that refuses too much stops the second.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

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

std::vector<Refusal> ReadRefusals() {
  std::vector<Refusal> refusals;
  std::ifstream in("tests/knobs/refusals.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::string kArrow = " -> ";
    const std::size_t first = line.find(kArrow);
    const std::size_t second = line.rfind(kArrow);
    const std::size_t colon = line.find(" : ");
    refusals.push_back({line.substr(0, colon), SplitRow(line.substr(colon + 3, first - colon - 3), ';'),
                        line.substr(first + kArrow.size(), second - first - kArrow.size()),
                        line.substr(second + kArrow.size())});
  }
  return refusals;
}

std::string SentencesOf(const std::string& base, const std::vector<std::string>& overrides) {
  const LoadedExperiment loaded = LoadExperiment("tests/knobs/bases/" + base + ".txtpb", overrides);
  std::ostringstream sentences;
  PrintFaults(loaded.faults, sentences);
  return sentences.str();
}

TEST(Refusals, WhatCannotActIsRefusedAndItsNeighbourIsTaken) {
  const std::vector<Refusal> refusals = ReadRefusals();
  EXPECT_GT(refusals.size(), 35u);
  for (const Refusal& refusal : refusals) {
    const std::string refused = SentencesOf(refusal.base, refusal.overrides);
    EXPECT_NE(refused.find(refusal.words), std::string::npos)
        << refusal.overrides.back() << " should be refused with \"" << refusal.words << "\", but: " << refused;
    std::vector<std::string> overrides = refusal.overrides;
    overrides.pop_back();
    if (refusal.legal != "-") overrides.push_back(refusal.legal);
    EXPECT_EQ(SentencesOf(refusal.base, overrides), "") << "instead of " << refusal.overrides.back();
  }
}

}  // namespace
}  // namespace siov::testing
