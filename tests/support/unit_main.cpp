// SPDX-License-Identifier: Apache-2.0
// Entry point of test binaries that never touch SystemC.
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
