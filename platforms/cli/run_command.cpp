// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/run_command.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "models/workload/trace/trace_record.h"
#include "platforms/build/system.h"
#include "platforms/cli/arguments.h"
#include "platforms/cli/config_arguments.h"
#include "platforms/collect/output_error.h"
#include "platforms/collect/result_folder.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "platforms/trace/reading_watch.h"

namespace siov {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongInput = 2;
constexpr int kInterrupted = 130;

volatile std::sig_atomic_t interrupt_seen = 0;

void NoteInterrupt(int) { interrupt_seen = 1; }
bool Interrupted() { return interrupt_seen != 0; }

void CatchInterrupts() {
  std::signal(SIGINT, NoteInterrupt);
  std::signal(SIGTERM, NoteInterrupt);
  // A closed terminal interrupts like Ctrl-C, unless the run was started to outlive it (nohup).
  if (std::signal(SIGHUP, NoteInterrupt) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file above the user's limit is a write that fails, and a sentence
}

struct Options {
  std::string file;
  std::vector<std::string> overrides;
  RunOptions run;
};

Arguments::Refused AskForTimeline(const std::string& value, RunOptions* run) {
  const auto jobs = WholeNumber(value, 1, std::numeric_limits<std::uint64_t>::max());
  if (!jobs) return "a number of jobs, at least 1";
  run->timeline_jobs = *jobs;
  return std::nullopt;
}

// Overrides in the order in which they were written, --trace and --seed among them.
bool Parse(const std::vector<std::string>& words, Options* options) {
  using Refused = Arguments::Refused;
  RunOptions& run = options->run;
  ParseProgressStyle("auto", &run.progress);
  std::vector<std::string> files;
  bool whole = false;
  bool quiet = false;
  Arguments arguments("run");
  arguments.Files(1, 1, "which experiment? give a file such as configs/experiments/quickstart.txtpb", &files);
  arguments.Values("--set", &options->overrides);
  arguments.Value("--trace", [options](const std::string& value) {
    if (value.empty()) return Refused("the path of a recording");
    options->overrides.push_back("workload.replay.trace_file=\"" + std::filesystem::absolute(value).string() + "\"");
    return Refused();
  });
  arguments.Value("--seed", [options](const std::string& value) {
    constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
    if (!WholeNumber(value, 0, kLargest)) return Refused("a whole number from 0 to " + std::to_string(kLargest));
    options->overrides.push_back("run.seed=" + value);
    return Refused();
  });
  arguments.Value("--out", [&run](const std::string& value) {
    run.out = value;
    return Refused();
  });
  arguments.Value("--timeline", [&run](const std::string& value) { return AskForTimeline(value, &run); });
  arguments.Flag("--requests", &run.write_requests);
  arguments.Flag("--no-partial", &whole);
  arguments.Value("--progress", [&run](const std::string& value) {
    return ParseProgressStyle(value, &run.progress) ? Refused() : Refused("auto, bar, json or none");
  });
  arguments.Flag("--quiet", &quiet);
  if (!arguments.ReadOrSay(words, std::cerr)) return false;
  options->file = files[0];
  run.keep_partial = !whole;
  if (quiet) run.progress = ProgressStyle::kNone;
  return true;
}

// As a shell would need it.
std::string Quoted(const std::string& word) {
  if (word.find_first_of(" '\"[]{}()*?$&|;<>\\") == std::string::npos) return word;
  std::string quoted = "'";
  for (const char letter : word) quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

// What decides about the result; where it goes and how much is said meanwhile does not.
std::string CommandOf(const Options& options) {
  std::string text = "siovsim run " + Quoted(options.file);
  for (const std::string& override_text : options.overrides) text += " --set " + Quoted(override_text);
  return text;
}

// For the program that started this one: where the result is.
void Announce(const Results& results, ProgressStyle style) {
  if (style != ProgressStyle::kJson || results.folder.empty()) return;
  const nlohmann::json line = {{"result_folder", results.folder}, {"partial", results.partial}};
  std::fprintf(stderr, "%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int Report(const Results& results, ProgressStyle style) {
  Announce(results, style);
  if (results.partial) {
    std::fprintf(stderr, "siovsim: interrupted; %s\n",
                 results.folder.empty()   ? "nothing was written"
                 : results.remark.empty() ? "results so far are written and marked partial"
                                          : (results.remark + ", marked partial").c_str());
    return kInterrupted;
  }
  if (!results.remark.empty()) std::fprintf(stderr, "siovsim: %s\n", results.remark.c_str());
  int status = kDone;
  for (const std::string& violation : results.conservation.violations) {
    std::fprintf(stderr, "siovsim: this run is not to be trusted: %s\n", violation.c_str());
    status = kFailed;
  }
  for (const TargetResult& target : results.targets) {
    if (target.met) continue;
    std::fprintf(stderr, "siovsim: target missed: %s is ", target.target.metric.c_str());
    if (target.why.empty()) {
      std::fprintf(stderr, "%.6g, wanted", target.value);
    } else {
      std::fprintf(stderr, "not known, as %s; wanted", target.why.c_str());
    }
    if (target.target.minimum) std::fprintf(stderr, " at least %.6g", *target.target.minimum);
    if (target.target.maximum) std::fprintf(stderr, " at most %.6g", *target.target.maximum);
    std::fputc('\n', stderr);
    status = kFailed;
  }
  return status;
}

}  // namespace

int RunMain(const std::vector<std::string>& arguments) {
  Options options;
  if (!Parse(arguments, &options)) return kWrongInput;
  LoadedExperiment loaded = LoadExperiment(options.file, options.overrides);
  if (!loaded.faults.empty()) {
    PrintExperimentFaults(options.file, loaded.faults);
    return kWrongInput;
  }
  if (options.run.out.empty()) options.run.out = DefaultResultFolder(loaded.experiment.name);
  options.run.interrupted = Interrupted;
  CatchInterrupts();
  options.run.command = CommandOf(options);
  WatchReading(Interrupted, options.run.progress == ProgressStyle::kBar);
  try {
    return Report(RunExperiment(loaded.experiment, options.run), options.run.progress);
  } catch (const FolderRefused& error) {
    std::fprintf(stderr, "siovsim: %s\n", error.what());
    return kWrongInput;
  } catch (const UnboundNode& error) {
    std::fprintf(stderr, "siovsim: %s\n", error.what());
    return kWrongInput;
  } catch (const OutputError& error) {
    std::fprintf(stderr, "siovsim: %s\n", error.what());
    return kFailed;
  } catch (const TraceError& error) {
    std::fprintf(stderr, "siovsim: %s\n", error.what());
    return kWrongInput;
  } catch (const ReadingInterrupted& interruption) {
    std::fprintf(stderr, "siovsim: %s\n", interruption.what());
    return kInterrupted;
  }
}

}  // namespace siov
