// SPDX-License-Identifier: Apache-2.0
// Opening and reading files: compression, kinds that are not read, several files as one, interruption, hostile sizes.
#include <bzlib.h>
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <random>

#include "models/workload/trace/page_set.h"
#include "models/workload/trace/trace_facts.h"
#include "platforms/cli/trace_command.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/reading_watch.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

std::string MarkAt(const std::string& time, const std::string& name, const std::string& cpu = "000") {
  return "             fio-191     [" + cpu + "] .....     " + time + ": tracing_mark_write: MARK " + name + "\n";
}

std::string Marks(const std::string& path) {
  const std::unique_ptr<TraceSource> source = OpenTrace(path);
  std::string names;
  for (const TraceRecord& record : ReadAll(*source)) names += record.mark;
  source->Rewind();
  std::string again;
  for (const TraceRecord& record : ReadAll(*source)) again += record.mark;
  EXPECT_EQ(again, names);
  return names;
}

std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Bzip2(std::string text) {
  std::string out(text.size() + text.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(), static_cast<unsigned>(text.size()), 9, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

TEST(Reading, GzipAndBzip2AreReadAndTheirDamageIsFound) {
  const TemporaryFolder folder;
  const std::string text = MarkAt("1.000001", "A") + MarkAt("1.000002", "B");
  const std::string path = folder.Path("recording");
  for (const auto& [name, packed] : {std::pair<std::string, std::string>{"gzip", Gzip(text)}, {"bzip2", Bzip2(text)}}) {
    WriteFile(path, packed);
    EXPECT_EQ(Marks(path), "AB") << name;
    WriteFile(path, packed + packed);
    EXPECT_EQ(Marks(path), "ABAB") << name << ", two streams in a file";
    WriteFile(path, packed.substr(0, packed.size() - 6));
    EXPECT_THAT(ErrorOf([&] { Marks(path); }), HasSubstr("the " + name + " file is truncated")) << name;
    std::string corrupted = packed;
    corrupted[packed.size() / 2] = static_cast<char>(corrupted[packed.size() / 2] ^ 0x55);
    WriteFile(path, corrupted);
    EXPECT_THAT(ErrorOf([&] { Marks(path); }), HasSubstr(name + " file is corrupted")) << name;
  }
}

TEST(Reading, FilesOfAnotherKindAreNamedWithTheKindsThatAreRead) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("recording");
  const std::pair<std::string, std::string> kinds[] = {
      {std::string("\x17\x08\x44tracing6", 11), "trace-cmd report"},
      {"PERFILE2....", "perf script"},
      {"hello\nworld\n", "its first line is \"hello\""},
      {std::string("\x04\x22\x4d\x18....", 8), "lz4"},
  };
  for (const auto& [bytes, message] : kinds) {
    WriteFile(path, bytes);
    const std::string error = ErrorOf([&] { OpenTrace(path); });
    EXPECT_THAT(error, HasSubstr(message));
    EXPECT_THAT(error, HasSubstr("gzip, bzip2, xz or zstd"));
    EXPECT_THAT(error, HasSubstr("the trace log of QEMU's intel-iommu"));
  }
  WriteFile(path, Gzip(std::string("\x28\xB5\x2F\xFD of a .siovtrace")));
  EXPECT_THAT(
      ErrorOf([&] { OpenTrace(path); }),
      HasSubstr("recording: no recording of a kind that is read: decompressed, it is compressed again, with zstd"));
  WriteFile(path, "");
  EXPECT_THAT(ErrorOf([&] { OpenTrace(path); }), HasSubstr("the file is empty"));
  EXPECT_THAT(ErrorOf([] { OpenTrace("/dev/zero"); }), HasSubstr("no regular file"));
}

TEST(Reading, FilesOfEachProcessorAreMergedByTime) {
  const TemporaryFolder folder;
  const std::string first = folder.Path("cpu0.txt");
  const std::string second = folder.Path("cpu1.txt");
  WriteFile(first, "# tracer: nop\n" + MarkAt("1.000001", "A") + MarkAt("1.000005", "D"));
  WriteFile(second, "# tracer: nop\n" + MarkAt("1.000002", "B", "001") + "CPU:1 [LOST 3 EVENTS]\n" +
                        MarkAt("1.000003", "C", "001") + MarkAt("1.000009", "E", "001"));
  const std::unique_ptr<TraceSource> source = OpenTraces({first, second}, TraceFormat::kAuto, {});
  std::string names;
  for (const TraceRecord& record : ReadAll(*source)) names += record.mark;
  EXPECT_EQ(names, "ABCDE");
  EXPECT_EQ(source->info().clamped_times, 0u);
  EXPECT_EQ(source->info().lost_events, 3u);
  source->Rewind();
  EXPECT_EQ(ReadAll(*source).size(), 5u);
}

int interrupt_after = 0;
bool InterruptSoon() { return --interrupt_after < 0; }

TEST(Reading, InterruptionIsSeenWhileReading) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("recording");
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += MarkAt("1.000001", "A");
  WriteFile(path, text);
  WatchReading(InterruptSoon, false);
  interrupt_after = 5;
  const std::unique_ptr<TraceSource> source = OpenTrace(path);
  EXPECT_THROW(ReadAll(*source), ReadingInterrupted);
  WatchReading(nullptr, false);
}

TEST(Reading, FileThatExpandsBeyondAllMeasureIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("bomb");
  const std::string line = MarkAt("1.000001", "A");
  std::string block;
  while (block.size() < (std::size_t{1} << 20)) block += line;
  std::string frame(ZSTD_compressBound(block.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), block.data(), block.size(), 19));
  std::string bomb;
  for (int i = 0; i < 320; ++i) bomb += frame;  // 320 MiB of text
  WriteFile(path, bomb);
  EXPECT_LT(bomb.size(), std::size_t{256} << 10);
  EXPECT_THAT(ErrorOf([&] {
                const std::unique_ptr<TraceSource> source = OpenTrace(path);
                for (TraceRecord record; source->Next(&record);) {
                }
              }),
              HasSubstr("no recording does"));
}

TEST(Reading, AccessWithoutAStreamHasFactsInEveryForm) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"info", "--json"}, {"info", "--json", "--lru"}, {"info", "--lru"}}) {
    std::vector<std::string> all = args;
    all.push_back("tests/trace/recordings/no_stream.siovtrace");
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(TraceMain(all, out, err), 0) << err.str();
    EXPECT_THAT(out.str(), ::testing::AnyOf(HasSubstr("\"unknown\": 1"), HasSubstr("no device is known")));
  }
}

TEST(PageSet, CountsPagesOnceHoweverTheRangesLie) {
  PageSet pages;
  std::set<std::pair<std::uint32_t, std::uint64_t>> plain;
  std::mt19937 random(5);
  for (int i = 0; i < 2'000; ++i) {
    const auto domain = static_cast<std::uint32_t>(random() % 3);
    const std::uint64_t first = random() % 5'000;
    const std::uint64_t count = random() % 40;
    pages.Add(domain, first, count);
    for (std::uint64_t page = first; page < first + count; ++page) plain.emplace(domain, page);
    ASSERT_EQ(pages.size(), plain.size());
  }
}

}  // namespace
}  // namespace siov
