// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/hdf5_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "platforms/collect/output_error.h"
#include "tests/results/hdf5_reader.h"
#include "tests/results/temporary_folder.h"

namespace siov {
namespace {

using ::testing::HasSubstr;
using testing::Hdf5Reader;
using testing::ReadFile;
using testing::SentenceOf;
using testing::SmallDisk;
using testing::TemporaryFolder;
using Words = std::vector<std::uint64_t>;

// Numbers that deflate cannot shrink.
Words Incompressible(std::size_t count) {
  Words values(count);
  std::uint64_t state = 1;
  for (std::uint64_t& value : values) value = state = state * 6364136223846793005u + 1442695040888963407u;
  return values;
}

TEST(Hdf5File, ColumnsComeBackWithTheirUnits) {
  TemporaryFolder place;
  const std::string path = (place.path() / "a.h5").string();
  Hdf5File file(path);
  file.Column("/deep/down/latency", Words{1, ~std::uint64_t{0}}, "ps");
  file.Column("/level", std::vector<double>{0.5, -1e300}, "jobs");
  file.Column("/empty", Words{}, "");
  file.Close();
  const Hdf5Reader reader(path);
  EXPECT_EQ(reader.Column<std::uint64_t>("/deep/down/latency"), (Words{1, ~std::uint64_t{0}}));
  EXPECT_EQ(reader.Column<double>("/level"), (std::vector<double>{0.5, -1e300}));
  EXPECT_TRUE(reader.Column<std::uint64_t>("/empty").empty());
  EXPECT_EQ(reader.Unit("/deep/down/latency"), "ps");
  EXPECT_EQ(reader.Unit("/level"), "jobs");
}

TEST(Hdf5File, AppendedRowsFollowOneAnotherAcrossChunks) {
  TemporaryFolder place;
  const std::string path = (place.path() / "a.h5").string();
  Hdf5File file(path);
  Words expected;
  for (const std::size_t rows : {0u, 1u, 16'383u, 16'384u, 40'000u, 7u}) {
    Words part(rows);
    std::iota(part.begin(), part.end(), expected.size());
    expected.insert(expected.end(), part.begin(), part.end());
    file.Append("/stages/memory", part, "ps");
  }
  file.Close();
  const Hdf5Reader reader(path);
  EXPECT_EQ(reader.Column<std::uint64_t>("/stages/memory"), expected);
  EXPECT_EQ(reader.Unit("/stages/memory"), "ps");
}

TEST(Hdf5File, EqualContentsAreEqualFilesWheneverTheyAreWritten) {
  TemporaryFolder place;
  const auto write = [&](const std::string& name) {
    Hdf5File file((place.path() / name).string());
    file.Column("/a/b", Words{1, 2, 3}, "ps");
    file.Append("/c/d", Words{4, 5}, "ps");
    file.Close();
  };
  write("first.h5");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));  // times of creation have whole seconds
  write("second.h5");
  EXPECT_EQ(ReadFile(place.path() / "first.h5"), ReadFile(place.path() / "second.h5"));
}

TEST(Hdf5File, AFileThatCannotBeCreatedIsReported) {
  TemporaryFolder place;
  const std::string path = (place.path() / "missing" / "a.h5").string();
  EXPECT_EQ(SentenceOf<OutputError>([&] { Hdf5File file(path); }),
            "result file " + path + " cannot be created: No such file or directory");
  EXPECT_EQ(SentenceOf<OutputError>([&] { Hdf5File file(path, "/results/a.h5"); }),
            "result file /results/a.h5 cannot be created: No such file or directory");
}

// The library buffers: what does not fit may show when a column is closed, and must not be lost in silence.
TEST(Hdf5File, AFullDiskIsReportedHoweverMuchFits) {
  for (const std::size_t disk_bytes : {64u << 10, 300u << 10, 1u << 20, 2u << 20}) {
    SmallDisk disk(disk_bytes);
    if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a tmpfs";
    const std::string path = (disk.path() / "a.h5").string();
    const auto small_columns = [&] {
      Hdf5File file(path);
      for (std::size_t i = 0; i * 12'000 < disk_bytes + 12'000; ++i) {
        file.Column("/c" + std::to_string(i), Words(1'500, i), "ps");
      }
      file.Close();
    };
    EXPECT_THAT(SentenceOf<OutputError>(small_columns), HasSubstr("No space left on device")) << disk_bytes;
    const auto appended = [&] {
      Hdf5File file(path);
      for (std::size_t rows = 0; rows * 8 < disk_bytes + (64u << 10); rows += 4'096) {
        file.Append("/c", Incompressible(4'096), "ps");
      }
      file.Close();
    };
    EXPECT_THAT(SentenceOf<OutputError>(appended), HasSubstr("No space left on device")) << disk_bytes;
  }
}

}  // namespace
}  // namespace siov
