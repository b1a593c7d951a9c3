// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <lzma.h>
#include <sys/resource.h>
#include <zstd.h>

#include <csignal>
#include <memory>
#include <sstream>

#include "configs/schema/trace.pb.h"
#include "platforms/trace/compressed_input.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_reader.h"
#include "platforms/trace/trace_writer.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

TraceInfo SmallInfo() {
  TraceInfo info;
  info.source = "qemu";
  info.clock = "A clock.";
  info.streams = {{"00:04.0", 0x20}, {"01:00.0", 0x100}};
  info.skipped_lines = 3;
  info.ignored_lines = 4;
  info.lost_events = 5;
  info.clamped_times = 6;
  info.dropped_shadow_doorbells = 7;
  info.cut = true;
  info.cut_lines = 8;
  info.windowed = true;
  return info;
}

// One record of every kind, with every field that it may carry.
std::vector<TraceRecord> EveryKind() {
  std::vector<TraceRecord> records;
  for (unsigned kind = 1; kind < kTraceKinds; ++kind) {
    TraceRecord record = Record(static_cast<TraceKind>(kind), 10 * kind);
    record.stream = kind % 2 == 0 ? 1 : TraceRecord::kNoStream;
    record.domain = kind % 3 == 0 ? 0 : TraceRecord::kNoDomain;
    record.iova = 0xffff'ffff'ffff'f000u - kind;
    record.pa = 0x1'0000'0000u + kind;
    record.size_bytes = 4096u * kind;
    record.page_shift = 21;
    record.permissions = 3;
    record.scope = InvalidationScope::kPage;
    record.mask_order = 9;
    record.opcode = kOpcodeOther;
    record.layer = CommandLayer::kVirtioBlk;
    record.phase = CommandPhase::kComplete;
    record.tag = ~std::uint64_t{0};
    record.buffer_offset = 17;
    record.buffer_bytes = 99;
    record.preexisting = kind % 2 == 1;
    record.mark = kind == 13 ? "WL_START" : "";
    records.push_back(record);
  }
  return records;
}

std::vector<TraceRecord> ManyAccesses(std::size_t count) {
  std::vector<TraceRecord> records;
  std::uint64_t noise = 88172645463325252u;
  for (std::size_t i = 0; i < count; ++i) {
    noise ^= noise << 13u;
    noise ^= noise >> 7u;
    noise ^= noise << 17u;
    records.push_back(Access(3, noise >> 20u, noise >> 24u, i));
  }
  return records;
}

std::string Written(const std::string& path, const std::vector<TraceRecord>& records) {
  VectorSource source(records, SmallInfo());
  WriteTrace(source, path);
  return FileText(path);
}

std::unique_ptr<TraceReader> ReaderOf(const std::string& bytes) {
  return std::make_unique<TraceReader>(std::make_unique<MemoryByteSource>("t.siovtrace", bytes));
}

std::string ReadError(const std::string& bytes) {
  return ErrorOf([&] { ReadAll(*ReaderOf(bytes)); });
}

std::string Frame(const std::string& content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 3));
  return frame;
}

// Compressed piece by piece, as a pipe is: its window is that of the level or of --long.
std::string FrameOfWindow(const std::string& content, int window_log) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  ZSTD_inBuffer in{content.data(), content.size(), 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
  }
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  return frame;
}

siovsim::TraceHeader GoodHeader(std::uint64_t records) {
  siovsim::TraceHeader header;
  header.set_magic(kTraceMagic);
  header.set_version(kTraceVersion);
  header.set_time_unit_ps(kPsPerUs);
  header.set_record_count(records);
  header.add_streams()->set_name("00:04.0");
  return header;
}

std::string Delimited(const google::protobuf::MessageLite& message) {
  std::ostringstream out;
  google::protobuf::util::SerializeDelimitedToOstream(message, &out);
  return out.str();
}

// A trace of one entry, after `change` has had its way with it.
template <class Change>
std::string OneEntryError(const Change& change) {
  siovsim::TraceEntry entry;
  entry.set_kind(siovsim::TraceEntry::READ);
  change(entry);
  return ReadError(Frame(Delimited(GoodHeader(1))) + Frame(Delimited(entry)));
}

// It was called corrupted, in the words of the library.
TEST(TraceFile, AWindowThatNoTraceNeedsIsNoCorruption) {
  const std::string header = Delimited(GoodHeader(0));
  EXPECT_THAT(ReadAll(*ReaderOf(FrameOfWindow(header, 20))), ::testing::IsEmpty());
  EXPECT_THAT(ReadError(FrameOfWindow(header, 21)),
              ::testing::HasSubstr("a zstd frame of it asks for a window of more than 1 MiB"));
}

TEST(TraceFile, RoundTripKeepsEveryFieldAndTheHeader) {
  const TemporaryFolder folder;
  const std::vector<TraceRecord> records = EveryKind();
  Written(folder.Path("t.siovtrace"), records);
  TraceReader reader(folder.Path("t.siovtrace"));
  EXPECT_EQ(reader.info().record_count, records.size());
  EXPECT_EQ(ReadAll(reader), records);
  reader.Rewind();
  EXPECT_EQ(ReadAll(reader), records);
  const TraceInfo& info = reader.info();
  EXPECT_EQ(info.source, "qemu");
  EXPECT_EQ(info.clock, "A clock.");
  EXPECT_EQ(info.tool, "siovsim");
  ASSERT_EQ(info.streams.size(), 2u);
  EXPECT_EQ(info.streams[1].name, "01:00.0");
  EXPECT_EQ(info.streams[1].requester_id, 0x100);
  EXPECT_EQ(info.skipped_lines, 3u);
  EXPECT_EQ(info.ignored_lines, 4u);
  EXPECT_EQ(info.lost_events, 5u);
  EXPECT_EQ(info.clamped_times, 6u);
  EXPECT_EQ(info.dropped_shadow_doorbells, 7u);
  EXPECT_EQ(info.cut_lines, 8u);
  EXPECT_TRUE(info.cut);
  EXPECT_TRUE(info.windowed);
}

TEST(TraceFile, TraceOfSeveralFramesRoundTrips) {
  const TemporaryFolder folder;
  const std::vector<TraceRecord> records = ManyAccesses(100'000);
  Written(folder.Path("t.siovtrace"), records);
  TraceReader reader(folder.Path("t.siovtrace"));
  EXPECT_EQ(ReadAll(reader), records);
}

TEST(TraceFile, EmptyTraceIsATrace) {
  const TemporaryFolder folder;
  const std::string bytes = Written(folder.Path("t.siovtrace"), {});
  EXPECT_TRUE(ReadAll(*ReaderOf(bytes)).empty());
}

TEST(TraceFile, MissingEmptyAndForeignFilesAreNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("missing.siovtrace");
  EXPECT_EQ(ErrorOf([&] { TraceReader reader(path); }), path + ": cannot be opened: No such file or directory.");
  EXPECT_THAT(ErrorOf([&] { TraceReader reader(folder.Path("")); }),
              HasSubstr(": is a folder; give the recording in it"));
  EXPECT_THAT(ReadError(""), HasSubstr("t.siovtrace: the file is empty"));
  EXPECT_THAT(ReadError("\x28\xb5"), HasSubstr("this is not a trace"));
  EXPECT_THAT(ReadError("a text file"), HasSubstr("this is not a trace"));
  EXPECT_THAT(ReadError("\x1F\x8B\x08 of gzip"),
              HasSubstr("this is compressed with gzip, and traces are read as they are "
                        "written; decompress it first"));
  EXPECT_THAT(ReadError(Frame("some other compressed file")), HasSubstr("this is not a trace"));
}

TEST(TraceFile, NewerVersionSaysSo) {
  siovsim::TraceHeader header = GoodHeader(0);
  header.set_version(kTraceVersion + 1);
  EXPECT_THAT(ReadError(Frame(Delimited(header))), HasSubstr("format version 2, newer than version 1"));
}

TEST(TraceFile, DamagedHeaderIsRefused) {
  siovsim::TraceHeader no_unit = GoodHeader(0);
  no_unit.set_time_unit_ps(0);
  EXPECT_THAT(ReadError(Frame(Delimited(no_unit))), HasSubstr("the trace header is corrupted"));
  siovsim::TraceHeader bad_name = GoodHeader(0);
  bad_name.mutable_streams(0)->set_name("\xff");
  EXPECT_THAT(ReadError(Frame(Delimited(bad_name))), HasSubstr("the trace header is corrupted"));
  siovsim::TraceHeader bad_clock = GoodHeader(0);
  bad_clock.set_clock("\x1b[2J");
  EXPECT_THAT(ReadError(Frame(Delimited(bad_clock))), HasSubstr("the trace header is corrupted"));
  siovsim::TraceHeader bad_id = GoodHeader(0);
  bad_id.mutable_streams(0)->set_requester_id(65'536);
  EXPECT_THAT(ReadError(Frame(Delimited(bad_id))), HasSubstr("the trace header is corrupted"));
}

TEST(TraceFile, CutAnywhereIsTruncated) {
  const TemporaryFolder folder;
  const std::string bytes = Written(folder.Path("t.siovtrace"), EveryKind());
  for (std::size_t length = 5; length < bytes.size(); ++length) {
    EXPECT_THAT(ReadError(bytes.substr(0, length)), HasSubstr("truncated")) << length;
  }
}

TEST(TraceFile, CutBetweenFramesIsTruncated) {
  siovsim::TraceEntry entry;
  entry.set_kind(siovsim::TraceEntry::READ);
  EXPECT_EQ(ReadError(Frame(Delimited(GoodHeader(2))) + Frame(Delimited(entry))).find("it ends after record 1 of 2") !=
                std::string::npos,
            true);
}

TEST(TraceFile, EveryFlippedByteIsFoundBeforeAWrongRecordIsHandedOut) {
  const TemporaryFolder folder;
  const std::vector<TraceRecord> records = EveryKind();
  const std::string bytes = Written(folder.Path("t.siovtrace"), records);
  std::size_t refused = 0;
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
    std::vector<TraceRecord> read;
    try {
      const std::unique_ptr<TraceReader> reader = ReaderOf(damaged);
      TraceRecord record;
      while (reader->Next(&record)) read.push_back(record);
    } catch (const TraceError&) {
      ++refused;
    }
    ASSERT_LE(read.size(), records.size());
    for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], records[i]) << place;
  }
  EXPECT_EQ(refused, bytes.size());
}

TEST(TraceFile, EntriesThatSayNonsenseAreCorrupted) {
  using siovsim::TraceEntry;
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_kind(static_cast<TraceEntry::Kind>(18)); }),
              HasSubstr("the trace is corrupted: record 1: its kind is unknown"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.clear_kind(); }), HasSubstr("its kind is unknown"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_stream(1); }), HasSubstr("its stream is not in"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_scope(static_cast<TraceEntry::Scope>(6)); }), HasSubstr("scope"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_layer(static_cast<TraceEntry::Layer>(-1)); }),
              HasSubstr("layer"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_phase(static_cast<TraceEntry::Phase>(3)); }), HasSubstr("phase"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_page_shift(53); }), HasSubstr("page shift"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_mask_order(64); }), HasSubstr("mask order"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_permissions(4); }), HasSubstr("permissions"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_opcode(256); }), HasSubstr("opcode"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_mark("\n"); }), HasSubstr("mark"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_mark(std::string(256, 'x')); }), HasSubstr("mark"));
  EXPECT_THAT(OneEntryError([](TraceEntry& e) { e.set_time_delta(~std::uint64_t{0}); }), HasSubstr("beyond the clock"));
}

TEST(TraceFile, BrokenFramingIsCorrupted) {
  const std::string header = Frame(Delimited(GoodHeader(1)));
  EXPECT_THAT(ReadError(header + Frame(std::string(11, '\xff'))), HasSubstr("a message length is no number"));
  EXPECT_THAT(ReadError(header + Frame("\x7fxx")), HasSubstr("a message of 127 bytes does not fit its frame"));
  EXPECT_THAT(ReadError(header + Frame(std::string("\x02\x08\x80", 3))), HasSubstr("record 1: it does not decode"));
  EXPECT_THAT(ReadError(header + Frame(std::string(2u << 20u, 'x'))), HasSubstr("more than 1 MiB"));
  EXPECT_THAT(ReadError(header + "trailing"), HasSubstr("corrupted"));
}

TEST(TraceFile, MoreEntriesThanAnnouncedIsCorrupted) {
  siovsim::TraceEntry entry;
  entry.set_kind(siovsim::TraceEntry::READ);
  EXPECT_THAT(ReadError(Frame(Delimited(GoodHeader(1))) + Frame(Delimited(entry) + Delimited(entry))),
              HasSubstr("the header announces only 1 records"));
}

TEST(TraceWriter, NothingIsLeftBehindUnlessFinished) {
  const TemporaryFolder folder;
  {
    TraceWriter writer(folder.Path("t.siovtrace"), kPsPerUs);
    writer.Write(Record(TraceKind::kWait, 1));
    EXPECT_FALSE(std::filesystem::exists(folder.Path("t.siovtrace")));
  }
  EXPECT_EQ(folder.FileCount(), 0u);
}

TEST(TraceWriter, OldFileStaysUntilTheNewOneIsComplete) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("t.siovtrace");
  Written(path, EveryKind());
  {
    TraceWriter writer(path, kPsPerUs);
    writer.Write(Record(TraceKind::kWait, 1));
  }
  EXPECT_EQ(TraceReader(path).info().record_count, EveryKind().size());
  EXPECT_EQ(folder.FileCount(), 1u);
}

TEST(TraceWriter, UnwritablePlaceIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("no/such/folder/t.siovtrace");
  EXPECT_EQ(ErrorOf([&] { TraceWriter writer(path, kPsPerUs); }),
            path + ": cannot be written: No such file or directory.");
}

TEST(TraceWriter, FailedWriteIsNamedAndCleanedUp) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("t.siovtrace");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit small = old;
  small.rlim_cur = 64 * 1024;  // stands in for a full disk
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = ErrorOf([&] { Written(path, ManyAccesses(50'000)); });
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(message, path + ": cannot be written: File too large.");
  EXPECT_EQ(folder.FileCount(), 0u);
}

TEST(TraceWriter, TimesMustNotStepBackAndMustFitTheUnit) {
  const TemporaryFolder folder;
  TraceWriter writer(folder.Path("t.siovtrace"), kPsPerUs);
  writer.Write(Record(TraceKind::kWait, 5));
  EXPECT_THAT(ErrorOf([&] { writer.Write(Record(TraceKind::kWait, 4)); }), HasSubstr("steps back"));
  TraceRecord odd = Record(TraceKind::kWait, 6);
  odd.time_ps += 1;
  EXPECT_THAT(ErrorOf([&] { writer.Write(odd); }), HasSubstr("no multiple"));
}

std::string Xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                    text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

std::string Decompress(const std::string& bytes) {
  const std::unique_ptr<ByteSource> source = Decompressed(std::make_unique<MemoryByteSource>("in", bytes));
  std::string text;
  char buffer[1000];
  while (const std::size_t count = source->Read(buffer, sizeof buffer)) text.append(buffer, count);
  source->Rewind();
  EXPECT_EQ(source->Read(buffer, 1), text.empty() ? 0u : 1u);
  return text;
}

TEST(CompressedInput, PlainXzAndZstdReadTheSame) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + '\n';
  EXPECT_EQ(Decompress(text), text);
  EXPECT_EQ(Decompress(Xz(text)), text);
  EXPECT_EQ(Decompress(Frame(text)), text);
  EXPECT_EQ(Decompress(Frame(text) + Frame(text)), text + text);
  EXPECT_EQ(Decompress(""), "");
}

TEST(CompressedInput, DamageIsNamed) {
  const std::string text(100'000, 'x');
  const std::string xz = Xz(text);
  const std::string zst = Frame(text);
  EXPECT_EQ(ErrorOf([&] { Decompress(xz.substr(0, xz.size() / 2)); }), "in: the xz file is truncated.");
  EXPECT_EQ(ErrorOf([&] { Decompress(xz.substr(0, 30) + "garbage" + xz.substr(37)); }),
            "in: the xz file is corrupted.");
  EXPECT_EQ(ErrorOf([&] { Decompress(zst.substr(0, zst.size() - 3)); }), "in: the zstd file is truncated.");
  EXPECT_EQ(ErrorOf([&] { Decompress(zst + "garbage"); }), "in: the zstd file is corrupted.");
}

TEST(OpenTrace, TellsFormatsApartByTheirFirstBytes) {
  const TemporaryFolder folder;
  const std::string qemu = "#MARK 100.000005 A\n";
  const std::string ftrace = "# tracer: nop\n  fio-1 [000] .....  1.000000: tracing_mark_write: MARK A\n";
  WriteFile(folder.Path("q.xz"), Xz(qemu));
  WriteFile(folder.Path("g"), ftrace);
  WriteFile(folder.Path("renamed"), Written(folder.Path("t.siovtrace"), EveryKind()));
  for (const char* name : {"q.xz", "g", "renamed"}) {
    const std::unique_ptr<TraceSource> source = OpenTrace(folder.Path(name));
    EXPECT_FALSE(ReadAll(*source).empty()) << name;
    const std::string expected = name[0] == 'g' ? "ftrace" : "qemu";
    EXPECT_EQ(source->info().source, expected);
  }
}

}  // namespace
}  // namespace siov
