// SPDX-License-Identifier: Apache-2.0
// Writes the name of each test behind the lines that the whole platforms it ran have left (system_note.h), so that the
// table of requirements can tell tests that went through a platform from those that looked at parts of one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace {

class SystemListener : public ::testing::EmptyTestEventListener {
  void OnTestEnd(const ::testing::TestInfo& test) override {
    const char* const folder = std::getenv("SIOV_STAT_COVERAGE_DIR");
    if (folder == nullptr) return;
    std::ofstream file(std::string(folder) + "/" + std::to_string(getpid()) + ".systems", std::ios::app);
    file << "test\t" << test.test_suite_name() << '.' << test.name() << std::endl;
  }
};

// Before main(): the entry point is shared with binaries that know no platform.
[[maybe_unused]] const bool kListening = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new SystemListener);
  return true;
}();

}  // namespace
