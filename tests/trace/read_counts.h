// SPDX-License-Identifier: Apache-2.0
// How often this process opened a file and how many zstd frames it decompressed, counted where the C library and
// libzstd are called: nothing in the product counts for the tests.
#ifndef SIOV_TESTS_TRACE_READ_COUNTS_H_
#define SIOV_TESTS_TRACE_READ_COUNTS_H_

#include <string>

namespace siov::testing {

struct ReadCounts {
  int opened = 0;
  int frames = 0;  // of any file
};

// Starts counting, from zero. Files are told by their whole names.
void CountReadsOf(const std::string& path);
ReadCounts Reads();

}  // namespace siov::testing

#endif  // SIOV_TESTS_TRACE_READ_COUNTS_H_
