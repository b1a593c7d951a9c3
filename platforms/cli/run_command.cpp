// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/run_command.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "models/workload/trace/trace_record.h"
#include "platforms/build/system.h"
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

// A whole number, or nothing.
std::optional<std::uint64_t> WholeNumber(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text.size() > 19)
    return std::nullopt;
  return std::strtoull(text.c_str(), nullptr, 10);
}

// Applies one `--name value` pair; returns a sentence if it is wrong.
std::optional<std::string> ApplyValue(const std::string& name, const std::string& value, Options* options) {
  if (name == "--set") {
    options->overrides.push_back(value);
  } else if (name == "--out") {
    options->run.out = value;
  } else if (name == "--trace") {
    options->overrides.push_back("workload.replay.trace_file=\"" + std::filesystem::absolute(value).string() + "\"");
  } else if (name == "--seed") {
    if (!WholeNumber(value)) return "siovsim: --seed " + value + ": must be a whole number";
    options->overrides.push_back("run.seed=" + value);
  } else if (name == "--timeline") {
    const auto jobs = WholeNumber(value);
    if (!jobs || *jobs == 0) return "siovsim: --timeline " + value + ": must be a number of jobs, at least 1";
    options->run.timeline_jobs = *jobs;
  } else if (!ParseProgressStyle(value, &options->run.progress)) {
    return "siovsim: --progress " + value + ": must be auto, bar, json or none";
  }
  return std::nullopt;
}

std::optional<std::string> Parse(const std::vector<std::string>& arguments, Options* options) {
  ParseProgressStyle("auto", &options->run.progress);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--requests") {
      options->run.write_requests = true;
    } else if (name == "--no-partial") {
      options->run.keep_partial = false;
    } else if (name == "--quiet") {
      options->run.progress = ProgressStyle::kNone;
    } else if (name == "--set" || name == "--out" || name == "--trace" || name == "--seed" || name == "--timeline" ||
               name == "--progress") {
      if (i + 1 == arguments.size()) return "siovsim: " + name + " needs a value";
      if (auto wrong = ApplyValue(name, arguments[++i], options)) return wrong;
    } else if (name.rfind("--", 0) == 0) {
      return "siovsim: unknown option " + name +
             "; allowed are --set, --trace, --seed, --out, --timeline, --requests, --no-partial, --progress, --quiet";
    } else if (!options->file.empty()) {
      return "siovsim: takes one experiment, but got " + options->file + " and " + name;
    } else {
      options->file = name;
    }
  }
  if (options->file.empty())
    return "siovsim: which experiment? give a file such as configs/experiments/quickstart.txtpb";
  return std::nullopt;
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
  if (const auto wrong = Parse(arguments, &options)) {
    std::fprintf(stderr, "%s\n", wrong->c_str());
    return kWrongInput;
  }
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
