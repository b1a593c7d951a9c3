// SPDX-License-Identifier: Apache-2.0
// Whole files and the complete list of sentences each of them gets, as a user reads it: tests/config/faults/*.txtpb end
// with their sentences, each behind "#= ". A file without any is right, and often stands just inside of a limit.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

const char kFolder[] = "tests/config/faults/";

std::vector<std::string> Files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txtpb") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Expected(const std::string& file) {
  std::ifstream in(file);
  std::string sentences;
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, 3, "#= ") == 0) sentences += line.substr(3) + "\n";
  }
  return sentences;
}

class FaultsOfFilesTest : public ::testing::TestWithParam<std::string> {};

TEST_P(FaultsOfFilesTest, AreExactlyTheseInThisOrder) {
  const std::string file = kFolder + GetParam() + ".txtpb";
  std::ostringstream out;
  PrintFaults(CheckFile(file).faults, out);
  std::string said = out.str();
  for (std::size_t at = said.find(kFolder); at != std::string::npos; at = said.find(kFolder)) {
    said.erase(at, sizeof kFolder - 1);
  }
  EXPECT_EQ(said, Expected(file));
}

INSTANTIATE_TEST_SUITE_P(Config, FaultsOfFilesTest, ::testing::ValuesIn(Files()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace siov
