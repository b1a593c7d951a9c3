// SPDX-License-Identifier: Apache-2.0
// A recording is read, hashed and taken apart once, whatever is asked of it afterwards.
#include "platforms/trace/recording.h"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <tuple>

#include "models/workload/trace/window_filter.h"
#include "platforms/config/fingerprint.h"
#include "platforms/trace/open_trace.h"
#include "tests/trace/read_counts.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

constexpr char kBoot[] = "traces/boot.siovtrace";
constexpr std::uint64_t kEnough = std::uint64_t{64} << 20;

std::string HashOf(const std::string& bytes) {
  Fingerprint fingerprint;
  fingerprint.Add(bytes.data(), bytes.size());
  return fingerprint.Hex();
}

class RecordingTest : public ::testing::Test {
 protected:
  // Nothing but a reason if it cannot be read.
  std::shared_ptr<Recording> Of(const std::string& path) { return Recording::Of(path, &why_not_); }
  std::string WhyNot(const std::string& path) {
    why_not_.clear();
    EXPECT_EQ(Of(path), nullptr) << path;
    return why_not_;
  }
  std::string Write(const std::string& name, const std::string& text) const {
    WriteFile(folder_.Path(name), text);
    return folder_.Path(name);
  }
  std::string CopyOfBoot() const {
    std::filesystem::copy_file(kBoot, folder_.Path("boot.siovtrace"));
    return folder_.Path("boot.siovtrace");
  }
  const TemporaryFolder folder_;
  std::string why_not_;
};

TEST_F(RecordingTest, IsKnownByItsContentNotByItsName) {
  const std::string large(200'000, 'x');
  EXPECT_EQ(Of(Write("one", large))->fingerprint(), HashOf(large));
  EXPECT_EQ(Of(Write("same", large))->fingerprint(), HashOf(large));
  EXPECT_EQ(Of(Write("other", large + "y"))->fingerprint(), HashOf(large + "y"));
}

TEST_F(RecordingTest, AFileThatChangedIsAnotherRecording) {
  const std::string path = Write("file", "before");
  const std::shared_ptr<Recording> before = Of(path);
  EXPECT_EQ(Of(path), before);
  Write("file", "behind");
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(5));
  EXPECT_EQ(Of(path)->fingerprint(), HashOf("behind"));
  EXPECT_EQ(before->fingerprint(), HashOf("before"));
}

TEST_F(RecordingTest, IsHashedOnceThoughNobodyKeepsIt) {
  const std::string path = CopyOfBoot();
  const std::string hash = Of(path)->fingerprint();
  testing::CountReadsOf(path);
  const std::shared_ptr<Recording> again = Of(path);
  EXPECT_EQ(again->fingerprint(), hash);
  EXPECT_EQ(testing::Reads().opened, 0);
  EXPECT_GT(ReadAll(*again->Open(kEnough)).size(), 0u);
  EXPECT_EQ(testing::Reads().opened, 1);
}

TEST_F(RecordingTest, WhatCannotBeReadIsSaid) {
  EXPECT_EQ(WhyNot(folder_.Path("")), "is a directory");
  EXPECT_EQ(WhyNot("/dev/zero"), "is not a regular file");
  EXPECT_EQ(WhyNot(folder_.Path("none")), "No such file or directory");
  EXPECT_EQ(WhyNot("/proc/self/mem"), "reading failed") << "nothing is mapped at address 0";
}

TEST_F(RecordingTest, RecordsAreThoseOfTheFileForAllWhoAskFromOneReading) {
  const std::vector<TraceRecord> expected = ReadAll(*OpenTrace(kBoot));
  const std::string path = CopyOfBoot();
  testing::CountReadsOf(path);
  ReadAll(*OpenTrace(path));
  const int frames = testing::Reads().frames;

  testing::CountReadsOf(path);
  const std::shared_ptr<Recording> recording = Of(path);
  std::filesystem::remove(path);
  const std::unique_ptr<TraceSource> first = recording->Open(kEnough);
  const std::unique_ptr<TraceSource> second = recording->Open(kEnough);
  TraceRecord record;
  ASSERT_TRUE(first->Next(&record));
  EXPECT_EQ(record, expected.front());
  EXPECT_EQ(ReadAll(*second), expected) << "another reader is at another place";
  first->Rewind();
  EXPECT_EQ(ReadAll(*first), expected);
  EXPECT_EQ(first->info().record_count, expected.size());
  EXPECT_EQ(first->info().streams.size(), OpenTrace(kBoot)->info().streams.size());
  EXPECT_EQ(testing::Reads().opened, 1);
  EXPECT_EQ(testing::Reads().frames, frames + 1) << "and the one that the other reader began";
}

TEST_F(RecordingTest, AccessesAreCountedByStreamDirectionAndSize) {
  std::map<std::tuple<std::uint32_t, bool, Bytes>, std::uint64_t> expected;
  std::set<std::uint32_t> inside;
  for (const TraceRecord& record : ReadAll(*OpenTrace(kBoot))) {
    if (record.is_access()) ++expected[{record.stream, record.kind == TraceKind::kWrite, record.size_bytes}];
  }
  const std::unique_ptr<TraceSource> whole = OpenTrace(kBoot);
  WindowFilter window(*whole, kBoot);
  for (const TraceRecord& record : ReadAll(window)) {
    if (record.is_access()) inside.insert(record.stream);
  }
  ASSERT_GT(expected.size(), 1u);
  ASSERT_GT(inside.size(), 1u);
  std::map<std::tuple<std::uint32_t, bool, Bytes>, std::uint64_t> counted;
  const std::shared_ptr<Recording> recording = Of(kBoot);
  for (const auto& [stream, accesses] : recording->Accesses(kEnough)) {
    for (const auto& [kind, count] : accesses.counts) counted[{stream, kind.write, kind.size_bytes}] = count;
    EXPECT_EQ(accesses.in_window, inside.count(stream) == 1) << stream;
  }
  EXPECT_EQ(counted, expected);
}

// A text that is compressed goes the longest way from bytes to records.
TEST_F(RecordingTest, ATextIsTakenApartFromTheBytesThatWereHashed) {
  const char* const log = "traces/raw/boot.qemu.log.xz";
  std::filesystem::copy_file(log, folder_.Path("log.xz"));
  const std::shared_ptr<Recording> recording = Of(folder_.Path("log.xz"));
  std::filesystem::remove(folder_.Path("log.xz"));
  EXPECT_EQ(ReadAll(*recording->Open(kEnough)), ReadAll(*OpenTrace(log)));
}

TEST_F(RecordingTest, WhatDoesNotFitIsReadFromTheFileEachTime) {
  const std::string path = CopyOfBoot();
  const std::vector<TraceRecord> expected = ReadAll(*OpenTrace(path));
  const std::uint64_t fits = expected.size() * sizeof(TraceRecord);
  EXPECT_EQ(ReadAll(*Of(path)->Open(fits - 1)), expected);
  const std::shared_ptr<Recording> recording = Of(path);
  recording->Open(fits - 1);
  testing::CountReadsOf(path);
  EXPECT_EQ(ReadAll(*recording->Open(fits - 1)), expected);
  EXPECT_EQ(testing::Reads().opened, 1);
  EXPECT_EQ(recording->Accesses(0).size(), Of(kBoot)->Accesses(kEnough).size()) << "counted all the same";
}

TEST_F(RecordingTest, ReleasedItIsReadFromTheFileAndReadersGoOn) {
  const std::string path = CopyOfBoot();
  const std::shared_ptr<Recording> recording = Of(path);
  const std::unique_ptr<TraceSource> reader = recording->Open(kEnough);
  recording->Release();
  const std::vector<TraceRecord> records = ReadAll(*recording->Open(kEnough));
  std::filesystem::remove(path);
  EXPECT_EQ(ReadAll(*reader), records);
  EXPECT_THAT(ErrorOf([&] { recording->Open(kEnough); }), HasSubstr("cannot be opened"));
}

TEST_F(RecordingTest, DamageIsSaidEachTime) {
  const std::shared_ptr<Recording> recording = Of(Write("t.siovtrace", "no trace"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(ErrorOf([&] { recording->Open(kEnough); }), HasSubstr(folder_.Path("t.siovtrace")));
    EXPECT_NE(ErrorOf([&] { recording->Accesses(kEnough); }), "");
  }
}

}  // namespace
}  // namespace siov
