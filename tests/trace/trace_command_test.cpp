// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/trace_command.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "platforms/trace/trace_reader.h"
#include "platforms/trace/trace_writer.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome Trace(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = TraceMain(args, out, err);
  return {code, out.str(), err.str()};
}

constexpr char kGuest[] = "traces/raw/boot.guest.txt.xz";
constexpr char kQemu[] = "traces/raw/boot.qemu.log.xz";

TEST(TraceCommand, ConvertsAPairAndDescribesIt) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("boot.siovtrace");
  const Outcome convert = Trace({"convert", "--guest", kGuest, "--qemu", kQemu, path});
  EXPECT_EQ(convert.code, 0) << convert.err;
  EXPECT_THAT(convert.out, HasSubstr("1755 records of 4 streams"));
  const Outcome info = Trace({"info", path, "--json", "--lru"});
  EXPECT_EQ(info.code, 0) << info.err;
  const nlohmann::json json = nlohmann::json::parse(info.out);
  EXPECT_EQ(json["window"]["translations"], 543);
  EXPECT_EQ(json["window"]["translations_by_stream"]["01:00.0"], 223);
  EXPECT_EQ(json["lru"][0]["misses"], 121);
  const Outcome text = Trace({"info", path, "--lru"});
  EXPECT_THAT(text.out, HasSubstr("LRU IOTLB of 8 entries misses 121 of 543 = 0.2228"));
}

TEST(TraceCommand, AMappingOfWhichNotAllPagesAreCountedIsSaid) {
  const TemporaryFolder folder;
  const auto info_of = [&folder](std::uint64_t pages) {
    TraceRecord map;
    map.kind = TraceKind::kMap;
    map.domain = 1;
    map.iova = 0x100000000;
    map.size_bytes = pages * 4096;
    VectorSource source({map});
    const std::string path = folder.Path(std::to_string(pages) + ".siovtrace");
    WriteTrace(source, path);
    EXPECT_EQ(nlohmann::json::parse(Trace({"info", path, "--json"}).out)["capped_mappings"], pages > 4096 ? 1 : 0);
    return Trace({"info", path}).out;
  };
  EXPECT_THAT(info_of(4096), HasSubstr("unique mapped pages    4096 in the window\n"));
  EXPECT_THAT(info_of(4097),
              HasSubstr("unique mapped pages    4096 in the window, where 4096 pages are counted of each of "
                        "1 mapping of more\n"));
}

TEST(TraceCommand, ATraceOfOurOwnIsNoOtherRecording) {
  const TemporaryFolder folder;
  constexpr char kBoot[] = "traces/boot.siovtrace";
  const std::string out = folder.Path("out.siovtrace");
  const std::vector<std::vector<std::string>> wrong = {
      {"convert", kBoot, out, "--from", "qemu"},
      {"convert", kBoot, out, "--from", "ftrace"},
      {"convert", "--guest", kBoot, "--qemu", kQemu, out},
      {"convert", "--guest", kGuest, "--qemu", kBoot, out},
  };
  for (const auto& words : wrong) {
    const Outcome refused = Trace(words);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr(std::string(kBoot) + ": is a .siovtrace file and no other recording"));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
}

TEST(TraceCommand, WindowOfATraceCanBeConvertedAgain) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("window.siovtrace");
  const Outcome convert = Trace({"convert", "traces/nvme_randread4k_strict.siovtrace", path, "--window"});
  EXPECT_EQ(convert.code, 0) << convert.err;
  TraceReader reader(path);
  EXPECT_TRUE(reader.info().windowed);
  const nlohmann::json json = nlohmann::json::parse(Trace({"info", path, "--json"}).out);
  EXPECT_EQ(json["whole"]["translations"], 56936);
  EXPECT_EQ(json["whole"]["by_kind"]["map"], 8000);
  EXPECT_EQ(json["whole"]["preexisting_mappings"], 95 - 14);
}

TEST(TraceCommand, ShadowDoorbellsAreDropped) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("drive.siovtrace");
  const Outcome convert = Trace({"convert", "traces/raw/nvme_randread4k_strict.qemu.log.xz", path, "--from", "qemu",
                                 "--window", "--drop-shadow-doorbells"});
  EXPECT_EQ(convert.code, 0) << convert.err;
  const nlohmann::json json = nlohmann::json::parse(Trace({"info", path, "--json"}).out);
  EXPECT_EQ(json["whole"]["translations"], 56936 - 32936);
}

TEST(TraceCommand, SkippedLinesAreCountedInTheFile) {
  const TemporaryFolder folder;
  const std::string text = folder.Path("damaged.txt");
  WriteFile(text, "#MARK 1.000000 A\n7@1.00:vtd\n7@1.000001:vtd_inv_desc invalidate desc\n");
  const Outcome strict = Trace({"convert", text, folder.Path("t.siovtrace")});
  EXPECT_EQ(strict.code, 2);
  EXPECT_THAT(strict.err, HasSubstr("siovsim: " + text + ":3: damaged line"));
  EXPECT_EQ(folder.FileCount(), 1u);
  const Outcome lenient = Trace({"convert", text, folder.Path("t.siovtrace"), "--lenient"});
  EXPECT_EQ(lenient.code, 0) << lenient.err;
  EXPECT_EQ(TraceReader(folder.Path("t.siovtrace")).info().skipped_lines, 1u);
}

TEST(TraceCommand, AnOutputThatIsThereIsReplacedOnlyIfAsked) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("mine.siovtrace");
  WriteFile(path, "somebody's\n");
  const std::vector<std::string> command = {"convert", "traces/nvme_randread4k_strict.siovtrace", path};
  const Outcome refused = Trace(command);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("siovsim: trace convert: the output " + path +
                                     " is there already; --force replaces it, or give another name\n"));
  EXPECT_EQ(FileText(path), "somebody's\n");
  std::vector<std::string> forced = command;
  forced.push_back("--force");
  EXPECT_EQ(Trace(forced).code, 0);
  const auto translations = [](const std::string& file) {
    return nlohmann::json::parse(Trace({"info", file, "--json"}).out)["whole"]["translations"];
  };
  EXPECT_EQ(translations(path), translations(command[1]));
}

TEST(TraceCommand, WrongUsageIsOneErrorAndExitCodeTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "the trace command is info or convert"},
      {{"shrink"}, "the trace command is info or convert"},
      {{"info"}, "a trace file is missing"},
      {{"info", "a", "b"}, "trace info: takes one file, but got a and b"},
      {{"info", "a", "--jsn"}, "unknown option --jsn; allowed are --json, --lru, --lenient; did you mean --json?"},
      {{"convert", "a"}, "an input and one output file are needed"},
      {{"convert", "a", "b.txt"}, "the output b.txt must end in .siovtrace"},
      {{"convert", "a", "b.siovtrace", "--from", "gem5"}, "--from gem5: must be one of auto, siovtrace, qemu, ftrace"},
      {{"convert", "a", "b.siovtrace", "--from"}, "--from needs a value"},
      {{"convert", "a", "b.siovtrace", "--fast"}, "unknown option --fast; allowed are --from, --guest"},
      {{"convert", "--guest", "a", "b.siovtrace"}, "--guest and --qemu go together"},
      {{"convert", "no-such-file", "b.siovtrace"}, "no-such-file: cannot be opened"},
      {{"info", "no-such-file.siovtrace"}, "no-such-file.siovtrace: cannot be opened"},
      {{"info", "traces"}, "traces: is a folder; give the recording in it"},
      {{"convert", "traces", "b.siovtrace"}, "traces: is a folder; give the recording in it"},
      {{"convert", "--guest", kGuest, "--qemu", "traces/raw/nvme_randread4k_strict.qemu.log.xz", "b.siovtrace"},
       "not of one run"},
  };
  for (const auto& [args, message] : cases) {
    const Outcome outcome = Trace(args);
    EXPECT_EQ(outcome.code, 2) << message;
    EXPECT_THAT(outcome.err, HasSubstr(message));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_FALSE(std::filesystem::exists("b.siovtrace"));
}

}  // namespace
}  // namespace siov
