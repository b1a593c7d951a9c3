// SPDX-License-Identifier: Apache-2.0
// Runs of platforms with and without models from outside, each in a process of its own, and the metrics they came to.
#ifndef SIOV_TESTS_SEAM_OUTSIDE_RUN_H_
#define SIOV_TESTS_SEAM_OUTSIDE_RUN_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platforms/outside/siovsim.h"
#include "tests/seam/seam_run.h"

namespace siov::seam {

using Metrics = std::map<std::string, std::string>;

// Runs `run` in a process of its own and returns the lines it wrote, by their first word.
inline Metrics InAnotherProcess(const std::function<void(std::FILE*)>& run) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    alarm(60);
    std::FILE* const out = fdopen(ends[1], "w");
    try {
      run(out);
    } catch (const std::exception& error) {
      std::fprintf(out, "error %s\n", error.what());
    }
    std::fclose(out);
    std::fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  close(ends[1]);
  Metrics metrics;
  std::FILE* const in = fdopen(ends[0], "r");
  char line[4'096];
  while (std::fgets(line, sizeof line, in) != nullptr) {
    const std::string text(line);
    const auto blank = text.find(' ');
    metrics[text.substr(0, blank)] = text.substr(blank + 1, text.size() - blank - 2);
  }
  std::fclose(in);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the child failed";
  return metrics;
}

// Of two runs that should have come to the same.
inline void ExpectSame(const Metrics& one, const Metrics& other) {
  ASSERT_GT(one.size(), 30u);
  EXPECT_EQ(one.size(), other.size());
  for (const auto& [name, value] : one) {
    const auto found = other.find(name);
    EXPECT_EQ(found == other.end() ? "none" : found->second, value) << name;
  }
}

inline void Tell(std::FILE* out, const std::vector<std::pair<std::string, double>>& metrics) {
  for (const auto& [name, value] : metrics) {
    if (name.rfind("memory.", 0) != 0 && name.find("events") == std::string::npos) {
      std::fprintf(out, "%s %.17g\n", name.c_str(), value);
    }
  }
}

inline Metrics Inside(const std::string& file, const Overrides& overrides) {
  return InAnotherProcess([&](std::FILE* out) {
    const LoadedExperiment loaded = LoadExperiment(file, overrides);
    for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
    Tell(out, RunExperiment(loaded.experiment, RunOptions{}).metrics);
  });
}

}  // namespace siov::seam

#endif  // SIOV_TESTS_SEAM_OUTSIDE_RUN_H_
