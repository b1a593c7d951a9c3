// SPDX-License-Identifier: Apache-2.0
// What a block's configuration refuses, as tables of changes and of the sentences they lead to.
#ifndef SIOV_TESTS_SUPPORT_CONFIG_CASES_H_
#define SIOV_TESTS_SUPPORT_CONFIG_CASES_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/base/config_fault.h"

namespace siov::testing {

template <class Config>
struct ConfigCase {
  void (*set)(Config&);
  const char* said;  // "field=value: allowed", several by "; "; empty: allowed
};

inline std::string TextOf(const ConfigFaults& faults) {
  std::string text;
  for (const ConfigFault& fault : faults) {
    text += (text.empty() ? "" : "; ") + fault.field + "=" + fault.value + ": " + fault.allowed;
  }
  return text;
}

// Each change alone, of a configuration that is good.
template <class Config>
void ExpectConfigs(const Config& good, const std::vector<ConfigCase<Config>>& cases) {
  EXPECT_EQ(TextOf(good.Validate()), "");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Config config = good;
    cases[i].set(config);
    EXPECT_EQ(TextOf(config.Validate()), cases[i].said) << "case " << i;
  }
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_CONFIG_CASES_H_
