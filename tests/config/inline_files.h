// SPDX-License-Identifier: Apache-2.0
// Configuration files that exist only inside a test, and fault lists as the sentences a user would read.
#ifndef SIOV_TESTS_CONFIG_INLINE_FILES_H_
#define SIOV_TESTS_CONFIG_INLINE_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "platforms/config/fault.h"
#include "platforms/config/loader.h"

namespace siov {

inline ReadFile InlineFiles(std::map<std::string, std::string> files) {
  return [files = std::move(files)](const std::string& path, std::string* text, std::string* why_not) {
    const auto found = files.find(path);
    if (found == files.end()) {
      *why_not = "No such file or directory";
      return false;
    }
    *text = found->second;
    return true;
  };
}

inline std::vector<std::string> Sentences(const Faults& faults) {
  std::vector<std::string> lines;
  for (const Fault& fault : faults) {
    lines.push_back(FormatFault(fault));
  }
  return lines;
}

}  // namespace siov

#endif  // SIOV_TESTS_CONFIG_INLINE_FILES_H_
