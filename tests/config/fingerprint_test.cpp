// SPDX-License-Identifier: Apache-2.0
// The identity of a run: XXH3 of 128 bits, and recordings by what is in them.
#include "platforms/config/fingerprint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "platforms/resolve/folder_name.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

std::string HexOf(const std::string& bytes) {
  Fingerprint fingerprint;
  fingerprint.Add(bytes.data(), bytes.size());
  return fingerprint.Hex();
}

// As `xxhsum -H128` prints them, with the seed 0: XXH128's values never change.
TEST(FingerprintTest, IsXxh3Of128Bits) {
  EXPECT_EQ(HexOf(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(HexOf("a"), "a96faf705af16834e6c632b61e964e1f");
  EXPECT_EQ(HexOf("abc"), "06b05ab6733a618578af5f94892f3950");
  EXPECT_EQ(HexOf(std::string(100'000, 'x')), "0fe996a84987456bd8b99a30e426ac41");
}

TEST(FingerprintTest, HowBytesArriveDoesNotMatter) {
  std::string bytes;
  for (int i = 0; i < 5'000; ++i) bytes += static_cast<char>(i * 7);
  Fingerprint in_parts;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t count = std::min<std::size_t>(at % 611 + 1, bytes.size() - at);
    in_parts.Add(bytes.data() + at, count);
    at += count;
  }
  EXPECT_EQ(in_parts.Hex(), HexOf(bytes));
}

TEST(FingerprintTest, PartsAreToldApart) {
  const auto of = [](const std::string& one, const std::string& other) {
    Fingerprint fingerprint;
    fingerprint.Add(one);
    fingerprint.Add(other);
    return fingerprint.Hex();
  };
  EXPECT_NE(of("ab", "c"), of("a", "bc"));
  Fingerprint spelt;
  spelt.Add("2:ab1:c", 7);
  EXPECT_EQ(of("ab", "c"), spelt.Hex());
}

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / ("fingerprint" + std::to_string(getpid()));
};

// Where the trace lies does not matter; what is in it, and everything else that is said, does.
TEST_F(FilesTest, ARunIsKnownByWhatItReadsAndByAllThatIsSaid) {
  const auto id = [](const std::string& trace, const std::string& more) {
    const LoadedExperiment loaded =
        LoadExperiment("tests/knobs/bases/replay.txtpb", {"replay.trace_file=" + trace, more});
    EXPECT_TRUE(loaded.faults.empty());
    return loaded.experiment.run_id;
  };
  const std::string seed = "run.seed=3";
  const std::string trace = Write("one", "records"), copy = Write("copy", "records"),
                    other = Write("other", "records.");
  EXPECT_EQ(id(trace, seed), id(copy, seed));
  EXPECT_NE(id(trace, seed), id(other, seed));
  EXPECT_NE(id(trace, seed), id(trace, "run.seed=4"));
  EXPECT_NE(id(trace, seed), id(trace, "replay.jobs_per_tenant=7"));
}

TEST(ResolvedTextTest, NamesOfFilesAreWrittenForTheFolderTheyGoTo) {
  EXPECT_EQ(FileNameIn("a/b/t", "a/c"), "../b/t");
  EXPECT_EQ(FileNameIn("./a//b/t", "a/b/"), "t");
  EXPECT_EQ(FileNameIn("/x/t", "/x/y/z"), "../../t");
  const std::string head = "# proto-message: siovsim.Experiment\n";
  EXPECT_EQ(ResolvedTextIn("workload { replay { trace_file: 'r/t' endpoint: 'd' } } targets { metric: 'r/t' }", "r"),
            head +
                "workload {\n  replay {\n    trace_file: \"t\"\n    endpoint: \"d\"\n  }\n}\ntargets {\n  metric: "
                "\"r/t\"\n}\n");
  EXPECT_EQ(ResolvedTextIn("no such text", "r"), "no such text");
}

TEST(FolderNameTest, IsOneVisibleWordOfBoundedLength) {
  for (const char* good : {"a", "Z9._-", "-", "_", "a..b"}) EXPECT_TRUE(IsFolderName(good)) << good;
  for (const char* bad : {"", ".", "..", ".a", "a/b", "a b", "\xC3\xA4", "a\n"}) EXPECT_FALSE(IsFolderName(bad)) << bad;
  EXPECT_TRUE(IsFolderName(std::string(100, 'a')));
  EXPECT_FALSE(IsFolderName(std::string(101, 'a')));
  EXPECT_FALSE(IsFolderName(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace siov
