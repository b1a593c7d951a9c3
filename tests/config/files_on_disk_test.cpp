// SPDX-License-Identifier: Apache-2.0
// What of a disk is read as a configuration.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "platforms/config/loader.h"

namespace siov {
namespace {

class FilesOnDisk : public ::testing::Test {
 protected:
  FilesOnDisk() : path_(std::filesystem::temp_directory_path() / ("siovsim_loader_" + std::to_string(getpid()))) {}
  ~FilesOnDisk() override { std::filesystem::remove(path_); }

  // What is read of a file with this content, or why it is not.
  std::string Read(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
    std::string text;
    std::string why_not;
    return ReadFileFromDisk(path_.string(), &text, &why_not) ? text : "not read: " + why_not;
  }

  std::filesystem::path path_;
};

// The parser answered a mark that cannot be seen with "Expected identifier".
TEST_F(FilesOnDisk, AByteOrderMarkBeforeTheTextIsNoPartOfIt) {
  EXPECT_EQ(Read("\xef\xbb\xbfrun { }\n"), "run { }\n");
  EXPECT_EQ(Read("run { }\xef\xbb\xbf"), "run { }\xef\xbb\xbf");
  EXPECT_EQ(Read("\xef\xbb"), "\xef\xbb");
  EXPECT_EQ(Read(""), "");
}

TEST_F(FilesOnDisk, WhatHoldsZerosIsNoText) {
  EXPECT_EQ(Read(std::string("run\0{ }", 8)), "not read: is not a text");
  EXPECT_EQ(Read(std::string("\xff\xfer\0", 4)), "not read: is not a text");
}

TEST_F(FilesOnDisk, SixteenMebibytesAreReadWholeAndNotAByteMore) {
  const std::string largest(16u << 20, '#');
  EXPECT_EQ(Read(largest), largest);
  EXPECT_EQ(Read(largest + "#"), "not read: is larger than 16 MiB, which no configuration is");
  const std::string blocks = std::string(1 << 16, 'a') + std::string(1 << 16, 'b') + "c";
  EXPECT_EQ(Read(blocks), blocks);
}

TEST_F(FilesOnDisk, DirectoryAndAbsentFileAreRefused) {
  std::string text;
  std::string why_not;
  EXPECT_FALSE(ReadFileFromDisk("configs", &text, &why_not));
  EXPECT_EQ(why_not, "is a directory");
  EXPECT_FALSE(ReadFileFromDisk("/dev/zero", &text, &why_not));
  EXPECT_EQ(why_not, "is not a regular file");
  EXPECT_FALSE(ReadFileFromDisk("/proc/self/mem", &text, &why_not)) << "a regular file that cannot be read";
  EXPECT_EQ(why_not, "reading failed");
  EXPECT_FALSE(ReadFileFromDisk("configs/absent.txtpb", &text, &why_not));
  EXPECT_EQ(why_not, "No such file or directory");
}

}  // namespace
}  // namespace siov
