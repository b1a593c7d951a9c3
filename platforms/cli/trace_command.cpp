// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/trace_command.h"

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include "models/base/ends_with.h"
#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"
#include "models/workload/trace/trace_merge.h"
#include "models/workload/trace/window_filter.h"
#include "platforms/cli/arguments.h"
#include "platforms/config/nearest_name.h"
#include "platforms/trace/importers.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/reading_watch.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_info.h"
#include "platforms/trace/trace_writer.h"

namespace siov {
namespace {

constexpr int kBadInput = 2;

constexpr char kInfoUsage[] = "usage: siovsim trace info FILE [--json] [--lru] [--lenient]\n";
constexpr char kConvertUsage[] =
    "usage: siovsim trace convert IN... OUT.siovtrace [--from FORMAT] [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells] [--force]\n"
    "       siovsim trace convert --guest FTRACE... --qemu LOG OUT.siovtrace [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells] [--force]\n"
    "Several IN, or several --guest, are one machine's ftrace texts, one for each processor.\n";
const std::vector<std::size_t> kLruEntries = {8, 16, 32, 64, 128, 256, 512, 1024};

struct InfoOptions {
  std::string file;
  bool json = false;
  bool lru = false;
  ImportOptions import;
};

// Mistakes are sentences, and what is allowed follows.
std::optional<InfoOptions> ParseInfo(const std::vector<std::string>& words, std::ostream& err) {
  InfoOptions options;
  std::vector<std::string> files;
  Arguments arguments("trace info");
  arguments.Files(1, 1, "a trace file is missing", &files);
  arguments.Flag("--json", &options.json);
  arguments.Flag("--lru", &options.lru);
  arguments.Flag("--lenient", &options.import.lenient);
  if (!arguments.ReadOrSay(words, err)) {
    err << kInfoUsage;
    return std::nullopt;
  }
  options.file = files[0];
  return options;
}

struct ConvertOptions {
  std::vector<std::string> files;  // inputs, if it is no pair, and the output
  std::vector<std::string> guest;
  std::string qemu;
  TraceFormat from = TraceFormat::kAuto;
  bool window = false;
  bool force = false;  // the output may be there already
  ImportOptions import;
};

Arguments::Refused TakeFormat(const std::string& name, TraceFormat* format) {
  if (name == "auto") {
    *format = TraceFormat::kAuto;
  } else if (name == "siovtrace") {
    *format = TraceFormat::kSiovtrace;
  } else if (!ImporterOf(name, format)) {
    return "one of auto, siovtrace, " + Joined(ImporterNames());
  }
  return std::nullopt;
}

// What does not go together.
Arguments::Refused WhyNotConverted(const ConvertOptions& options) {
  const bool pair = !options.guest.empty() || !options.qemu.empty();
  if (pair && (options.guest.empty() || options.qemu.empty() || options.from != TraceFormat::kAuto)) {
    return "--guest and --qemu go together, and without --from";
  }
  if (pair ? options.files.size() != 1 : options.files.size() < 2) return "an input and one output file are needed";
  if (!EndsWith(options.files.back(), kTraceExtension)) {
    return "the output " + options.files.back() + " must end in " + kTraceExtension;
  }
  std::error_code unreadable;
  if (!options.force && std::filesystem::exists(options.files.back(), unreadable)) {
    return "the output " + options.files.back() + " is there already; --force replaces it, or give another name";
  }
  return std::nullopt;
}

std::optional<ConvertOptions> ParseConvert(const std::vector<std::string>& words, std::ostream& err) {
  ConvertOptions options;
  Arguments arguments("trace convert");
  arguments.Files(0, words.size(), "", &options.files);
  arguments.Value("--from", [&options](const std::string& value) { return TakeFormat(value, &options.from); });
  arguments.Values("--guest", &options.guest);
  arguments.Value("--qemu", &options.qemu);
  arguments.Flag("--lenient", &options.import.lenient);
  arguments.Flag("--window", &options.window);
  arguments.Flag("--force", &options.force);
  arguments.Flag("--drop-shadow-doorbells", &options.import.drop_shadow_doorbells);
  if (arguments.ReadOrSay(words, err)) {
    const Arguments::Refused refused = WhyNotConverted(options);
    if (!refused) return options;
    err << "siovsim: trace convert: " << *refused << '\n';
  }
  err << kConvertUsage;
  return std::nullopt;
}

int Info(const InfoOptions& options, std::ostream& out) {
  const std::unique_ptr<TraceSource> source = OpenTrace(options.file, TraceFormat::kAuto, options.import);
  TraceFacts facts(options.lru ? kLruEntries : std::vector<std::size_t>());
  facts.SeeAll(*source);
  const TraceInfo info = source->info();
  NextUses uses;
  std::vector<BeladyProbe> oracle;
  if (options.lru) oracle = ProbeBelady(*source, kLruEntries, facts.has_window(), &uses);
  if (options.json) {
    PrintTraceInfoJson(options.file, info, facts, oracle, out);
  } else {
    PrintTraceInfo(options.file, info, facts, oracle, out);
  }
  return 0;
}

void SayConverted(const ConvertOptions& options, const TraceSource& source, std::uint64_t records,
                  const MergedTrace* merged, std::ostream& out) {
  const TraceInfo& info = source.info();
  out << options.files.back() << ": " << records << " records of " << info.streams.size() << " streams; "
      << info.skipped_lines << " damaged lines skipped, " << info.ignored_lines << " ignored, " << info.foreign_lines
      << " of other programs, " << info.dropped_shadow_doorbells << " shadow doorbell accesses dropped.\n";
  if (info.lost_events != 0 || info.lost_gaps != 0) {
    out << "The recorder lost " << info.lost_events << " events, and an unknown number in " << info.lost_gaps
        << " places.\n";
  }
  if (info.clamped_times != 0) out << info.clamped_times << " times stepped back and were moved forward.\n";
  if (info.boot_identity_maps != 0) out << info.boot_identity_maps << " identity maps of firmware were left out.\n";
  if (merged == nullptr) return;
  if (merged->displacement() != 0) {
    out << "Invalidations stand up to " << merged->displacement() << " places apart in the two recordings.\n";
  }
  if (merged->unmapped_accesses() != 0) {
    out << merged->unmapped_accesses() << " accesses have no mapping in " << options.guest.front() << ".\n";
  }
}

int Convert(const ConvertOptions& options, std::ostream& out) {
  std::unique_ptr<TraceSource> first;
  std::unique_ptr<TraceSource> second;
  std::unique_ptr<MergedTrace> merged;
  std::string name = options.files.front();
  TraceSource* source = nullptr;
  if (options.guest.empty()) {
    first = OpenTraces({options.files.begin(), options.files.end() - 1}, options.from, options.import);
    source = first.get();
  } else {
    name = options.guest.front() + " and " + options.qemu;
    first = OpenTraces(options.guest, TraceFormat::kFtrace, options.import);
    second = OpenTrace(options.qemu, TraceFormat::kQemu, options.import);
    merged = std::make_unique<MergedTrace>(*first, *second, name);
    source = merged.get();
  }
  WindowFilter window(*source, name);
  if (options.window) source = &window;
  const std::uint64_t records = WriteTrace(*source, options.files.back());
  SayConverted(options, *source, records, merged.get(), out);
  return 0;
}

volatile std::sig_atomic_t interrupts = 0;  // NOLINT: set by a signal

void NoteInterrupt(int) { interrupts = 1; }
bool InterruptedByUser() { return interrupts != 0; }

template <class Command>
int Guarded(const Command& command, std::ostream& err) {
  constexpr int kInterrupted = 130;
  WatchReading(InterruptedByUser, true);
  try {
    return command();
  } catch (const TraceError& error) {
    err << "siovsim: " << error.what() << "\n";
  } catch (const ReadingInterrupted& interruption) {
    err << "siovsim: " << interruption.what() << ".\n";
    return kInterrupted;
  }
  return kBadInput;
}

}  // namespace

int TraceInfoMain(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  const std::optional<InfoOptions> options = ParseInfo(words, err);
  return options ? Guarded([&] { return Info(*options, out); }, err) : kBadInput;
}

int TraceConvertMain(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  const std::optional<ConvertOptions> options = ParseConvert(words, err);
  return options ? Guarded([&] { return Convert(*options, out); }, err) : kBadInput;
}

int TraceMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  // A convert that is interrupted removes what it has written.
  std::signal(SIGINT, NoteInterrupt);
  std::signal(SIGTERM, NoteInterrupt);
  const std::string command = args.empty() ? "" : args.front();
  const std::vector<std::string> rest(args.empty() ? args.end() : args.begin() + 1, args.end());
  if (command == "info") return TraceInfoMain(rest, out, err);
  if (command == "convert") return TraceConvertMain(rest, out, err);
  err << "siovsim: the trace command is info or convert\n" << kInfoUsage << kConvertUsage;
  return kBadInput;
}

}  // namespace siov
