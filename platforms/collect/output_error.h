// SPDX-License-Identifier: Apache-2.0
// Results could not be written: one sentence with the path and the system's reason. What was finished before stays.
#ifndef SIOV_PLATFORMS_COLLECT_OUTPUT_ERROR_H_
#define SIOV_PLATFORMS_COLLECT_OUTPUT_ERROR_H_

#include <stdexcept>
#include <string>

namespace siov {

class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The place that was asked for holds something that is not a result: the input is wrong, not the disk.
class FolderRefused : public OutputError {
 public:
  using OutputError::OutputError;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_OUTPUT_ERROR_H_
