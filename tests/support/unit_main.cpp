// SPDX-License-Identifier: Apache-2.0
// Entry point of test binaries that never touch SystemC.
#include <gtest/gtest.h>

// Asked by LeakSanitizer where it is linked. HDF5 does not give back what belongs to a file that it could not close
// because the disk was full, which tests provoke on purpose.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
