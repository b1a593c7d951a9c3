// SPDX-License-Identifier: Apache-2.0
// Experiments as users write them: text and overrides through the loader, the checks and the resolver to a whole
// platform. Included files are those of the source tree, from which tests run.
#ifndef SIOV_TESTS_SUPPORT_CONFIGURED_RUN_H_
#define SIOV_TESTS_SUPPORT_CONFIGURED_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/config/fault.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace siov::testing {

inline LoadedExperiment LoadText(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return LoadExperiment("experiment under test", overrides,
                        [&text](const std::string& path, std::string* content, std::string* why_not) {
                          if (path != "experiment under test") return ReadFileFromDisk(path, content, why_not);
                          *content = text;
                          return true;
                        });
}

// REQUIRES a configuration without faults. One run a process: one call a test.
inline ResolvedExperiment Configured(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const LoadedExperiment loaded = LoadText(text, overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  return loaded.experiment;
}

inline Results RunText(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return RunExperiment(Configured(text, overrides), RunOptions{});
}

inline double StructureOf(const Results& results, const std::string& block, const std::string& name) {
  for (const auto& value : results.structures) {
    if (value.block == block && value.statistic == name) return value.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << name;
  return 0;
}

// Every server of every block: what it did in the measured time fits into it.
inline void ExpectNobodyBusyAboveOne(const Results& results) {
  for (const auto& resource : results.resources) {
    EXPECT_LE(resource.utilisation, 1.0 + 1e-9) << resource.block << "." << resource.name;
    EXPECT_GE(resource.utilisation, 0.0) << resource.block << "." << resource.name;
  }
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_CONFIGURED_RUN_H_
