// SPDX-License-Identifier: Apache-2.0
#include "tests/knobs/forked_runs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <set>
#include <sstream>

#include "platforms/config/fingerprint.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "tests/knobs/resolved_dump.h"

namespace siov::testing {
namespace {

constexpr unsigned kSecondsOfOneRun = 60;

class Mark {
 public:
  void Number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.12g", value);
    print_.Add(std::string(text));
  }
  void Text(const std::string& text) { print_.Add(text); }
  std::string Hex() const { return print_.Hex(); }

 private:
  Fingerprint print_;
};

// What was measured. Nothing that only repeats the configuration, and nothing that is computed from it without a run:
// the bound of the analysis would hide a field that the simulator does not read.
std::string MarkOfRun(const Results& results) {
  Mark mark;
  mark.Number(static_cast<double>(results.sim_time_ps));
  mark.Number(static_cast<double>(results.measured_ps));
  for (const auto& [name, value] : results.metrics) mark.Number(value);
  for (const Band& band : results.bands) {
    mark.Number(static_cast<double>(band.jobs));
    for (const double mean : band.mean_ns) mark.Number(mean);
  }
  for (const TenantRow& row : results.tenants) {
    for (const double value : {static_cast<double>(row.bytes), row.mean_ns, row.p99_ns, row.max_ns, double(row.jobs),
                               double(row.failed), double(row.retries), double(row.faults)}) {
      mark.Number(value);
    }
  }
  for (const RegisterRow& row : results.register_accesses) {
    mark.Number(static_cast<double>(row.outcome.issued_ps));
    mark.Number(static_cast<double>(row.outcome.latency_ps));
    mark.Number(static_cast<double>(row.outcome.value));
    mark.Number(static_cast<double>(row.outcome.status));
  }
  for (const SetUpRow& row : results.set_ups) mark.Number(static_cast<double>(row.took_ps));
  for (const TargetResult& target : results.targets) mark.Text(target.met ? "met" : "missed");
  return mark.Hex();
}

std::string MarkOfStatistics(const Results& results) {
  Mark mark;
  for (const StructureRow& row : results.structures) mark.Number(row.value);
  return mark.Hex();
}

std::string MarkOfSeries(const Results& results) {
  Mark mark;
  for (const TimeSeries& series : results.series) {
    for (const double value : series.time_ns) mark.Number(value);
  }
  return mark.Hex();
}

std::string MarkOfResolved(const ResolvedExperiment& experiment) {
  Mark mark;
  for (const auto& [member, value] : DumpOf(experiment)) mark.Text(member + "=" + value);
  return mark.Hex();
}

void Say(FILE* out, const std::string& what, const std::string& text) {
  std::string line = text;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  std::fprintf(out, "%s\t%s\n", what.c_str(), line.c_str());
}

void TellStatistics(const Results& results, FILE* out) {
  for (const auto& [name, latency] : results.class_latency) Say(out, "mean of " + name, std::to_string(latency.Mean()));
  for (const StructureRow& row : results.structures) {
    Say(out, row.block + "." + row.statistic, std::to_string(row.value));
  }
}

// In the child: one line for each thing to tell.
void RunAndTell(const SmallRun& run, FILE* out) {
  try {
    const LoadedExperiment loaded = LoadExperiment(run.file, run.overrides);
    if (!loaded.faults.empty()) {
      std::ostringstream faults;
      PrintFaults(loaded.faults, faults);
      Say(out, "refusal", "refused");
      return Say(out, "refused", faults.str());
    }
    Say(out, "refusal", "accepted");
    Say(out, "resolved", MarkOfResolved(loaded.experiment));
    const Results results = RunExperiment(loaded.experiment, RunOptions());
    Say(out, "run", MarkOfRun(results));
    Say(out, "statistics", MarkOfStatistics(results));
    Say(out, "series", MarkOfSeries(results));
    if (run.tell_statistics) TellStatistics(results, out);
    Say(out, "outcome", "ran");
  } catch (const std::exception& error) {
    Say(out, "outcome", error.what());
    Say(out, "stopped", error.what());
  }
}

struct Child {
  SmallRun run;
  pid_t pid = 0;
  int output = 0;
};

Child Start(const SmallRun& run) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid == 0) {
    close(ends[0]);
    alarm(kSecondsOfOneRun);
    FILE* out = fdopen(ends[1], "w");
    RunAndTell(run, out);
    std::fclose(out);
    _exit(0);
  }
  close(ends[1]);
  return {run, pid, ends[0]};
}

RunMarks Finish(const Child& child) {
  RunMarks result;
  FILE* in = fdopen(child.output, "r");
  char line[8192];
  while (std::fgets(line, sizeof line, in) != nullptr) {
    const std::string text = line;
    const std::size_t tab = text.find('\t');
    const std::string what = text.substr(0, tab);
    const std::string value = text.substr(tab + 1, text.find('\n') - tab - 1);
    if (what == "refused" || what == "stopped") {
      result.failure = what + ": " + value;
    } else {
      result.marks[what] = value;
    }
  }
  std::fclose(in);
  int status = 0;
  waitpid(child.pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    result.failure = "died with status " + std::to_string(status);
    result.marks.clear();
  }
  return result;
}

}  // namespace

std::map<SmallRun, RunMarks> RunForked(const std::vector<SmallRun>& runs, unsigned processes) {
  const std::set<SmallRun> distinct(runs.begin(), runs.end());
  std::map<SmallRun, RunMarks> results;
  std::vector<Child> started;  // in order: the answers are far smaller than a pipe holds, so nobody waits for us
  for (const SmallRun& run : distinct) {
    if (started.size() >= processes) {
      results[started.front().run] = Finish(started.front());
      started.erase(started.begin());
    }
    started.push_back(Start(run));
  }
  for (const Child& child : started) results[child.run] = Finish(child);
  return results;
}

}  // namespace siov::testing
