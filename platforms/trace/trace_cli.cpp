// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/trace_cli.h"

#include <csignal>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"
#include "models/workload/trace/trace_merge.h"
#include "models/workload/trace/window_filter.h"
#include "platforms/trace/importers.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/reading_watch.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_info.h"
#include "platforms/trace/trace_writer.h"

namespace siov {
namespace {

constexpr char kInfoUsage[] = "usage: siovsim trace info FILE [--json] [--lru] [--lenient]";
constexpr char kConvertUsage[] =
    "usage: siovsim trace convert IN... OUT.siovtrace [--from auto|ftrace|qemu|siovtrace] [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells]\n"
    "       siovsim trace convert --guest FTRACE... --qemu LOG OUT.siovtrace [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells]\n"
    "Several IN, or several --guest, are one machine's ftrace texts, one for each processor.";
const std::vector<std::size_t> kLruEntries = {8, 16, 32, 64, 128, 256, 512, 1024};

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct InfoOptions {
  std::string file;
  bool json = false;
  bool lru = false;
  ImportOptions import;
};

InfoOptions ParseInfo(const std::vector<std::string>& args) {
  InfoOptions options;
  for (const std::string& arg : args) {
    if (arg == "--json") {
      options.json = true;
    } else if (arg == "--lru") {
      options.lru = true;
    } else if (arg == "--lenient") {
      options.import.lenient = true;
    } else if (arg.rfind("--", 0) == 0 || !options.file.empty()) {
      throw UsageError("unexpected argument " + arg + ".\n" + kInfoUsage);
    } else {
      options.file = arg;
    }
  }
  if (options.file.empty()) throw UsageError(std::string("a trace file is missing.\n") + kInfoUsage);
  return options;
}

struct ConvertOptions {
  std::vector<std::string> files;  // inputs, if it is no pair, and the output
  std::vector<std::string> guest;
  std::string qemu;
  TraceFormat from = TraceFormat::kAuto;
  bool window = false;
  ImportOptions import;
};

TraceFormat ParseFormat(const std::string& name) {
  if (name == "auto") return TraceFormat::kAuto;
  if (name == "siovtrace") return TraceFormat::kSiovtrace;
  TraceFormat format = TraceFormat::kAuto;
  if (ImporterOf(name, &format)) return format;
  throw UsageError("--from " + name + " is not one of auto, ftrace, qemu, siovtrace.\n" + kConvertUsage);
}

void CheckConvert(const ConvertOptions& options) {
  const bool pair = !options.guest.empty() || !options.qemu.empty();
  if (pair && (options.guest.empty() || options.qemu.empty() || options.from != TraceFormat::kAuto)) {
    throw UsageError(std::string("--guest and --qemu go together, and without --from.\n") + kConvertUsage);
  }
  if (pair ? options.files.size() != 1 : options.files.size() < 2) {
    throw UsageError(std::string("an input and one output file are needed.\n") + kConvertUsage);
  }
  const std::string& out = options.files.back();
  const std::string extension = kTraceExtension;
  if (out.size() <= extension.size() || out.substr(out.size() - extension.size()) != extension) {
    throw UsageError("the output " + out + " must end in " + extension + ".\n" + kConvertUsage);
  }
}

ConvertOptions ParseConvert(const std::vector<std::string>& args) {
  ConvertOptions options;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == args.size()) throw UsageError(arg + " needs a value.\n" + kConvertUsage);
      return args[++i];
    };
    if (arg == "--from") {
      options.from = ParseFormat(value());
    } else if (arg == "--guest") {
      options.guest.push_back(value());
    } else if (arg == "--qemu") {
      options.qemu = value();
    } else if (arg == "--lenient") {
      options.import.lenient = true;
    } else if (arg == "--window") {
      options.window = true;
    } else if (arg == "--drop-shadow-doorbells") {
      options.import.drop_shadow_doorbells = true;
    } else if (arg.rfind("--", 0) == 0) {
      throw UsageError("unknown option " + arg + ".\n" + kConvertUsage);
    } else {
      options.files.push_back(arg);
    }
  }
  CheckConvert(options);
  return options;
}

int Info(const std::vector<std::string>& args, std::ostream& out) {
  const InfoOptions options = ParseInfo(args);
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

int Convert(const std::vector<std::string>& args, std::ostream& out) {
  const ConvertOptions options = ParseConvert(args);
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
  constexpr int kBadInput = 2;
  constexpr int kInterrupted = 130;
  WatchReading(InterruptedByUser, true);
  try {
    return command();
  } catch (const TraceError& error) {
    err << "siovsim: " << error.what() << "\n";
  } catch (const UsageError& error) {
    err << "siovsim: " << error.what() << "\n";
  } catch (const ReadingInterrupted& interruption) {
    err << "siovsim: " << interruption.what() << ".\n";
    return kInterrupted;
  }
  return kBadInput;
}

}  // namespace

int TraceInfoMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  return Guarded([&] { return Info(args, out); }, err);
}

int TraceConvertMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  return Guarded([&] { return Convert(args, out); }, err);
}

int TraceMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  // A convert that is interrupted removes what it has written.
  std::signal(SIGINT, NoteInterrupt);
  std::signal(SIGTERM, NoteInterrupt);
  const std::string command = args.empty() ? "" : args.front();
  const std::vector<std::string> rest(args.empty() ? args.end() : args.begin() + 1, args.end());
  if (command == "info") return TraceInfoMain(rest, out, err);
  if (command == "convert") return TraceConvertMain(rest, out, err);
  err << "siovsim: the trace command is info or convert.\n" << kInfoUsage << "\n" << kConvertUsage << "\n";
  return 2;
}

}  // namespace siov
