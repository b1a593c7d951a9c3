// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/trace_cli.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "models/traffic/trace/belady.h"
#include "models/traffic/trace/trace_facts.h"
#include "models/traffic/trace/trace_merge.h"
#include "models/traffic/trace/window_filter.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_writer.h"

namespace siov {
namespace {

constexpr char kInfoUsage[] = "usage: siovsim trace info FILE [--json] [--lru] [--lenient]";
constexpr char kConvertUsage[] =
    "usage: siovsim trace convert IN OUT.siovtrace [--from auto|ftrace|qemu|siovtrace] [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells]\n"
    "       siovsim trace convert --guest FTRACE --qemu LOG OUT.siovtrace [--lenient] [--window]\n"
    "                             [--drop-shadow-doorbells]";
const std::vector<std::size_t> kLruEntries = {8, 16, 32, 64, 128, 256, 512, 1024};
const InvalidationScope kIotlbScopes[] = {InvalidationScope::kGlobal, InvalidationScope::kDomain,
                                          InvalidationScope::kPage};

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
  std::vector<std::string> files;
  std::string guest;
  std::string qemu;
  TraceFormat from = TraceFormat::kAuto;
  bool window = false;
  ImportOptions import;
};

TraceFormat ParseFormat(const std::string& name) {
  if (name == "auto") return TraceFormat::kAuto;
  if (name == "ftrace") return TraceFormat::kFtrace;
  if (name == "qemu") return TraceFormat::kQemu;
  if (name == "siovtrace") return TraceFormat::kSiovtrace;
  throw UsageError("--from " + name + " is not one of auto, ftrace, qemu, siovtrace.\n" + kConvertUsage);
}

void CheckConvert(const ConvertOptions& options) {
  const bool pair = !options.guest.empty() || !options.qemu.empty();
  if (pair && (options.guest.empty() || options.qemu.empty() || options.from != TraceFormat::kAuto)) {
    throw UsageError(std::string("--guest and --qemu go together, and without --from.\n") + kConvertUsage);
  }
  if (options.files.size() != (pair ? 1u : 2u)) {
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
      options.guest = value();
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

nlohmann::ordered_json CountsJson(const TraceCounts& counts, const TraceInfo& info) {
  nlohmann::ordered_json json;
  json["records"] = counts.records;
  json["translations"] = counts.accesses();
  for (unsigned kind = 1; kind < kTraceKinds; ++kind) {
    json["by_kind"][Name(static_cast<TraceKind>(kind))] = counts.by_kind[kind];
  }
  for (const InvalidationScope scope : kIotlbScopes) {
    json["iotlb_invalidations"][Name(scope)] = counts.iotlb_invalidations_by_scope[static_cast<unsigned>(scope)];
  }
  json["preexisting_mappings"] = counts.preexisting_mappings;
  nlohmann::ordered_json& streams = json["translations_by_stream"] = nlohmann::ordered_json::object();
  for (const auto& [stream, count] : counts.accesses_by_stream) streams[info.streams[stream].name] = count;
  return json;
}

nlohmann::ordered_json InfoJson(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
                                const std::vector<BeladyProbe>& oracle) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["source"] = info.source;
  json["tool"] = info.tool;
  json["clock"] = info.clock;
  json["span_ps"] = facts.span_ps();
  json["window_ps"] = facts.window_ps();
  json["has_window"] = facts.has_window();
  json["windowed"] = info.windowed;
  json["cut"] = info.cut;
  json["cut_lines"] = info.cut_lines;
  json["skipped_lines"] = info.skipped_lines;
  json["ignored_lines"] = info.ignored_lines;
  json["lost_events"] = info.lost_events;
  json["clamped_times"] = info.clamped_times;
  json["dropped_shadow_doorbells"] = info.dropped_shadow_doorbells;
  json["streams"] = nlohmann::ordered_json::array();
  for (std::uint32_t stream = 0; stream < info.streams.size(); ++stream) {
    json["streams"].push_back({{"name", info.streams[stream].name},
                               {"requester_id", info.streams[stream].requester_id},
                               {"unique_pages", facts.unique_pages(stream)}});
  }
  json["unique_mapped_pages"] = facts.unique_mapped_pages();
  json["whole"] = CountsJson(facts.whole(), info);
  json["window"] = CountsJson(facts.window(), info);
  for (std::size_t i = 0; i < facts.lru().size(); ++i) {
    const LruProbe& probe = facts.lru()[i];
    json["lru"].push_back({{"entries", probe.entries()},
                           {"misses", probe.misses()},
                           {"lookups", probe.lookups()},
                           {"oracle_misses", oracle[i].misses()}});
  }
  return json;
}

std::string Format(const char* format, double a) {
  char text[64];
  std::snprintf(text, sizeof text, format, a);
  return text;
}

void PrintCounts(const TraceFacts& facts, std::ostream& out) {
  out << "  records                " << facts.whole().records << " (" << facts.window().records << " in the window)\n"
      << "  translations           " << facts.whole().accesses() << " (" << facts.window().accesses()
      << " in the window)\n";
  for (unsigned kind = 1; kind < kTraceKinds; ++kind) {
    if (facts.whole().by_kind[kind] == 0) continue;
    std::string name = Name(static_cast<TraceKind>(kind));
    name.resize(20, ' ');
    out << "    " << name << ' ' << facts.whole().by_kind[kind] << " (" << facts.window().by_kind[kind] << ")\n";
  }
  out << "  unique mapped pages    " << facts.unique_mapped_pages() << " in the window\n";
}

double Fraction(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void PrintInfo(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
               const std::vector<BeladyProbe>& oracle, std::ostream& out) {
  out << file << ": from " << info.source << (info.windowed ? ", workload window only" : "")
      << (info.cut ? ", cut (the recording has a hole)" : "") << "\n  " << info.clock << "\n"
      << "  span                   " << Format("%.6f s", ToSeconds(facts.span_ps())) << ", window "
      << Format("%.6f s", ToSeconds(facts.window_ps())) << "\n";
  PrintCounts(facts, out);
  for (std::uint32_t stream = 0; stream < info.streams.size(); ++stream) {
    const auto count = facts.window().accesses_by_stream.find(stream);
    if (facts.unique_pages(stream) == 0) continue;
    out << "  stream " << stream << " is " << info.streams[stream].name << "    "
        << (count == facts.window().accesses_by_stream.end() ? 0 : count->second) << " translations in the window, "
        << facts.unique_pages(stream) << " unique pages\n";
  }
  out << "  input lines            " << info.skipped_lines << " damaged ones skipped, " << info.ignored_lines
      << " ignored, " << info.lost_events << " events lost by the recorder\n";
  for (std::size_t i = 0; i < facts.lru().size(); ++i) {
    const LruProbe& probe = facts.lru()[i];
    out << "  LRU IOTLB of " << probe.entries() << " entries misses " << probe.misses() << " of " << probe.lookups()
        << " = " << Format("%.4f", Fraction(probe.misses(), probe.lookups())) << "; an oracle's " << oracle[i].misses()
        << " = " << Format("%.4f", Fraction(oracle[i].misses(), probe.lookups())) << "\n";
  }
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
    out << InfoJson(options.file, info, facts, oracle).dump(2) << "\n";
  } else {
    PrintInfo(options.file, info, facts, oracle, out);
  }
  return 0;
}

int Convert(const std::vector<std::string>& args, std::ostream& out) {
  const ConvertOptions options = ParseConvert(args);
  std::unique_ptr<TraceSource> first;
  std::unique_ptr<TraceSource> second;
  std::unique_ptr<MergedTrace> merged;
  std::string name = options.files.front();
  TraceSource* source = nullptr;
  if (options.guest.empty()) {
    first = OpenTrace(name, options.from, options.import);
    source = first.get();
  } else {
    name = options.guest + " and " + options.qemu;
    first = OpenTrace(options.guest, TraceFormat::kFtrace, options.import);
    second = OpenTrace(options.qemu, TraceFormat::kQemu, options.import);
    merged = std::make_unique<MergedTrace>(*first, *second, name);
    source = merged.get();
  }
  WindowFilter window(*source, name);
  if (options.window) source = &window;
  const std::uint64_t records = WriteTrace(*source, options.files.back());
  const TraceInfo& info = source->info();
  out << options.files.back() << ": " << records << " records of " << info.streams.size() << " streams; "
      << info.skipped_lines << " damaged lines skipped, " << info.ignored_lines << " ignored, "
      << info.dropped_shadow_doorbells << " shadow doorbell accesses dropped.\n";
  if (merged != nullptr && merged->unmapped_accesses() != 0) {
    out << merged->unmapped_accesses() << " accesses have no mapping in " << options.guest << ".\n";
  }
  return 0;
}

template <class Command>
int Guarded(const Command& command, std::ostream& err) {
  constexpr int kBadInput = 2;
  try {
    return command();
  } catch (const TraceError& error) {
    err << "error: " << error.what() << "\n";
  } catch (const UsageError& error) {
    err << "error: " << error.what() << "\n";
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
  const std::string command = args.empty() ? "" : args.front();
  const std::vector<std::string> rest(args.empty() ? args.end() : args.begin() + 1, args.end());
  if (command == "info") return TraceInfoMain(rest, out, err);
  if (command == "convert") return TraceConvertMain(rest, out, err);
  err << "error: the trace command is info or convert.\n" << kInfoUsage << "\n" << kConvertUsage << "\n";
  return 2;
}

}  // namespace siov
